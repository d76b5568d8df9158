#!lua flags=no-writes
-- Counts the jobs that wait and run, queue by queue.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  now, ms since 1970, '' for the server's time
-- ARGV[2]  most leases to look at
-- Returns  for each queue: name, ready, scheduled, running, suspects, age of the oldest ready job in ms or ''
--- @include "clock"
--- @include "keys"
--- @include "bookkeeping"
--- @include "waiting"

local running = {}
for _, id in ipairs(listed('ZRANGE', leases, 0, tonumber(ARGV[2]) - 1)) do
  local queue = read_run(id, 'queue')[1] or ''
  running[queue] = (running[queue] or 0) + 1
end

-- Scores sort by priority first, so the oldest job is the first of some priority.
local function oldest_age(index)
  local oldest
  for step = 0, 9 do
    local low, high = step * PRIORITY_STEP, (step + 1) * PRIORITY_STEP
    local first = listed('ZRANGEBYSCORE', index, string.format('%.0f', low), string.format('(%.0f', high), 'WITHSCORES', 'LIMIT', 0, 1)
    local since = first[2] and tonumber(first[2]) - low
    if since and (not oldest or since < oldest) then oldest = since end
  end
  if not oldest then return '' end
  return math.max(0, math.floor((now_us - STAMP_EPOCH_US - oldest * STAMP_UNIT_US) / 1000))
end

local reply = {}
local names = listed('SMEMBERS', queues)
table.sort(names)
for _, name in ipairs(names) do
  local ready = key('ready', name)
  reply[#reply + 1] = {name, size(ready), size(key('scheduled', name)), running[name] or 0, size(key('suspect', name)), oldest_age(ready)}
end
return reply
