#!lua
-- Adds to a counter of Huey's key-value store.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  name
-- ARGV[2]  amount
-- ARGV[3]  time to live, ms
-- Returns  the counter's new value
--- @include "keys"

local name = key('counter', ARGV[1])
local value = redis.call('INCRBY', name, ARGV[2])
redis.call('PEXPIRE', name, ARGV[3])
return value
