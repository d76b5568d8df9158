#!lua flags=allow-oom
-- Compares a part of the jobs with the indexes in which they stand, and mends what disagrees.
-- It is one step of a slow pass over everything; whoever comes next goes on with it.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  now, ms since 1970, '' for the server's time
-- ARGV[2]  how many keys or entries to look at
-- ARGV[3]  how long it is until the next step at least, ms
-- ARGV[4]  how long it is until the next pass at least, ms
-- ARGV[5]  lease of a job that runs without one, ms
-- ARGV[6…] for each final state: its name, and how long a job without a place in it is kept, ms
-- Returns  how long it is until the next step, ms; whether this one was the last of a pass; repairs {id, what was wrong}
--- @include "clock"
--- @include "keys"
--- @include "head"
--- @include "bookkeeping"
--- @include "ledger"
--- @include "waiting"
--- @include "state"
--- @include "unique"
--- @include "parking"
--- @include "suspects"
--- @include "standing"
--- @include "totals"
--- @include "reckoning"
--- @include "mending"

local STEP_MS, PASS_MS = tonumber(ARGV[3]), tonumber(ARGV[4])
local progress = redis.call('HMGET', meta, 'sweep_at_ms', 'sweep_place', 'sweep_cursor')
local early = (tonumber(progress[1]) or 0) - now
-- A moment too far ahead was written before the clock stepped back.
if early > 0 and early <= math.max(STEP_MS, PASS_MS) then return {early, 0, {}} end

local rules = {lease = tonumber(ARGV[5]), keep = {}}
for i = 6, #ARGV, 2 do rules.keep[ARGV[i]] = tonumber(ARGV[i + 1]) end

-- A unique key goes with its job at the latest; one with a window ends by itself.
local function check_unique(lock)
  local held = redis.pcall('GET', key('unique', lock))
  if type(held) ~= 'string' or string.find(held, '^window ') then return end
  local id = string.match(held, '^%a+ (.+)$')
  local state = id and state_of(id)
  if state and not FINAL[state] then return end
  redis.call('DEL', key('unique', lock))
  repaired(id or '', 'its unique key ' .. lock .. ' was left behind')
end

local CHECKS = {
  job = function(id) mend(id, rules) end,
  run = function(id) if redis.call('EXISTS', key('job', id)) == 0 then mend(id, rules) end end,
  unique = check_unique,
}
local function check_keys(cursor, most)
  local pattern = string.gsub(root, '[%*%?%[%]\\]', '\\%0') .. '*'
  local scanned = redis.call('SCAN', cursor, 'MATCH', pattern, 'COUNT', most)
  for _, name in ipairs(scanned[2]) do
    local kind, id = string.match(string.sub(name, #root + 1), '^(%a+):(.*)$')
    if CHECKS[kind] then CHECKS[kind](id) end
  end
  return scanned[1], scanned[1] == '0' and 1 + #scanned[2] or most
end

local function check_kinds(cursor, most)
  local scanned = redis.pcall('SSCAN', parked_kinds, cursor, 'COUNT', most)
  if scanned.err then return '0', 1 end
  for _, kind in ipairs(scanned[2]) do
    if redis.call('EXISTS', key('parked', kind)) == 0 then
      redis.call('SREM', parked_kinds, kind)
      repaired('', 'the kind ' .. kind .. ' was listed without jobs')
    end
  end
  return scanned[1], 1 + #scanned[2]
end

-- An index by its label: the state of those who stand in it, and the queue or the kind.
local function meaning(label)
  if label == 'leases' then return 'running' end
  local first, rest = string.match(label, '^(%a+):?(.*)$')
  if first == 'final' then return rest end
  return first, rest ~= '' and rest or nil
end

local function check_entry(label, id)
  local state, part = meaning(label)
  local kind = state == 'parked' and part
  local run = read_run(id, 'state', 'kind')
  local said = run[1] == state or (not run[1] and (state == 'ready' or state == 'scheduled'))
  if said and (not kind or run[2] == kind) and redis.call('EXISTS', key('job', id)) == 1 then return end
  local is = mend(id, rules, IN_QUEUE[state] and part or nil)
  if is and (is ~= state or (kind and read_run(id, 'kind')[1] ~= kind)) and redis.call('ZREM', root .. label, id) == 1 then
    repaired(id, 'it stood in ' .. label .. ', and was ' .. is)
    if kind then forget_kind(kind) end
  end
end

local function check_index(label, cursor, most)
  local scanned = redis.pcall('ZSCAN', root .. label, cursor, 'COUNT', most)
  if scanned.err then return '0', 1 end
  for i = 1, #scanned[2], 2 do check_entry(label, scanned[2][i]) end
  return scanned[1], 1 + #scanned[2] / 2
end

local function labels()
  local all = {'keys', 'leases', 'parked', 'parked_kinds', 'final:succeeded', 'final:dead', 'final:cancelled', 'final:expired'}
  local function add(set, prefixes)
    local members = redis.pcall('SMEMBERS', set)
    for _, member in ipairs(members.err and {} or members) do
      for _, prefix in ipairs(prefixes) do all[#all + 1] = prefix .. member end
    end
  end
  add(queues, {'ready:', 'scheduled:', 'suspect:'})
  add(parked_kinds, {'parked:'})
  table.sort(all)
  return all
end

local function check(label, cursor, most)
  if label == 'keys' then return check_keys(cursor, most) end
  if label == 'parked_kinds' then return check_kinds(cursor, most) end
  return check_index(label, cursor, most)
end

local place, cursor, left = progress[2] or '', string.match(progress[3] or '', '^%d+$') or '0', tonumber(ARGV[2])
local ended = 1
for _, label in ipairs(labels()) do
  local goes_on = label == place and cursor ~= '0'
  if goes_on or label > place then
    if left <= 0 then
      ended = 0
      break
    end
    local looked_at
    cursor, looked_at = check(label, goes_on and cursor or '0', left)
    place, left = label, left - looked_at
    if cursor ~= '0' then
      ended = 0
      break
    end
  end
end
if ended == 1 then place, cursor = '', '0' end
local wait = ended == 1 and PASS_MS or STEP_MS
redis.call('HSET', meta, 'sweep_at_ms', now + wait, 'sweep_place', place, 'sweep_cursor', cursor)
keep_stamp()
reckon()
keep_ledger()
keep_repairs()
return {wait, ended, repairs}
