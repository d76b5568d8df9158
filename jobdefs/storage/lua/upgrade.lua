#!lua flags=allow-oom
-- Carries version 1 of the key space over to version 2: the ledger, the names in the bookkeeping, the kinds of parked jobs.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  now, ms since 1970, '' for the server's time
-- ARGV[2]  how many jobs to go through; the next call goes on behind them
-- Returns  1 while jobs remain, 0 where this is not version 1 any more
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

-- The indexes by their labels, each with the state of those who stand in it.
local function indexes()
  local states, labels = {leases = 'running', parked = 'parked'}, {}
  for _, state in ipairs({'succeeded', 'dead', 'cancelled', 'expired'}) do states['final:' .. state] = state end
  for _, queue in ipairs(listed('SMEMBERS', queues)) do
    for _, state in ipairs({'scheduled', 'ready', 'suspect'}) do states[state .. ':' .. queue] = state end
  end
  for label in pairs(states) do labels[#labels + 1] = label end
  table.sort(labels)
  return states, labels
end

-- Returns where to go on in an index, nil at its end, and how many were counted.
local function enter(label, state, first, most)
  local ids = listed('ZRANGE', root .. label, first, first + most - 1)
  for _, id in ipairs(ids) do count(state, id) end
  return #ids == most and first + most or nil, #ids
end

-- Nobody moves a job meanwhile, since no program of this version begins before the end.
local progress = redis.call('HMGET', meta, 'upgrade_place', 'upgrade_rank')
local place, first, left = progress[1] or '', tonumber(progress[2] or nil) or 0, tonumber(ARGV[2])
if place == '' then redis.call('DEL', root .. 'ledger') end
local states, labels = indexes()
local rank
for _, label in ipairs(labels) do
  if label >= place and left > 0 then
    local number
    rank, number = enter(label, states[label], label == place and first or 0, left)
    place, left = label, left - number
  end
end
keep_stamp()
keep_ledger()
if rank then
  redis.call('HSET', meta, 'upgrade_place', place, 'upgrade_rank', rank)
  return 1
end
redis.call('HDEL', meta, 'upgrade_place', 'upgrade_rank')
redis.call('HSET', meta, 'schema', 2)
return 0
