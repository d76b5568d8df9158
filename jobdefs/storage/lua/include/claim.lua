-- Claims of the best jobs of the queues, in the order in which the queues are given.
local function claim_job(id, score, queue, token, holder, lease)
  local envelope = redis.pcall('GET', key('job', id))
  if not envelope then return park(id, queue, 'its envelope is gone') end
  if type(envelope) ~= 'string' then return park(id, queue, 'its envelope is not a string') end
  local before = read_run(id, 'failures', 'lost', 'generation')
  write_run(id, 'state', 'running', 'token', token, 'queue', queue, 'score', score, 'claimed_at_ms', now, 'holder', holder)
  redis.call('ZADD', leases, now + lease, id)
  return {id, queue, envelope, tonumber(before[1]) or 0, tonumber(before[2]) or 0, tonumber(before[3]) or 0}
end

-- Rooms bound how many jobs of some names are claimed, whatever else is: the room of each such name.
local PLAIN = 'huey:'
local function take_rooms()
  local rooms = {}
  for _ = 1, take_number() do
    local room = {left = take_number()}
    for _ = 1, take_number() do rooms[take()] = room end
  end
  return rooms
end

local function enters(rooms, id)
  local name = stored_head(id) or ''
  local room = rooms[name] or (string.sub(name, 1, #PLAIN) == PLAIN and rooms[PLAIN])
  if not room then return true end
  room.left = room.left - 1
  return room.left >= 0
end

-- Takes the first jobs out of a queue: ids and scores in turn. Jobs without room stay, and only the first hundred or so
-- behind the ones to take are looked at.
local LOOK_AHEAD = 100
local function take_first(queue, most, rooms)
  local ready = key('ready', queue)
  if not next(rooms) then return redis.call('ZPOPMIN', ready, most) end
  local entries, taken, ids = redis.call('ZRANGE', ready, 0, most + LOOK_AHEAD - 1, 'WITHSCORES'), {}, {}
  for i = 1, #entries, 2 do
    if #ids == most then break end
    if enters(rooms, entries[i]) then
      ids[#ids + 1] = entries[i]
      taken[#taken + 1], taken[#taken + 2] = entries[i], entries[i + 1]
    end
  end
  if #ids > 0 then redis.call('ZREM', ready, unpack(ids)) end
  return taken
end

-- Jobs that cannot be handed out are parked, so there may be fewer claims than there were jobs.
local function claim(names, rooms, want, token, holder, lease, claims)
  for _, queue in ipairs(names) do
    if #claims < want then
      local taken = take_first(queue, want - #claims, rooms)
      for i = 1, #taken, 2 do
        claims[#claims + 1] = claim_job(taken[i], taken[i + 1], queue, token, holder, lease)
      end
    end
  end
end

-- Adds to each claim the revocation by its id and the one by its name.
local function add_revocations(claims)
  if #claims == 0 or redis.call('EXISTS', revocations) == 0 then return end
  for _, claimed in ipairs(claims) do
    local _, name = read_head(claimed[3])
    local task = string.gsub(name or '', '^huey:', '')
    local found = redis.call('HMGET', revocations, 'r:' .. claimed[1], 'rt:' .. task)
    claimed[7], claimed[8] = found[1] or '', found[2] or ''
  end
end
