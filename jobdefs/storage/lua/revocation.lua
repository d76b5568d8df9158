#!lua flags=no-writes
-- Reads a revocation.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  'r:<job id>' or 'rt:<name>'
-- Returns  its value, nil where there is none
--- @include "keys"

return redis.call('HGET', root .. 'revocations', ARGV[1])
