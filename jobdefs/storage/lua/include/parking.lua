-- Parked jobs: unreadable, or beyond whoever claimed them. The raw bytes stay where they are, beside the reason.
-- A kind is '<queue>:<digest>:<name>': consumers that announced the name with another digest can run these jobs.
local parked, parked_kinds = root .. 'parked', root .. 'parked_kinds'
local function able(holder, digest, name)
  local own = redis.pcall('HGET', key('can', holder), name)
  return type(own) == 'string' and own ~= digest
end

-- Once per kind is enough, however many jobs of it a script parks.
local MOST_ASKED, asked = 100, {}
local function wake_able(digest, name)
  local kind = digest .. ':' .. name
  if asked[kind] then return end
  asked[kind] = true
  local holders = redis.pcall('ZREVRANGE', root .. 'consumers', 0, MOST_ASKED - 1)
  for _, holder in ipairs(holders.err and {} or holders) do
    if able(holder, digest, name) then return wake_consumer(holder) end
  end
end

local function park(id, queue, reason, kind, score)
  write_run(id, 'state', 'parked', 'queue', queue, 'reason', reason, 'finished_at_ms', now)
  redis.call('ZADD', parked, now, id)
  local digest, name = string.match(kind or '', '^([^:]*):(.*)$')
  if not name or not score then return end
  local whole = queue .. ':' .. kind
  write_run(id, 'kind', whole)
  redis.call('SADD', parked_kinds, whole)
  redis.call('ZADD', key('parked', whole), string.format('%.0f', score), id)
  wake_able(digest, name)
end

-- A kind is known while there are such jobs.
local function forget_kind(kind)
  if redis.call('EXISTS', key('parked', kind)) == 0 then redis.call('SREM', parked_kinds, kind) end
end

local function unpark(id)
  local kind = read_run(id, 'kind')[1]
  redis.call('ZREM', parked, id)
  if kind then
    redis.call('ZREM', key('parked', kind), id)
    forget_kind(kind)
  end
  clear_run(id, 'reason', 'finished_at_ms', 'kind')
end
