#!lua flags=allow-oom
-- Carries version 1 of the key space over to version 2: the ledger, the names in the bookkeeping, the kinds of parked jobs.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  now, ms since 1970, '' for the server's time
-- Returns  1, or 0 where this is not version 1
--- @include "clock"
--- @include "keys"
--- @include "head"
--- @include "bookkeeping"
--- @include "ledger"
--- @include "waiting"
--- @include "parking"

if redis.call('HGET', meta, 'schema') ~= '1' then return 0 end

-- What could not be run may be run now: every consumer that knows the name, or reads other envelopes, tries once.
local function give_kind(id, name, written_queue, priority)
  local run = read_run(id, 'queue', 'score', 'kind')
  local queue = written_queue or run[1]
  if not queue or run[3] then return end
  local kind = queue .. ':' .. (name and ':' .. name or 'v1:')
  write_run(id, 'kind', kind, 'refused', name and '' or 'v1')
  redis.call('SADD', parked_kinds, kind)
  redis.call('ZADD', key('parked', kind), string.format('%.0f', tonumber(run[2] or nil) or score_for(priority or 0)), id)
end

-- Jobs that were never claimed have no bookkeeping, and need no name in it.
local function count(state, id)
  local name, queue, priority = stored_head(id)
  note('enqueued', name, 1)
  note(state, name, 1)
  if name and redis.call('EXISTS', key('run', id)) == 1 then write_run(id, 'name', name) end
  if state == 'parked' then give_kind(id, name, queue, priority) end
end

local AT_ONCE = 1000
local function enter(index, state)
  local first = 0
  repeat
    local ids = redis.pcall('ZRANGE', index, first, first + AT_ONCE - 1)
    if ids.err then return end
    for _, id in ipairs(ids) do count(state, id) end
    first = first + #ids
  until #ids < AT_ONCE
end

redis.call('DEL', root .. 'ledger')
for _, queue in ipairs(redis.call('SMEMBERS', queues)) do
  enter(key('scheduled', queue), 'scheduled')
  enter(key('ready', queue), 'ready')
  enter(key('suspect', queue), 'suspect')
end
enter(leases, 'running')
for _, state in ipairs({'succeeded', 'dead', 'cancelled', 'expired'}) do enter(key('final', state), state) end
enter(parked, 'parked')
keep_stamp()
keep_ledger()
redis.call('HSET', meta, 'schema', 2)
return 1
