#!lua flags=allow-oom
-- Opens the installation's key space, making it where there is none.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  now, ms since 1970, '' for the server's time
-- ARGV[2]  schema version of this program
-- ARGV[3]  a random epoch, kept if the key space is new
-- Returns  schema version found, epoch found, now in ms
--- @include "clock"
--- @include "keys"

redis.call('HSETNX', meta, 'schema', ARGV[2])
redis.call('HSETNX', meta, 'epoch', ARGV[3])
return {redis.call('HGET', meta, 'schema'), redis.call('HGET', meta, 'epoch'), now}
