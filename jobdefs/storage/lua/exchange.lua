#!lua flags=allow-oom
-- Settles finished attempts, does upkeep, and claims the next jobs: one round trip of a working consumer.
-- KEYS[1]  {namespace}:meta
-- ARGV     in this order:
--   now, ms since 1970, '' for the server's time
--   lease, ms
--   token for the new claims, 128 random bits in hex
--   'repeat' if an earlier call with this token got no reply, else 'first'
--   holder: the consumer's name
--   how many jobs to claim; how many suspects
--   life of a tombstone, ms
--   number of queues; their names, most wanted first
--   number of rooms; for each of them: how many of its jobs to claim at most, number of its job names, these names
--     ('huey:' stands for every plain Huey task)
--   number of settlements; for each of them:
--     id, token, outcome (succeeded | failed | snoozed | released | dead | cancelled | expired | parked),
--     how long the job, its result ('' as the job) and its history ('' as the job) are kept in ms, result ('' none),
--     failures so far ('' as before, and nothing but the effects follows), delay in ms, error ('' none),
--     detail for the history or the reason of parking, kind ('' none) of what is parked:
--     'digest:name', for consumers that announced this name with a digest that has not refused the job,
--     1 if the attempt came to an end of its own, 0 if its process had to be killed,
--     number of effects; for each of them its kind and arguments (include/effects.lua)
-- Returns  verdicts (settled | repeated | stale), one for each settlement save the last ones where there is too much to do at
--          once: those without a verdict have not been looked at, and are to come with another call,
--          claims {id, queue, the first 8,192 bytes of the envelope}, and unless all else is as for a job that was never claimed
--          before, failures, lost, generation, fence, whether it is a suspect, and where there are revocations the one by id
--          and the one by name,
--          now in ms, moment of the next scheduled job or lease end in ms or '', whether ready jobs remain, or kinds of
--          parked ones to look at, whether suspects do, leases taken away {id, holder, how long nothing was heard of him in ms or '',
--          whether the job is parked, its holders having vanished too often in a row,
--          whether its holder beats and never knew of the lease}
--- @include "clock"
--- @include "keys"
--- @include "head"
--- @include "bookkeeping"
--- @include "ledger"
--- @include "waiting"
--- @include "state"
--- @include "unique"
--- @include "ending"
--- @include "parking"
--- @include "suspects"
--- @include "calling_off"
--- @include "submission"
--- @include "history"
--- @include "forgetting"
--- @include "revocations"
--- @include "arguments"
--- @include "budget"
--- @include "gathering"
--- @include "effects"
--- @include "settlement"
--- @include "upkeep"
--- @include "claim"
--- @include "answer"

take()
local lease, token, repeated, holder = take_number(), take(), take() == 'repeat', take()
local want, suspects, tombstone = take_number(), take_number(), take_number()
local caller = {holder = holder, token = token, lease = lease}
local names = {}
for i = 1, take_number() do names[i] = take() end
-- Where no lease can be kept nothing is claimed.
if type(redis.pcall('ZCARD', leases)) ~= 'number' then names = {} end
local rooms = take_rooms()

local answer = last_answer(holder, token)
local verdicts, settled, stale = {}, false, 0
for i = 1, take_number() do
  local before = verdict_before(answer, i)
  -- What ends here must be able to leave here. What the answered call left, another one was told to bring.
  if i > 1 and (left < i * COST.removal or (answer and not before)) then break end
  verdicts[i] = settle(before)
  settled = settled or verdicts[i] == 'settled'
  if verdicts[i] == 'stale' and not before then stale = stale + 1 end
end

keep_gathered()

prune(#verdicts, tombstone)
promote_all(names)
local lost = reclaim(lease)
forget_due()

-- A first call whose answer is known arrived late, after its own repeat: nobody would learn of its claims.
local claims, kinds_remain = {}, false
if answer then
  if repeated then claims_before(answer, token, lease, claims) end
else
  if want > 0 then
    kinds_remain = claim_parked(names, rooms, want, caller, claims)
    claim(names, rooms, want, caller, claims)
  end
  if suspects > 0 then claim_suspects(names, suspects, caller, claims) end
  if #claims > 0 or settled or stale > 0 or repeated then keep_answer(holder, token, lease, claims, verdicts) end
end
keep_gathered()
add_revocations(claims)

-- Whether jobs remain, and the earliest moment at which there is something to do for somebody who serves these queues.
-- Whoever leaves jobs wakes others, also if it left them since it has no room for them.
local more, more_suspects, due = kinds_remain and 1 or 0, 0, next_reclaim(lease)
for _, name in ipairs(names) do
  local next_due = tonumber(listed('ZRANGE', key('scheduled', name), 0, 0, 'WITHSCORES')[2] or nil)
  if next_due and (not due or next_due < due) then due = next_due end
  if size(key('ready', name)) > 0 then
    more = 1
    wake(name, 0)
  end
  if size(key('suspect', name)) > 0 then more_suspects = 1 end
end
if stale > 0 then redis.pcall('HINCRBY', meta, 'stale', stale) end
keep_stamp()
keep_ledger()
return {verdicts, claims, now, due and string.format('%.0f', due) or '', more, more_suspects, lost}
