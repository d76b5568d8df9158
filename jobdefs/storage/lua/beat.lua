#!lua flags=allow-oom
-- Says that a consumer is present and extends the leases it holds.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  now, ms since 1970, '' for the server's time
-- ARGV[2]  consumer's name
-- ARGV[3]  lease, ms
-- ARGV[4…] for each lease held: job id, token
-- Returns  leases that are no longer the caller's, leases of jobs that somebody wants cancelled, both as job id, token, …;
--          epoch of the key space or '', whether it is still known what the consumer can run,
--          schema version of the key space or ''
--- @include "clock"
--- @include "keys"
--- @include "bookkeeping"

local lease = tonumber(ARGV[3])
-- Nobody could beat while the store was away or frozen, so nobody's silence counts: grace for one lease.
local beat_at = tonumber(redis.call('HGET', meta, 'beat_at_ms') or now)
if now - beat_at > lease / 2 then redis.call('HSET', meta, 'grace_until_ms', now + lease) end
redis.call('HSET', meta, 'beat_at_ms', now)
redis.pcall('ZADD', root .. 'consumers', now, ARGV[2])
redis.pcall('ZREMRANGEBYSCORE', root .. 'consumers', '-inf', now - 10 * lease)

-- Leases and not jobs, since the caller may have claimed a job anew while it beat.
local function add(list, id, token) list[#list + 1], list[#list + 2] = id, token end
local lost, cancelled = {}, {}
for i = 4, #ARGV, 2 do
  local held = read_run(ARGV[i], 'state', 'token', 'cancel')
  if held[1] == 'running' and held[2] == ARGV[i + 1] then
    redis.pcall('ZADD', leases, now + lease, ARGV[i])
    if held[3] then add(cancelled, ARGV[i], ARGV[i + 1]) end
  else
    add(lost, ARGV[i], ARGV[i + 1])
  end
end
local announced = redis.call('PEXPIRE', key('can', ARGV[2]), 10 * lease)
return {lost, cancelled, redis.call('HGET', meta, 'epoch') or '', announced, redis.call('HGET', meta, 'schema') or ''}
