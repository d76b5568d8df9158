-- The end of an attempt. Only the holder of the lease, told by its token, may settle.
local OUTCOMES = {}

local function forget_early(job, kind, keep)
  if keep < job.keep then forget_at(now + keep, kind, job.id) end
end

local function final(job)
  gather_added(key('final', job.outcome), text_of(now + job.keep), job.id)
  if job.result == '' then
    write_run(job.id, 'state', job.outcome, 'finished_at_ms', text_of(now))
  else
    write_run(job.id, 'state', job.outcome, 'finished_at_ms', text_of(now), 'result', job.result)
  end
  if job.lock then let_go(job.lock, job.id) end
  if job.keep_result ~= '' then forget_early(job, 'result', tonumber(job.keep_result)) end
  if job.keep_history ~= '' then forget_early(job, 'history', tonumber(job.keep_history)) end
  return job.outcome
end
OUTCOMES.succeeded, OUTCOMES.dead, OUTCOMES.cancelled, OUTCOMES.expired = final, final, final, final

local function wait_again(job)
  local attempt = job.outcome == 'failed' and job.failures or job.failures + 1
  remember(job.id, job.outcome, job.began, attempt, job.detail)
  clear_run(job.id, 'claimed_at_ms', 'holder')
end

-- A job that somebody wants cancelled does not wait again.
local function cancelled(job)
  job.outcome, job.keep = 'cancelled', job.cancel
  return final(job)
end

function OUTCOMES.parked(job)
  if job.cancel then return cancelled(job) end
  spend(COST.asked * park(job.id, job.queue, job.detail, job.kind, job.score))
  return 'parked'
end

-- Handed back without penalty, to the place in its queue that it came from.
function OUTCOMES.released(job)
  wait_again(job)
  if job.cancel then return cancelled(job) end
  if is_suspect(job.suspicion) then
    make_suspect(job.id, job.queue)
    return 'suspect'
  end
  write_run(job.id, 'state', 'ready')
  make_ready(job.id, job.queue, job.score)
  return 'ready'
end

-- An attempt that came to an end of its own clears the job of suspicion; one whose process had to be killed does not.
local function again_later(job)
  wait_again(job)
  if job.suspicion and job.own_end then
    clear_run(job.id, 'suspicion')
    job.suspicion = nil
  end
  let_go_begun(job.lock, job.id, job.till)
  if job.cancel then return cancelled(job) end
  if job.delay > 0 then
    write_run(job.id, 'state', 'scheduled')
    make_scheduled(job.id, job.queue, now + job.delay)
    return 'scheduled'
  end
  if is_suspect(job.suspicion) then
    make_suspect(job.id, job.queue)
    return 'suspect'
  end
  write_run(job.id, 'state', 'ready')
  make_ready(job.id, job.queue, score_for(priority_of(job.score)))
  return 'ready'
end
OUTCOMES.failed, OUTCOMES.snoozed = again_later, again_later

-- Reads one settlement's arguments; see exchange.lua for their order.
local function take_settlement()
  local id, token, outcome, keep, keep_result, keep_history, result, failures = take_some(8)
  local job = {
    id = id, token = token, outcome = outcome, keep = tonumber(keep), keep_result = keep_result, keep_history = keep_history,
    result = result, failures = tonumber(failures),
  }
  if job.failures then
    job.delay, job.error, job.detail, job.kind, job.own_end = take_number(), take(), take(), take(), take_number() == 1
  end
  return job
end

local function read_held(job)
  -- Reading is most of a settlement, and a success needs little.
  local held = job.outcome == 'succeeded' and read_run(job.id, 'state', 'token', 'queue', 'score', 'name', 'unique')
    or read_run(job.id, 'state', 'token', 'queue', 'score', 'name', 'unique', 'claimed_at_ms', 'suspicion', 'cancel', 'until')
  job.queue, job.score, job.name, job.lock = held[3], tonumber(held[4]), held[5], held[6]
  job.began, job.suspicion, job.cancel, job.till = held[7] or 0, held[8], tonumber(held[9] or nil), held[10]
  return held[1], held[2]
end

-- ``known`` is the verdict that this settlement got already, in a call whose reply was lost.
local function settle(known)
  local job = take_settlement()
  spend(job.outcome == 'succeeded' and COST.success or COST.ending)
  local state, token = read_held(job)
  local valid = not known and state == 'running' and token == job.token and job.queue and job.score
  if valid then
    if job.failures then
      if job.failures > 0 then write_run(job.id, 'failures', job.failures) end
      if job.error ~= '' then write_run(job.id, 'error', job.error) end
    end
    note_move(job.name, 'running', OUTCOMES[job.outcome](job))
    gather_removed(leases, job.id)
  end
  take_effects(valid)
  if valid then return 'settled' end
  local over = state and state ~= 'running' and token == job.token
  return known or (over and 'repeated' or 'stale')
end
