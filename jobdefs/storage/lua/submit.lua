#!lua
-- Puts jobs in, all of them in one atomic move: ready, or scheduled where their time has not come.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  now, ms since 1970, '' for the server's time
-- ARGV[2…] for each job: envelope (wire/FORMAT.md), delay in ms, due moment in ms since 1970 ('' to use the delay)
-- Returns  for each job: 'created' | 'existing', then its state; where one of them cannot be read, nothing is put in,
--          and the verdicts are 'unreadable' for these and 'refused' for the others, each with ''
--- @include "clock"
--- @include "keys"
--- @include "head"
--- @include "bookkeeping"
--- @include "waiting"
--- @include "state"
--- @include "submission"

local jobs, reply, readable = {}, {}, true
for i = 2, #ARGV, 3 do
  local job = read_job(ARGV[i], ARGV[i + 1], ARGV[i + 2])
  jobs[#jobs + 1], reply[#reply + 1], reply[#reply + 2] = job or {}, job and 'refused' or 'unreadable', ''
  readable = readable and job
end
if not readable then return reply end
for i, job in ipairs(jobs) do
  reply[2 * i - 1], reply[2 * i] = submit(job)
end
keep_stamp()
return reply
