-- Upkeep that rides on every exchange, so no consumer has to be special. Each kind takes half of what is left of the budget at
-- most, so that something is left for the others and for claims; the next exchange goes on.
local HALF = 0.5

-- Jobs whose time has come go to their queue, or among the suspects.
local function promote_job(id, queue)
  local name, _, priority = stored_head(id)
  if not priority then
    park(id, queue, 'the head of its envelope cannot be read')
    return name, 'parked'
  end
  local kept = redis.call('EXISTS', key('run', id)) == 1
  spend(kept and COST.promotion + COST.kept or COST.promotion)
  if kept and is_suspect(read_run(id, 'suspicion')[1]) then
    make_suspect(id, queue)
    return name, 'suspect'
  end
  gather_added(key('ready', queue), string.format('%.0f', score_for(priority)), id)
  if kept then write_run(id, 'state', 'ready') end
  return name, 'ready'
end

-- Returns how many were looked at.
local function promote(queue, most)
  local scheduled = key('scheduled', queue)
  local due = listed('ZRANGE', scheduled, '-inf', now, 'BYSCORE', 'LIMIT', 0, most)
  for _, id in ipairs(due) do
    local name, state = promote_job(id, queue)
    note_move(name, 'scheduled', state)
  end
  if #due > 0 then
    redis.call('ZREM', scheduled, unpack(due))
    keep_gathered()
    wake(queue, 0)
  end
  return #due
end

local function promote_all(names)
  local most = affordable(COST.promotion, HALF)
  for _, name in ipairs(names) do
    if most > 0 then most = most - promote(name, most) end
  end
end

-- Where a job goes whose holder vanished: back to its place in the queue, or among the suspects if it happened before;
-- for a person to look at if quarantine does not help, as where it takes the whole of a machine down.
local HOPELESS = 20
local HOPELESS_REASON = 'its consumers vanished ' .. HOPELESS .. ' times in a row, of late with nothing else in quarantine; replay it when the cause is known'
local function put_back(id, queue, score, suspicion, cancel, lock)
  if cancel then
    finish(id, 'cancelled', cancel, lock)
    return 'cancelled'
  end
  if suspicion >= HOPELESS then
    park(id, queue, HOPELESS_REASON)
    return 'parked'
  end
  if is_suspect(suspicion) then
    make_suspect(id, queue)
    return 'suspect'
  end
  make_ready(id, queue, score)
  write_run(id, 'state', 'ready')
  return 'ready'
end

-- How long nothing was heard of a holder, in ms, '' where that is not known.
local function silence(holder)
  local beat_at = holder and tonumber(redis.pcall('ZSCORE', root .. 'consumers', holder) or nil)
  return beat_at and string.format('%.0f', now - beat_at) or ''
end

-- A holder names every lease that he knows of with each beat, and so keeps it. One that ended while he beat was never
-- known to him: the reply that told him of it got lost, and he is no less trustworthy for that. Where replies get lost his
-- beats come later than they should, by as long as he waits for an answer.
local UNKNOWN_REASON = 'its consumer never heard of this claim'
local function holder_beats(holder, unheard)
  local lease = holder and tonumber(redis.pcall('HGET', key('can', holder), LEASE_FIELD) or nil)
  return lease and unheard and unheard < lease * 3 / 4
end

-- Returns the new state of a job whose lease has ended, its holder, having vanished or never having known of it.
local function take_back(id, held, released)
  local suspicion = (tonumber(held[8]) or 0) + (released and 0 or 1)
  local state = put_back(id, held[2], tonumber(held[3]), suspicion, tonumber(held[9]), held[10])
  local attempt, holder = (tonumber(held[5]) or 0) + 1, held[6] or ''
  if released then
    remember(id, 'released', held[4] or 0, attempt, UNKNOWN_REASON)
  else
    let_go_begun(held[10], id, held[12])
    remember(id, 'lost', held[4] or 0, attempt, holder)
    write_run(id, 'lost', (tonumber(held[7]) or 0) + 1, 'suspicion', suspicion)
  end
  clear_run(id, 'token', 'claimed_at_ms', 'holder')
  return state
end

-- Returns the job's id, its holder, how long nothing was heard of him, whether it is given up, and whether he never knew.
local function reclaim_job(id)
  local held = read_run(id, 'state', 'queue', 'score', 'claimed_at_ms', 'failures', 'holder', 'lost', 'suspicion', 'cancel', 'unique', 'name', 'until')
  local queue, holder = held[2], held[6]
  if held[1] ~= 'running' or not queue or not tonumber(held[3]) then
    local name, written_queue = stored_head(id)
    park(id, queue or written_queue or '', 'its bookkeeping is incomplete')
    note_move(held[11] or name, 'running', 'parked')
    return {id, holder or '', '', 0, 0}
  end
  local unheard = silence(holder)
  local released = holder_beats(holder, tonumber(unheard))
  local state = take_back(id, held, released)
  note_move(held[11], 'running', state)
  return {id, holder or '', unheard, state == 'parked' and 1 or 0, released and 1 or 0}
end

-- Until when nothing is reclaimed, 0 for no such time; a moment too far ahead was written before the clock stepped back.
local function grace_until(lease)
  local moment = tonumber(redis.call('HGET', meta, 'grace_until_ms') or 0) or 0
  return moment - now <= lease and moment or 0
end

-- Reclaiming pauses while nobody has said that he is there, and for the time of grace that follows (see beat).
-- Returns what was reclaimed.
local function reclaim(lease)
  local beat_at = tonumber(redis.call('HGET', meta, 'beat_at_ms') or now) or now
  if now < grace_until(lease) or now - beat_at > lease / 2 then return {} end
  local expired = listed('ZRANGE', leases, '-inf', now, 'BYSCORE', 'LIMIT', 0, affordable(COST.reclaim, HALF))
  local lost = {}
  for i, id in ipairs(expired) do
    spend(COST.reclaim)
    lost[i] = reclaim_job(id)
    redis.call('ZREM', leases, id)
  end
  return lost
end

local function next_reclaim(lease)
  local first_end = listed('ZRANGE', leases, 0, 0, 'WITHSCORES')[2]
  return first_end and math.max(tonumber(first_end), grace_until(lease))
end

-- Finished jobs whose retention has ended; a tombstone keeps the id taken for a while. As many leave as have ended in this
-- exchange, so that their number does not grow.
local function prune(ended, tombstone_ms)
  local most = math.max(ended, affordable(COST.removal, HALF))
  for _, state in ipairs({'succeeded', 'dead', 'cancelled', 'expired'}) do
    local index = key('final', state)
    local over = most > 0 and listed('ZRANGE', index, '-inf', now, 'BYSCORE', 'LIMIT', 0, most) or {}
    most = most - #over
    for _, id in ipairs(over) do
      spend(COST.removal)
      redis.call('ZREM', index, id)
      local request = read_run(id, 'request')[1] or ''
      redis.call('UNLINK', key('job', id), key('run', id))
      redis.call('SET', key('tombstone', id), state .. ' ' .. request, 'PX', tombstone_ms)
    end
  end
end

-- What goes before its job does, and revocations.
local function forget_due()
  for _, entry in ipairs(listed('ZRANGE', forget, '-inf', now, 'BYSCORE', 'LIMIT', 0, affordable(COST.forgetting, HALF))) do
    spend(COST.forgetting)
    redis.call('ZREM', forget, entry)
    local kind, name = string.match(entry, '^(%a+):(.*)$')
    if kind == 'revocation' then restore(name) else clear_run(name, kind) end
  end
end
