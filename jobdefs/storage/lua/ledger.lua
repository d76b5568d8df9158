#!lua flags=no-writes
-- Reads the ledger, and counts what it must agree with.
-- KEYS[1]  {namespace}:meta
-- Returns  {'state name', count, …}, the number of entries in the indexes {state, number, …}, how often the sweeper repaired,
--          and how many ends of attempts were refused as stale
--- @include "keys"

local waiting = {scheduled = 0, ready = 0, suspect = 0}
for _, queue in ipairs(listed('SMEMBERS', queues)) do
  for state, sum in pairs(waiting) do waiting[state] = sum + size(key(state, queue)) end
end
local totals = {'running', size(leases), 'parked', size(root .. 'parked')}
for state, sum in pairs(waiting) do totals[#totals + 1], totals[#totals + 2] = state, sum end
local counted = redis.call('HMGET', meta, 'repairs', 'stale')
return {listed('HGETALL', root .. 'ledger'), totals, tonumber(counted[1]) or 0, tonumber(counted[2]) or 0}
