#!lua
-- Remembers a revocation, which claims carry along.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  now, ms since 1970, '' for the server's time
-- ARGV[2]  'r:<job id>' or 'rt:<name>'
-- ARGV[3]  value
-- ARGV[4]  how long it is kept, ms
-- Returns  nothing
--- @include "clock"
--- @include "keys"
--- @include "forgetting"
--- @include "revocations"

redis.call('HSET', revocations, ARGV[2], ARGV[3])
forget_at(now + tonumber(ARGV[4]), 'revocation', ARGV[2])
