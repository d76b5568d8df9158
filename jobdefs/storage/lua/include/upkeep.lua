-- Bounded upkeep that rides on every exchange, so no consumer has to be special.
local UPKEEP = 100

-- Jobs whose time has come go to their queue.
local function promote(queue)
  local scheduled = key('scheduled', queue)
  for _, id in ipairs(redis.call('ZRANGE', scheduled, '-inf', now, 'BYSCORE', 'LIMIT', 0, UPKEEP)) do
    redis.call('ZREM', scheduled, id)
    local name, _, priority = stored_head(id)
    if priority then
      if redis.call('EXISTS', key('run', id)) == 1 then redis.call('HSET', key('run', id), 'state', 'ready') end
      make_ready(id, queue, score_for(priority))
    else
      park(id, queue, 'the head of its envelope cannot be read')
    end
  end
end

-- Jobs whose holder vanished go back to their place in the queue; one that takes its holder down every time dies.
local function reclaim_job(id, lost_limit, keep_ms)
  local run = key('run', id)
  local held = redis.call('HMGET', run, 'queue', 'score', 'claimed_at_ms', 'failures', 'holder')
  local lost = redis.call('HINCRBY', run, 'lost', 1)
  redis.call('HDEL', run, 'token')
  remember(id, 'lost', held[3] or 0, tonumber(held[4] or 0) + 1, held[5] or '')
  if not held[2] then return park(id, held[1] or '', 'its bookkeeping is incomplete') end
  if lost >= lost_limit then
    redis.call('HSET', run, 'error', '{"type":"LeaseLost","message":"its consumer vanished ' .. lost .. ' times while running it","traceback":""}')
    return finish(id, 'dead', keep_ms)
  end
  redis.call('HSET', run, 'state', 'ready')
  make_ready(id, held[1], tonumber(held[2]))
end

local function reclaim(lease, lost_limit, keep_ms)
  local presence = redis.call('HMGET', meta, 'beat_at_ms', 'grace_until_ms')
  if now < tonumber(presence[2] or 0) or now - tonumber(presence[1] or now) > lease / 2 then return 0 end
  local expired = redis.call('ZRANGE', leases, '-inf', now, 'BYSCORE', 'LIMIT', 0, UPKEEP)
  for _, id in ipairs(expired) do
    redis.call('ZREM', leases, id)
    reclaim_job(id, lost_limit, keep_ms)
  end
  return #expired
end

-- Finished jobs whose retention has ended; a tombstone keeps the id taken for a while.
local function prune(most, tombstone_ms)
  for _, state in ipairs({'succeeded', 'dead', 'cancelled', 'expired'}) do
    local index = key('final', state)
    for _, id in ipairs(redis.call('ZRANGE', index, '-inf', now, 'BYSCORE', 'LIMIT', 0, most)) do
      redis.call('ZREM', index, id)
      redis.call('UNLINK', key('job', id), key('run', id))
      redis.call('SET', key('tombstone', id), state, 'PX', tombstone_ms)
    end
  end
  local forget = root .. 'forget'
  for _, entry in ipairs(redis.call('ZRANGE', forget, '-inf', now, 'BYSCORE', 'LIMIT', 0, most)) do
    redis.call('ZREM', forget, entry)
    local field, id = string.match(entry, '^(%a+):(.*)$')
    redis.call('HDEL', key('run', id), field)
  end
end
