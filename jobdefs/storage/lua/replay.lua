#!lua
-- Makes a dead, cancelled, expired or parked job ready again, as a new generation with all its attempts.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  now, ms since 1970, '' for the server's time
-- ARGV[2]  job id
-- Returns  'done' or 'refused', then the job's state and, where another job holds its unique key, the id of that one;
--          nothing where there is no such job
--- @include "clock"
--- @include "keys"
--- @include "head"
--- @include "bookkeeping"
--- @include "ledger"
--- @include "waiting"
--- @include "state"
--- @include "unique"
--- @include "parking"
--- @include "history"
--- @include "forgetting"

local id = ARGV[2]
local state = state_of(id)
if not state then return {} end
local indexes = {dead = key('final', 'dead'), cancelled = key('final', 'cancelled'), expired = key('final', 'expired'), parked = root .. 'parked'}
local name, queue, priority = stored_head(id)
if not indexes[state] or not queue then return {'refused', state} end
local before = read_run(id, 'finished_at_ms', 'failures', 'generation', 'reason', 'unique', 'until')
local other = before[5] and keeper(before[5])
if other and other ~= id then return {'refused', state, other} end
if before[5] then take_lock(before[5], id, before[6]) end
remember(id, state, before[1] or 0, tonumber(before[2]) or 0, before[4] or '')
if state == 'parked' then unpark(id) end
redis.call('ZREM', indexes[state], id)
forget_never('result', id)
forget_never('history', id)
clear_run(id, 'token', 'error', 'result', 'reason', 'finished_at_ms', 'claimed_at_ms', 'holder', 'cancel', 'suspicion', 'refused')
write_run(id, 'state', 'ready', 'failures', 0, 'lost', 0, 'generation', (tonumber(before[3]) or 0) + 1)
make_ready(id, queue, score_for(priority))
note_move(name, state, 'ready')
keep_stamp()
keep_ledger()
return {'done', 'ready'}
