#!lua flags=allow-oom
-- Deletes a value or a counter of Huey's key-value store.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  name
-- Returns  1 if there was one, else 0
--- @include "keys"

return redis.call('DEL', key('value', ARGV[1]), key('counter', ARGV[1]))
