#!lua flags=no-writes
-- Reads a page of jobs, walking through indexes one after another.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  most jobs to return
-- ARGV[2]  most index entries to look at
-- ARGV[3]  only jobs of this name, '' for all
-- ARGV[4]  only jobs of this queue, '' for all
-- ARGV[5]  index in which the last page ended, '' to begin with the first
-- ARGV[6]  score of the last entry seen there
-- ARGV[7]  id of that entry
-- ARGV[8…] states to look through, in this order
-- Returns  jobs (as find returns them), then where to go on: index, score, id; index '' at the end. A page ends early where its
--          envelopes have more than a MiB, since everybody waits while they are copied
--- @include "keys"
--- @include "head"
--- @include "bookkeeping"
--- @include "state"
--- @include "view"

local STRIDE, MOST_BYTES = 50, 2 ^ 20
local limit, budget = tonumber(ARGV[1]), tonumber(ARGV[2])
local jobs, bytes = {}, 0

-- The entry may have left or moved since the last page; then its score tells where it stood.
local function rank_behind(index, down, score, id)
  if size(index) == 0 then return 0 end
  local stands = redis.call('ZSCORE', index, id)
  if stands and tonumber(stands) == tonumber(score) then
    return redis.call(down and 'ZREVRANK' or 'ZRANK', index, id) + 1
  end
  if down then return redis.call('ZCOUNT', index, '(' .. score, '+inf') end
  return redis.call('ZCOUNT', index, '-inf', '(' .. score)
end

local function wanted(id)
  if ARGV[3] == '' and ARGV[4] == '' then return true end
  local name, queue = stored_head(id)
  queue = queue or read_run(id, 'queue')[1]
  return (ARGV[3] == '' or name == ARGV[3]) and (ARGV[4] == '' or queue == ARGV[4])
end

-- Waiting and running jobs come in the order in which something will happen to them, the others backwards.
local indexes = {}
local function add_index(label, down)
  indexes[#indexes + 1] = {label = label, key = root .. label, down = down}
end
local function add_waiting(state)
  local names = ARGV[4] ~= '' and {ARGV[4]} or listed('SMEMBERS', queues)
  table.sort(names)
  for _, name in ipairs(names) do add_index(state .. ':' .. name, false) end
end
for i = 8, #ARGV do
  local state = ARGV[i]
  if state == 'ready' or state == 'scheduled' or state == 'suspect' then add_waiting(state)
  elseif state == 'running' then add_index('leases', false)
  elseif state == 'parked' then add_index('parked', true)
  else add_index('final:' .. state, true) end
end

local number = 1
while ARGV[5] ~= '' and indexes[number] and indexes[number].label ~= ARGV[5] do number = number + 1 end
local score, id = ARGV[6], ARGV[7]
for n = number, #indexes do
  local index = indexes[n]
  local rank = score ~= '' and rank_behind(index.key, index.down, score, id) or 0
  while true do
    local entries = listed(index.down and 'ZREVRANGE' or 'ZRANGE', index.key, rank, rank + STRIDE - 1, 'WITHSCORES')
    if #entries == 0 then break end
    for i = 1, #entries, 2 do
      local job = wanted(entries[i]) and view(entries[i])
      if job then
        jobs[#jobs + 1] = job
        bytes = bytes + #job[3]
      end
      budget = budget - 1
      if #jobs >= limit or budget <= 0 or bytes > MOST_BYTES then return {jobs, index.label, entries[i + 1], entries[i]} end
    end
    rank = rank + STRIDE
  end
  score = ''
end
return {jobs, '', '', ''}
