#!lua flags=allow-oom
-- Says which jobs a consumer can run; its beats keep that in mind.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  consumer's name
-- ARGV[2]  how long it is kept in mind without a beat, ms
-- ARGV[3…] for each name of a job: the name, the digest of its definition
-- Returns  nothing
--- @include "keys"

local can = key('can', ARGV[1])
redis.call('DEL', can)
for i = 3, #ARGV, 2 do redis.call('HSET', can, ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', can, ARGV[2])
