-- The bookkeeping of a job: a hash that appears at its first claim. A key of a wrong type holds none; the first write
-- puts it aside for somebody to look at, so that neither the job nor the rest of its queue is stopped by it.
local ASIDE_MS = 30 * 24 * 3600 * 1000

local function read_run(id, ...)
  local fields = redis.pcall('HMGET', key('run', id), ...)
  return fields.err and {} or fields
end

local function write_run(id, ...)
  local run = key('run', id)
  local written = redis.pcall('HSET', run, ...)
  if type(written) == 'number' then return end
  redis.call('RENAME', run, key('aside', id))
  redis.call('PEXPIRE', key('aside', id), ASIDE_MS)
  redis.call('HSET', run, ...)
end

local function clear_run(id, ...) redis.pcall('HDEL', key('run', id), ...) end
