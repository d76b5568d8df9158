-- Ends of a job's life. The index of a final state is scored with the moment until which the job is kept.
local function finish(id, state, keep_ms, lock)
  redis.pcall('ZADD', key('final', state), now + keep_ms, id)
  write_run(id, 'state', state, 'finished_at_ms', now)
  let_go(lock, id)
end
