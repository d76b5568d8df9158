-- Ends of a job's life. The index of a final state is scored with the moment until which the job is kept.
local function finish(id, state, keep_ms)
  write_run(id, 'state', state, 'finished_at_ms', now)
  redis.call('ZADD', key('final', state), now + keep_ms, id)
end

-- Unreadable, or unknown to whoever claimed it: the raw bytes stay where they are, beside the reason.
local function park(id, queue, reason)
  write_run(id, 'state', 'parked', 'queue', queue, 'reason', reason, 'finished_at_ms', now)
  redis.call('ZADD', root .. 'parked', now, id)
end
