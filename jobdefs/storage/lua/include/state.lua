local KNOWN = {
  ready = true, scheduled = true, running = true, suspect = true, parked = true,
  succeeded = true, dead = true, cancelled = true, expired = true,
}
-- The state of a job, nil where there is no such job. A job that was never claimed has no bookkeeping yet; one whose
-- bookkeeping names no state there is, since somebody wrote there by hand, counts as waiting until the sweeper has seen it.
local function state_of(id)
  local state = read_run(id, 'state')[1]
  if KNOWN[state] then return state end
  if redis.call('EXISTS', key('job', id)) == 0 then return nil end
  local name, queue = stored_head(id)
  if queue and type(redis.pcall('ZSCORE', key('scheduled', queue), id)) == 'string' then return 'scheduled' end
  return 'ready'
end
