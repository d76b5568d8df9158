#!lua flags=allow-oom
-- Ends a revocation.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  'r:<job id>' or 'rt:<name>'
-- Returns  1 if there was one, else 0
--- @include "keys"

return redis.call('HDEL', root .. 'revocations', ARGV[1])
