-- Puts one job in. Returns 'created', 'existing' or 'unreadable', then the job's state. An id is taken while its job
-- or its tombstone is there, so sending the same job twice makes one.
local function submit(envelope, delay_ms, due_at_ms)
  local id, name, queue, priority, head_end = read_head(string.sub(envelope, 1, HEAD_BYTES + 1))
  if not id then return 'unreadable', '' end
  if redis.call('EXISTS', key('job', id), key('tombstone', id)) > 0 then return 'existing', state_of(id) or 'deleted' end
  local due = due_at_ms ~= '' and tonumber(due_at_ms) or now + tonumber(delay_ms)
  local stamped = string.sub(envelope, 1, head_end) .. '"enqueued_at_ms":' .. string.format('%.0f', now) .. ','
  redis.call('SET', key('job', id), stamped .. string.sub(envelope, head_end + 1))
  redis.call('SADD', queues, queue)
  if due > now then
    make_scheduled(id, queue, due)
    return 'created', 'scheduled'
  end
  make_ready(id, queue, score_for(priority))
  return 'created', 'ready'
end
