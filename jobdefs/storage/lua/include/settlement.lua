-- The end of an attempt. Only the holder of the lease, told by its token, may settle.
local OUTCOMES = {}

local function attempt_over(job)
  local attempt = job.outcome == 'failed' and job.failures or job.failures + 1
  remember(job.id, job.outcome, job.began, attempt, job.detail)
end

function OUTCOMES.succeeded(job) finish(job.id, 'succeeded', job.keep) end
function OUTCOMES.cancelled(job) finish(job.id, 'cancelled', job.keep) end
function OUTCOMES.expired(job) finish(job.id, 'expired', job.keep) end
function OUTCOMES.dead(job) finish(job.id, 'dead', job.keep) end
function OUTCOMES.parked(job) park(job.id, job.queue, job.detail) end

-- Handed back without penalty, to the place in its queue that it came from.
function OUTCOMES.released(job)
  attempt_over(job)
  redis.call('HSET', key('run', job.id), 'state', 'ready')
  make_ready(job.id, job.queue, tonumber(job.score))
end

local function again_later(job)
  attempt_over(job)
  local state = job.delay > 0 and 'scheduled' or 'ready'
  redis.call('HSET', key('run', job.id), 'state', state)
  if state == 'scheduled' then return make_scheduled(job.id, job.queue, now + job.delay) end
  make_ready(job.id, job.queue, score_for(priority_of(job.score)))
end
OUTCOMES.failed, OUTCOMES.snoozed = again_later, again_later

-- Reads one settlement's arguments; see exchange.lua for their order.
local function take_settlement()
  return {
    id = take(), token = take(), outcome = take(), failures = take_number(), delay = take_number(), keep = take_number(),
    keep_result = take(), keep_history = take(), result = take(), error = take(), detail = take(),
  }
end

local function settle()
  local job = take_settlement()
  local run = key('run', job.id)
  local held = redis.call('HMGET', run, 'state', 'token', 'queue', 'score', 'claimed_at_ms')
  local valid = held[1] == 'running' and held[2] == job.token
  if valid then
    job.queue, job.score, job.began = held[3], held[4], held[5]
    redis.call('ZREM', leases, job.id)
    if job.failures > 0 then redis.call('HSET', run, 'failures', job.failures) end
    if job.error ~= '' then redis.call('HSET', run, 'error', job.error) end
    if job.result ~= '' then redis.call('HSET', run, 'result', job.result) end
    OUTCOMES[job.outcome](job)
    forget_early(job.id, 'result', job.keep_result)
    forget_early(job.id, 'history', job.keep_history)
  end
  take_effects(valid)
  if valid then return 'settled' end
  -- The same settlement again, after its reply was lost: the token is still the last one.
  return held[2] == job.token and 'repeated' or 'stale'
end
