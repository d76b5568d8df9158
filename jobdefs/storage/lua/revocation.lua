#!lua flags=no-writes
-- Reads a revocation.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  'r:<job id>' or 'rt:<name>'
-- Returns  its value, nil where there is none
--- @include "keys"
--- @include "forgetting"
--- @include "revocations"

return redis.call('HGET', revocations, ARGV[1])
