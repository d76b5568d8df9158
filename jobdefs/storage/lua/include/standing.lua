-- Where a job stands: in the one index of its state, if all is well.
local STATES = {'running', 'succeeded', 'dead', 'cancelled', 'expired', 'parked', 'suspect', 'ready', 'scheduled'}
local IN_QUEUE = {ready = true, scheduled = true, suspect = true}

local function index_of(state, queue)
  if IN_QUEUE[state] then return queue and key(state, queue) end
  if state == 'running' then return leases end
  if state == 'parked' then return parked end
  return key('final', state)
end

-- The states in whose indexes a job stands, and the first of them, which is the one to believe; nil where an index is of
-- a wrong type, so that nothing can be told.
local function standing(id, queue)
  local found, first = {}, nil
  for _, state in ipairs(STATES) do
    local index = index_of(state, queue)
    local score = index and redis.pcall('ZSCORE', index, id)
    if type(score) == 'table' then return nil end
    if score then found[state], first = true, first or state end
  end
  return found, first
end

-- Another queue in which a job waits: somebody may have moved it by hand, or its envelope cannot tell its own.
local function waits_elsewhere(id)
  local names = redis.pcall('SMEMBERS', queues)
  for _, queue in ipairs(names.err and {} or names) do
    for state in pairs(IN_QUEUE) do
      if type(redis.pcall('ZSCORE', key(state, queue), id)) == 'string' then return queue end
    end
  end
end
