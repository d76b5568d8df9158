-- What a settled attempt causes beside its own end. Every kind takes its arguments even when the settlement is
-- stale and nothing is done, so that the next settlement begins at the right place.
local EFFECTS = {}

-- What cannot be read is not put in; the attempt has ended all the same.
local function follow(job)
  if job then submit(job) end
end

-- A follow-up job: envelope, delay in ms, unique key ('' for none), how long it is held, what is done where it is held.
function EFFECTS.submit(valid)
  local envelope, delay, lock, till, conflict = take(), take(), take(), take(), take()
  if valid then follow(read_job(envelope, delay, '', '', lock, till, conflict)) end
end

-- A value of Huey's key-value store: name, value, time to live in ms.
function EFFECTS.value(valid)
  local name, value, ttl = take(), take(), take()
  if valid then redis.call('SET', key('value', name), value, 'PX', ttl) end
end

-- The end of a revocation: name.
function EFFECTS.restore(valid)
  local name = take()
  if valid then restore(name) end
end

-- One member of a chord is done: chord id, its place, number of members, its value, how long values are kept in ms,
-- the callback's envelope. The last member to arrive submits the callback; a member that was replayed does not again.
function EFFECTS.chord(valid)
  local id, place, size, value, ttl, callback = take(), take(), take_number(), take(), take(), take()
  if not valid then return end
  local chord = key('chord', id)
  local arrived = redis.pcall('HSET', chord, place, value) == 1
  redis.call('PEXPIRE', chord, ttl)
  if arrived and redis.call('HLEN', chord) == size then follow(read_job(callback, '0', '', '', '', '', '')) end
end

local function take_effects(valid)
  for _ = 1, take_number() do
    EFFECTS[take()](valid)
    if valid then spend(COST.effect) end
  end
end
