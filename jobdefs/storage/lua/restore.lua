#!lua flags=allow-oom
-- Ends a revocation.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  'r:<job id>' or 'rt:<name>'
-- Returns  1 if there was one, else 0
--- @include "keys"
--- @include "forgetting"
--- @include "revocations"

return restore(ARGV[1])
