-- Cancels a job that waits; whether it did.
local WAITING = {scheduled = true, ready = true, suspect = true}
local function call_off(id, state, keep_ms, reason)
  local name, queue = stored_head(id)
  if state == 'parked' then
    unpark(id)
  elseif not WAITING[state] or not queue or redis.pcall('ZREM', key(state, queue), id) ~= 1 then
    return false
  end
  if reason then write_run(id, 'reason', reason) end
  finish(id, 'cancelled', keep_ms, read_run(id, 'unique')[1])
  note_move(name, state, 'cancelled')
  return true
end
