#!lua flags=no-writes
-- Reads which version the key space has, and makes none.
-- KEYS[1]  {namespace}:meta
-- Returns  schema version; nothing where there is no key space
--- @include "keys"

return redis.call('HGET', meta, 'schema')
