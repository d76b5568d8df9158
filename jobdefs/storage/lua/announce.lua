#!lua flags=allow-oom
-- Says which jobs a consumer can run, and how long its leases last; its beats keep that in mind for ten leases.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  consumer's name
-- ARGV[2]  lease, ms
-- ARGV[3…] for each name of a job: the name, the digest of its definition
-- Returns  nothing
--- @include "keys"

local can = key('can', ARGV[1])
redis.call('DEL', can)
redis.call('HSET', can, LEASE_FIELD, ARGV[2])
for i = 3, #ARGV, 2 do redis.call('HSET', can, ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', can, 10 * tonumber(ARGV[2]))
