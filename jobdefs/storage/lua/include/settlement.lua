-- The end of an attempt. Only the holder of the lease, told by its token, may settle.
local OUTCOMES = {}

local function final(job)
  finish(job.id, job.outcome, job.keep)
  for kind, keep in pairs({result = tonumber(job.keep_result), history = tonumber(job.keep_history)}) do
    if keep < job.keep then forget_at(now + keep, kind, job.id) end
  end
end
OUTCOMES.succeeded, OUTCOMES.dead, OUTCOMES.cancelled, OUTCOMES.expired = final, final, final, final

function OUTCOMES.parked(job) park(job.id, job.queue, job.detail) end

local function wait_again(job, state)
  local attempt = job.outcome == 'failed' and job.failures or job.failures + 1
  remember(job.id, job.outcome, job.began, attempt, job.detail)
  clear_run(job.id, 'claimed_at_ms', 'holder')
  write_run(job.id, 'state', state)
end

-- Handed back without penalty, to the place in its queue that it came from.
function OUTCOMES.released(job)
  wait_again(job, 'ready')
  make_ready(job.id, job.queue, job.score)
end

local function again_later(job)
  if job.delay > 0 then
    wait_again(job, 'scheduled')
    make_scheduled(job.id, job.queue, now + job.delay)
  else
    wait_again(job, 'ready')
    make_ready(job.id, job.queue, score_for(priority_of(job.score)))
  end
end
OUTCOMES.failed, OUTCOMES.snoozed = again_later, again_later

-- Reads one settlement's arguments; see exchange.lua for their order.
local function take_settlement()
  return {
    id = take(), token = take(), outcome = take(), failures = take_number(), delay = take_number(), keep = take_number(),
    keep_result = take(), keep_history = take(), result = take(), error = take(), detail = take(),
  }
end

-- ``known`` is the verdict that this settlement got already, in a call whose reply was lost.
local function settle(known)
  local job = take_settlement()
  local held = read_run(job.id, 'state', 'token', 'queue', 'score', 'claimed_at_ms')
  job.queue, job.score, job.began = held[3], tonumber(held[4]), held[5] or 0
  local valid = not known and held[1] == 'running' and held[2] == job.token and job.queue and job.score
  if valid then
    if job.failures > 0 then write_run(job.id, 'failures', job.failures) end
    if job.error ~= '' then write_run(job.id, 'error', job.error) end
    if job.result ~= '' then write_run(job.id, 'result', job.result) end
    OUTCOMES[job.outcome](job)
    redis.call('ZREM', leases, job.id)
  end
  take_effects(valid)
  if valid then return 'settled' end
  local over = held[1] and held[1] ~= 'running' and held[2] == job.token
  return known or (over and 'repeated' or 'stale')
end
