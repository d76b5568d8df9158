#!lua flags=no-writes
-- Reads a value of Huey's key-value store, or else what a finished job with this id left behind.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  name
-- Returns  {'value', bytes} | {'result', bytes} | {'error', bytes}; nothing where there is neither
--- @include "keys"
--- @include "bookkeeping"

local value = redis.call('GET', key('value', ARGV[1]))
if value then return {'value', value} end
local run = read_run(ARGV[1], 'state', 'result', 'error')
if run[2] then return {'result', run[2]} end
if run[1] == 'dead' and run[3] then return {'error', run[3]} end
return {}
