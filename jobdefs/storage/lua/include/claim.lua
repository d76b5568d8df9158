-- Claims for a caller: who he is (holder), the token and the length of his leases.
local function park_unclaimable(id, queue, from, reason)
  park(id, queue, reason)
  note_move(read_run(id, 'name')[1] or stored_head(id), from, 'parked')
end

-- A claim as the caller gets it; of a job that was never claimed before only the first three.
local function as_claim(id, queue, envelope, failures, lost, generation, fence, suspicion)
  local counts = {tonumber(failures) or 0, tonumber(lost) or 0, tonumber(generation) or 0, tonumber(fence) or 0}
  return {id, queue, envelope, counts[1], counts[2], counts[3], counts[4], is_suspect(suspicion) and 1 or 0}
end

local function begin_run(id, score, queue, name, fence, caller)
  write_run(id, 'state', 'running', 'token', caller.token, 'queue', queue, 'score', score, 'claimed_at_ms', text_of(now),
    'holder', caller.holder, 'name', name, 'fence', fence)
  gather_added(leases, text_of(now + caller.lease), id)
end

local function claim_job(id, score, queue, from, caller, never_claimed)
  spend(COST.claim)
  local envelope = read_beginning(id)
  if type(envelope) ~= 'string' then return park_unclaimable(id, queue, from, 'its envelope is not a string') end
  if envelope == '' then return park_unclaimable(id, queue, from, 'its envelope is gone') end
  local written = read_name(envelope, id)
  if never_claimed or redis.call('EXISTS', key('run', id)) == 0 then
    begin_run(id, score, queue, written or '?', '1', caller)
    note_move(written, from, 'running')
    return {id, queue, envelope}
  end
  local before = read_run(id, 'failures', 'lost', 'generation', 'suspicion', 'name', 'fence')
  local name, fence = before[5] or written or '?', (tonumber(before[6]) or 0) + 1
  begin_run(id, score, queue, name, fence, caller)
  note_move(name, from, 'running')
  return as_claim(id, queue, envelope, before[1], before[2], before[3], fence, before[4])
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

local function room_of(rooms, name)
  return rooms[name] or (string.sub(name, 1, #PLAIN) == PLAIN and rooms[PLAIN])
end

local function has_room(rooms, name)
  local room = room_of(rooms, name)
  return not room or room.left > 0
end

local function enters(rooms, id)
  spend(COST.look)
  local room = room_of(rooms, stored_head(id) or '')
  if not room then return true end
  room.left = room.left - 1
  return room.left >= 0
end

-- Takes the first jobs out of an index: ids and scores in turn. Jobs without room stay, and only the first hundred or so
-- behind the ones to take are looked at, and what is left of the budget allows.
local ALL, LOOK_AHEAD = 1, 100
local function take_first(index, most, rooms)
  if not next(rooms) then return listed('ZPOPMIN', index, most) end
  local looks = math.min(most + LOOK_AHEAD, affordable(COST.look, ALL))
  local entries, taken, ids = listed('ZRANGE', index, 0, looks - 1, 'WITHSCORES'), {}, {}
  for i = 1, #entries, 2 do
    if #ids == most or (#ids > 0 and #ids * COST.claim >= left) then break end
    if enters(rooms, entries[i]) then
      ids[#ids + 1] = entries[i]
      taken[#taken + 1], taken[#taken + 2] = entries[i], entries[i + 1]
    end
  end
  if #ids > 0 then redis.call('ZREM', index, unpack(ids)) end
  return taken
end

-- Most jobs have no bookkeeping before they are claimed, and it takes less to see that of all at once than to read none.
local function none_was_claimed(taken)
  local runs = {}
  for i = 1, #taken, 2 do runs[#runs + 1] = key('run', taken[i]) end
  return #runs > 0 and redis.call('EXISTS', unpack(runs)) == 0
end

-- Claims of the best jobs of the queues, in the order in which the queues are given. Jobs that cannot be handed out are
-- parked, so there may be fewer claims than there were jobs.
local function claim(names, rooms, want, caller, claims)
  local before = #claims
  for _, queue in ipairs(names) do
    if #claims < want and (left > 0 or #claims == before) then
      local taken = take_first(key('ready', queue), math.min(want - #claims, affordable(COST.claim, ALL)), rooms)
      local never_claimed = none_was_claimed(taken)
      for i = 1, #taken, 2 do
        claims[#claims + 1] = claim_job(taken[i], taken[i + 1], queue, 'ready', caller, never_claimed)
      end
    end
  end
end

-- Claims suspects, oldest first; each keeps the score by which it stood in its queue.
local function claim_suspects(names, most, caller, claims)
  for _, queue in ipairs(names) do
    local taken = most > 0 and listed('ZPOPMIN', key('suspect', queue), math.min(most, affordable(COST.claim, ALL))) or {}
    most = most - #taken / 2
    for i = 1, #taken, 2 do
      local score = read_run(taken[i], 'score')[1] or taken[i + 1]
      claims[#claims + 1] = claim_job(taken[i], score, queue, 'suspect', caller)
    end
  end
end

-- Claims parked jobs that this consumer can run, and whoever parked them could not; suspects among them go to quarantine
-- from their own index.
local function claim_kind(kind, queue, rooms, want, caller, claims)
  local most = math.min(want - #claims, affordable(COST.unparking + COST.claim, HALF))
  local taken = take_first(key('parked', kind), most, rooms)
  for i = 1, #taken, 2 do
    spend(COST.unparking)
    unpark(taken[i])
    local before = read_run(taken[i], 'suspicion', 'name')
    if is_suspect(before[1]) then
      make_suspect(taken[i], queue)
      note_move(before[2], 'parked', 'suspect')
    else
      claims[#claims + 1] = claim_job(taken[i], taken[i + 1], queue, 'parked', caller)
    end
  end
  forget_kind(kind)
end

-- A consumer that has announced something looks through all kinds once, and through all again while it leaves jobs there:
-- '+' for want of wishes, '-' for want of room. After that it looks at a few at random, and at all when one is parked for it.
local KINDS_AT_ONCE, KINDS_AT_RANDOM, SEEN = 100, 20, 'seen'
local function next_kinds(holder)
  local known = redis.pcall('HMGET', key('can', holder), LEASE_FIELD, KINDS_FIELD)
  if known.err or not known[1] then return {}, nil end
  if known[2] == SEEN then return listed('SRANDMEMBER', parked_kinds, KINDS_AT_RANDOM), {before = SEEN, cursor = '0', left = ''} end
  local cursor, left = string.match(known[2] or '0', '^(%d+)([+-]?)$')
  local scanned = listed('SSCAN', parked_kinds, cursor or '0', 'COUNT', KINDS_AT_ONCE)
  return scanned[2] or {}, {before = known[2], cursor = scanned[1] or '0', left = left or ''}
end

-- Returns whether there is a reason to look for more at once.
local function keep_place(holder, round)
  local through = round.cursor == '0'
  local place = through and (round.left == '' and SEEN or '0') or round.cursor .. round.left
  if place ~= round.before then redis.pcall('HSET', key('can', holder), KINDS_FIELD, place) end
  return not through or round.left == '+'
end

local function claim_parked(names, rooms, want, caller, claims)
  if redis.call('EXISTS', parked_kinds) == 0 then return false end
  local kinds, round = next_kinds(caller.holder)
  if not round then return false end
  local serves = {}
  for _, queue in ipairs(names) do serves[queue] = true end
  for _, kind in ipairs(kinds) do
    local queue, digests, name = string.match(kind, '^([^:]*):([^:]*):(.*)$')
    spend(COST.kind)
    if serves[queue] and (#claims >= want or left <= 0) then
      round.left = '+'
    elseif serves[queue] and able(caller.holder, digests, name) then
      if has_room(rooms, name) then claim_kind(kind, queue, rooms, want, caller, claims) end
      if redis.call('EXISTS', key('parked', kind)) == 1 then
        round.left = (#claims >= want or has_room(rooms, name) or round.left == '+') and '+' or '-'
      end
    end
  end
  return keep_place(caller.holder, round)
end

local function complete(claims, i)
  claims[i] = as_claim(claims[i][1], claims[i][2], claims[i][3], 0, 0, 0, 1)
  return claims[i]
end

-- Adds to each claim the revocation by its id and the one by its name.
local function add_revocations(claims)
  if #claims == 0 or redis.call('EXISTS', revocations) == 0 then return end
  for i, claimed in ipairs(claims) do
    local _, name = read_head(claimed[3])
    local task = string.gsub(name or '', '^huey:', '')
    local found = listed('HMGET', revocations, 'r:' .. claimed[1], 'rt:' .. task)
    if not claimed[8] then claimed = complete(claims, i) end
    claimed[9], claimed[10] = found[1] or '', found[2] or ''
  end
end
