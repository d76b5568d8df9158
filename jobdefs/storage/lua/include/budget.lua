-- What one exchange may do, so that nobody waits for it for long, however much there is to do. It is counted in short
-- commands, with the Lua around each; settling and claiming a batch of 64 is nearly all of it.
local left = 800
local COST = {
  success = 6, ending = 12, effect = 6, asked = 1, promotion = 4, kept = 4, reclaim = 12, removal = 4, forgetting = 2,
  claim = 6, unparking = 10, kind = 2, look = 1,
}
local function spend(cost) left = left - cost end

-- How many of what costs that much each a share of what is left allows; one in any case, so that nothing waits for ever.
local function affordable(cost, share) return math.max(math.floor(left * share / cost), 1) end
