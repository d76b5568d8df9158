-- Unique keys: 'unique:<name>:<key>' holds 'scope id'. A key counts only while its job is in the scope, so none is held
-- by what is no longer there.
local FINAL = {succeeded = true, dead = true, cancelled = true, expired = true}
local NOT_BEGUN = {scheduled = true, ready = true}

-- The job that holds a lock, nil where nobody does.
local function keeper(lock)
  local held = redis.pcall('GET', key('unique', lock))
  if type(held) ~= 'string' then return nil end
  local scope, id = string.match(held, '^(%a+) (.+)$')
  if not id or scope == 'window' then return id end
  local state = state_of(id)
  if not state or FINAL[state] or (scope == 'started' and not NOT_BEGUN[state]) then return nil end
  return id
end

-- ``till`` is 'started', 'finished', or the length of a window in ms.
local function take_lock(lock, id, till)
  if tonumber(till) then
    redis.call('SET', key('unique', lock), 'window ' .. id, 'PX', till)
  else
    redis.call('SET', key('unique', lock), till .. ' ' .. id)
    write_run(id, 'unique', lock, 'until', till)
  end
end

local function let_go(lock, id)
  if not lock then return end
  local name = key('unique', lock)
  local held = redis.pcall('GET', name)
  if type(held) == 'string' and string.match(held, '^%a+ (.+)$') == id then redis.call('DEL', name) end
end

-- A lock until the job has started does not count while it runs, and is dropped when the attempt turns out to have begun:
-- a job that is handed back before holds it again.
local function let_go_begun(lock, id, till)
  if till == 'started' then let_go(lock, id) end
end
