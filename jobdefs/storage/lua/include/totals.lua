-- How many jobs stand in the indexes of each state in which the ledger must agree with them: those that have not ended.
local function totals()
  local all = {scheduled = 0, ready = 0, suspect = 0, running = size(leases), parked = size(root .. 'parked')}
  for _, queue in ipairs(listed('SMEMBERS', queues)) do
    for _, state in ipairs({'scheduled', 'ready', 'suspect'}) do all[state] = all[state] + size(key(state, queue)) end
  end
  return all
end
