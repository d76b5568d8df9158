#!lua flags=allow-oom
-- Cancels a job, or asks its consumer to if it runs: the next beat tells it.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  now, ms since 1970, '' for the server's time
-- ARGV[2]  job id
-- ARGV[3]  how long the cancelled job is kept, ms
-- Returns  'done' or 'refused', then the job's state; nothing where there is no such job. One that is cancelled already
--          is 'done', since this may be the repeat of a call whose reply got lost
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
--- @include "calling_off"

local id, keep_ms = ARGV[2], tonumber(ARGV[3])
local state = state_of(id)
if not state then return {} end
if state == 'running' then
  write_run(id, 'cancel', keep_ms)
  wake_consumer(read_run(id, 'holder')[1] or '')
  return {'done', state}
end
if state == 'cancelled' then return {'done', state} end
if not call_off(id, state, keep_ms) then return {'refused', state} end
keep_ledger()
return {'done', 'cancelled'}
