#!lua
-- Puts jobs in, all of them in one atomic move: ready, or scheduled where their time has not come.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  now, ms since 1970, '' for the server's time
-- ARGV[2…] for each job: envelope (wire/FORMAT.md), delay in ms, due moment in ms since 1970 ('' to use the delay)
-- Returns  for each job: 'created' | 'existing' | 'unreadable', then its state
--- @include "clock"
--- @include "keys"
--- @include "head"
--- @include "waiting"
--- @include "state"
--- @include "submission"

local reply = {}
for i = 2, #ARGV, 3 do
  reply[#reply + 1], reply[#reply + 2] = submit(ARGV[i], ARGV[i + 1], ARGV[i + 2])
end
keep_stamp()
return reply
