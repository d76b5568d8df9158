#!lua flags=allow-oom
-- Cancels a job that waits.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  now, ms since 1970, '' for the server's time
-- ARGV[2]  job id
-- ARGV[3]  how long the cancelled job is kept, ms
-- Returns  'done' or 'refused', then the job's state; nothing where there is no such job
--- @include "clock"
--- @include "keys"
--- @include "head"
--- @include "bookkeeping"
--- @include "state"
--- @include "ending"

local id = ARGV[2]
local state = state_of(id)
if not state then return {} end
local name, queue = stored_head(id)
if not queue or (state ~= 'ready' and state ~= 'scheduled') then return {'refused', state} end
if redis.call('ZREM', key(state, queue), id) == 0 then return {'refused', state} end
finish(id, 'cancelled', tonumber(ARGV[3]))
return {'done', 'cancelled'}
