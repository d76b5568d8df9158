-- Parked jobs: unreadable, or beyond whoever claimed them. The raw bytes stay where they are, beside the reason.
-- A kind is '<queue>:<digests>:<name>', the digests joined by '+' of all that refused the job since it was put in or
-- replayed: consumers that announced the name with yet another one may be able to run these jobs.
local parked, parked_kinds = root .. 'parked', root .. 'parked_kinds'
local function among(digest, digests) return string.find('+' .. digests .. '+', '+' .. digest .. '+', 1, true) end

-- What reads envelopes goes by no name: who could not read a job is not asked again for another reason.
local function able(holder, digests, name)
  local own = redis.pcall('HMGET', key('can', holder), name, '')
  if own.err or not own[1] or among(own[1], digests) then return false end
  return not own[2] or not among(own[2], digests)
end

-- All that refused a job, sorted, so that jobs refused by the same are of one kind. Whoever does not know a name has no
-- digest of it. Nil where they are too many to try another.
local MOST_REFUSALS = 100
local TOO_MANY = '; more than ' .. MOST_REFUSALS .. ' builds have refused it, so it is offered to no other one; a replay offers it to all of them anew'
local function refusals(id, digest)
  local before, all = read_run(id, 'refused')[1] or '', {}
  for each in string.gmatch(before, '[^+]+') do all[#all + 1] = each end
  if digest ~= '' and not among(digest, before) then all[#all + 1] = digest end
  if #all > MOST_REFUSALS then return nil end
  table.sort(all)
  return table.concat(all, '+')
end

-- Once per kind is enough, however many jobs of it a script parks. Returns how many consumers were asked.
local MOST_ASKED, asked = 100, {}
local function wake_able(digests, name)
  local kind = digests .. ':' .. name
  if asked[kind] then return 0 end
  asked[kind] = true
  local holders = listed('ZREVRANGE', root .. 'consumers', 0, MOST_ASKED - 1)
  for i, holder in ipairs(holders) do
    if able(holder, digests, name) then
      redis.pcall('HDEL', key('can', holder), KINDS_FIELD)
      wake_consumer(holder)
      return i
    end
  end
  return #holders
end

-- Returns how many consumers were asked whether they can run it.
local function park(id, queue, reason, kind, score)
  write_run(id, 'state', 'parked', 'queue', queue, 'reason', reason, 'finished_at_ms', now)
  redis.pcall('ZADD', parked, now, id)
  local digest, name = string.match(kind or '', '^([^:]*):(.*)$')
  if not name or not score then return 0 end
  local digests = refusals(id, digest)
  if not digests then
    write_run(id, 'reason', reason .. TOO_MANY)
    return 0
  end
  local whole = queue .. ':' .. digests .. ':' .. name
  write_run(id, 'kind', whole, 'refused', digests)
  redis.pcall('SADD', parked_kinds, whole)
  redis.pcall('ZADD', key('parked', whole), string.format('%.0f', score), id)
  return wake_able(digests, name)
end

-- A kind is known while there are such jobs.
local function forget_kind(kind)
  if redis.call('EXISTS', key('parked', kind)) == 0 then redis.pcall('SREM', parked_kinds, kind) end
end

local function unpark(id)
  local kind = read_run(id, 'kind')[1]
  redis.pcall('ZREM', parked, id)
  if kind then
    redis.pcall('ZREM', key('parked', kind), id)
    forget_kind(kind)
  end
  clear_run(id, 'reason', 'finished_at_ms', 'kind')
end
