#!lua
-- Puts jobs in, all of them in one atomic move: ready, or scheduled where their time has not come.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  now, ms since 1970, '' for the server's time
-- ARGV[2]  'confirm' to write something in any case, so that WAIT and WAITAOF cover every job named here; else ''
-- ARGV[3…] for each job: envelope (wire/FORMAT.md), delay in ms, due moment in ms since 1970 ('' to use the delay), digest of the
--          whole request ('' not to be compared), unique key ('' for none), how long it is held (started | finished | a
--          window in ms), what is done where another job holds it (existing | error | replace)
-- Returns  for each job: 'created' | 'existing' | 'different' | 'duplicate', then state and id of the job that is there; where one
--          of them cannot be read, nothing is put in, and the verdicts are 'unreadable' for these and 'refused' for the
--          others, each with '' and ''
--- @include "clock"
--- @include "keys"
--- @include "head"
--- @include "bookkeeping"
--- @include "ledger"
--- @include "waiting"
--- @include "state"
--- @include "unique"
--- @include "ending"
--- @include "parking"
--- @include "calling_off"
--- @include "submission"

local ARGUMENTS = 7
local jobs, reply, readable = {}, {}, true
for i = 3, #ARGV, ARGUMENTS do
  local job = read_job(unpack(ARGV, i, i + ARGUMENTS - 1))
  jobs[#jobs + 1] = job or {}
  reply[#reply + 1], reply[#reply + 2], reply[#reply + 3] = job and 'refused' or 'unreadable', '', ''
  readable = readable and job
end
if not readable then return reply end

-- Should an index be of a wrong type, the script ends here, and nothing has been written.
local looked_at = {}
for _, job in ipairs(jobs) do
  local index = key(job.due > now and 'scheduled' or 'ready', job.queue)
  if not looked_at[index] and redis.call('EXISTS', key('job', job.id), key('tombstone', job.id)) == 0 then
    redis.call('ZCARD', index)
    looked_at[index] = true
  end
end
for i, job in ipairs(jobs) do
  reply[3 * i - 2], reply[3 * i - 1], reply[3 * i] = submit(job)
end
if ARGV[2] == 'confirm' then redis.call('HSET', meta, 'confirmed_at_ms', now) end
keep_stamp()
keep_ledger()
return reply
