#!lua flags=no-writes
-- Reads what the members of a chord returned.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  chord id
-- Returns  {place, value, …}
--- @include "keys"

return redis.call('HGETALL', key('chord', ARGV[1]))
