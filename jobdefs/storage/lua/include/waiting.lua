-- Jobs that wait. Ready jobs are ordered by priority, then by arrival: score = (9 - priority) * 2^49 + stamp.
-- A stamp is the store's time since 2024 in units of 8 µs, made strictly growing, so arrival order is exact,
-- the age of a waiting job can be told from its score, and the sum stays exact in a double until 2165.
local PRIORITY_STEP = 562949953421312
local STAMP_EPOCH_US = 1704067200000000
local STAMP_UNIT_US = 8

local stamp
local function next_stamp()
  if not stamp then
    stamp = tonumber(redis.call('HGET', meta, 'stamp') or '0')
    -- What somebody wrote there by hand may be anything, NaN included, which is neither.
    if not (stamp and stamp < PRIORITY_STEP) then stamp = 0 end
  end
  stamp = math.max(stamp + 1, math.floor((now_us - STAMP_EPOCH_US) / STAMP_UNIT_US))
  return stamp
end
local function keep_stamp()
  if stamp then redis.call('HSET', meta, 'stamp', string.format('%.0f', stamp)) end
end

local function priority_of(score) return 9 - math.floor(score / PRIORITY_STEP) end
local function score_for(priority) return (9 - priority) * PRIORITY_STEP + next_stamp() end

-- Consumers block on this marker; its score is when they should look: 0 for at once. LT keeps the earliest. It is only
-- a hint, so a marker of a wrong type stops nothing.
local function wake(queue, at)
  redis.pcall('ZADD', key('wake', queue), 'LT', string.format('%.0f', at), 'now')
end

-- The same for one consumer, who may have something to hear.
local MARKER_MS = 600000
local function wake_consumer(holder)
  wake('@' .. holder, 0)
  redis.pcall('PEXPIRE', key('wake', '@' .. holder), MARKER_MS)
end

-- Where the index is of a wrong type the job stands in none, and the sweeper puts it there once that is mended.
local function make_ready(id, queue, score)
  redis.pcall('ZADD', key('ready', queue), string.format('%.0f', score), id)
  wake(queue, 0)
end

local function make_scheduled(id, queue, due)
  redis.pcall('ZADD', key('scheduled', queue), string.format('%.0f', due), id)
  wake(queue, due)
end
