#!lua
-- Remembers a revocation, which claims carry along.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  'r:<job id>' or 'rt:<name>'
-- ARGV[2]  value
-- ARGV[3]  how long revocations are kept after the last one, ms
-- Returns  nothing
--- @include "keys"

redis.call('HSET', root .. 'revocations', ARGV[1], ARGV[2])
redis.call('PEXPIRE', root .. 'revocations', ARGV[3])
