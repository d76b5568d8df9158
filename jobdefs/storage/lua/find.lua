#!lua flags=no-writes
-- Reads one job.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  job id
-- Returns  id, state, envelope, due moment in ms or '', {field, value, …}; nothing where there is no such job
--- @include "keys"
--- @include "head"
--- @include "bookkeeping"
--- @include "state"
--- @include "view"

return view(ARGV[1]) or {}
