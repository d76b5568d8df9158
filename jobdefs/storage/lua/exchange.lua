#!lua flags=allow-oom
-- Settles finished attempts, does upkeep, and claims the next jobs: one round trip of a working consumer.
-- KEYS[1]  {namespace}:meta
-- ARGV     in this order:
--   now, ms since 1970, '' for the server's time
--   lease, ms
--   token for the new claims, 128 random bits in hex
--   'repeat' if an earlier call with this token got no reply, else 'first'
--   holder: the consumer's name
--   how many jobs to claim
--   how often a job may lose its holder before it is dead; how long such a job is kept, ms; life of a tombstone, ms
--   number of queues; their names, most wanted first
--   number of rooms; for each of them: how many of its jobs to claim at most, number of its job names, these names
--     ('huey:' stands for every plain Huey task)
--   number of settlements; for each of them:
--     id, token, outcome (succeeded | failed | snoozed | released | dead | cancelled | expired | parked), failures so far,
--     delay in ms, how long the job, its result ('' as the job) and its history ('' as the job) are kept in ms,
--     result ('' none), error ('' none), detail for the history or the reason of parking,
--     number of effects; for each of them its kind and arguments (include/effects.lua)
-- Returns  verdict of each settlement (settled | repeated | stale),
--          claims {id, queue, envelope, failures, lost, generation, revocation by id, revocation by name},
--          now in ms, moment of the next scheduled job or lease end in ms or '', whether ready jobs remain, number reclaimed
--- @include "clock"
--- @include "keys"
--- @include "head"
--- @include "bookkeeping"
--- @include "waiting"
--- @include "state"
--- @include "submission"
--- @include "history"
--- @include "forgetting"
--- @include "revocations"
--- @include "ending"
--- @include "arguments"
--- @include "effects"
--- @include "settlement"
--- @include "upkeep"
--- @include "claim"
--- @include "answer"

take()
local lease, token, repeated, holder, want = take_number(), take(), take() == 'repeat', take(), take_number()
local lost_limit, keep_dead, tombstone = take_number(), take_number(), take_number()
local names = {}
for i = 1, take_number() do names[i] = take() end
local rooms = take_rooms()

local answer = last_answer(holder, token)
local verdicts, settled = {}, false
for i = 1, take_number() do
  verdicts[i] = settle(verdict_before(answer, i))
  settled = settled or verdicts[i] == 'settled'
end

promote_all(names)
local reclaimed = reclaim(lease, lost_limit, keep_dead)
prune(UPKEEP + 2 * #verdicts, tombstone)

-- A first call whose answer is known arrived late, after its own repeat: nobody would learn of its claims.
local claims = {}
if answer then
  if repeated then claims_before(answer, token, lease, claims) end
else
  if want > 0 then claim(names, rooms, want, token, holder, lease, claims) end
  if #claims > 0 or settled or repeated then keep_answer(holder, token, lease, claims, verdicts) end
end
add_revocations(claims)

-- Whether jobs remain, and the earliest moment at which there is something to do for somebody who serves these queues.
-- Whoever leaves jobs wakes others, also if it left them since it has no room for them.
local more, due = 0, next_reclaim()
for _, name in ipairs(names) do
  local next_due = tonumber(redis.call('ZRANGE', key('scheduled', name), 0, 0, 'WITHSCORES')[2])
  if next_due and (not due or next_due < due) then due = next_due end
  if redis.call('EXISTS', key('ready', name)) == 1 then
    more = 1
    wake(name, 0)
  end
end
keep_stamp()
return {verdicts, claims, now, due and string.format('%.0f', due) or '', more, reclaimed}
