#!lua flags=no-writes
-- Reads the ledger, and counts what it must agree with.
-- KEYS[1]  {namespace}:meta
-- Returns  {'state name', count, …}, the number of entries in the indexes {state, number, …}, how often the sweeper repaired,
--          and how many ends of attempts were refused as stale
--- @include "keys"

local function size(index)
  local entries = redis.pcall('ZCARD', index)
  return type(entries) == 'number' and entries or 0
end

local waiting = {scheduled = 0, ready = 0, suspect = 0}
local names = redis.pcall('SMEMBERS', queues)
for _, queue in ipairs(names.err and {} or names) do
  for state, sum in pairs(waiting) do waiting[state] = sum + size(key(state, queue)) end
end
local totals = {'running', size(leases), 'parked', size(root .. 'parked')}
for state, sum in pairs(waiting) do totals[#totals + 1], totals[#totals + 2] = state, sum end
local written = redis.pcall('HGETALL', root .. 'ledger')
local counted = redis.call('HMGET', meta, 'repairs', 'stale')
return {written.err and {} or written, totals, tonumber(counted[1]) or 0, tonumber(counted[2]) or 0}
