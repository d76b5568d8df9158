#!lua flags=no-writes
-- Reads the ledger, and counts what it must agree with.
-- KEYS[1]  {namespace}:meta
-- Returns  {'state name', count, …}, the number of entries in the indexes {state, number, …}, how often the sweeper repaired,
--          and how many ends of attempts were refused as stale
--- @include "keys"
--- @include "totals"

local standing = {}
for state, number in pairs(totals()) do standing[#standing + 1], standing[#standing + 2] = state, number end
local counted = redis.call('HMGET', meta, 'repairs', 'stale')
return {listed('HGETALL', root .. 'ledger'), standing, tonumber(counted[1]) or 0, tonumber(counted[2]) or 0}
