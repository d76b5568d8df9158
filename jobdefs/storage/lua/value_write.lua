#!lua
-- Writes a value of Huey's key-value store.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  'always', or 'new' to write only where there is none
-- ARGV[2]  name
-- ARGV[3]  value
-- ARGV[4]  time to live, ms
-- Returns  1 if it was written, else 0
--- @include "keys"

local name = key('value', ARGV[2])
if ARGV[1] == 'new' and redis.call('EXISTS', name) == 1 then return 0 end
redis.call('SET', name, ARGV[3], 'PX', ARGV[4])
return 1
