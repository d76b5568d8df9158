-- Reads a job that is to be put in, nil where its envelope or its time cannot be read. Only the store stamps.
local function whole(text) return string.match(text, '^%-?%d+$') and tonumber(text) end
local function read_job(envelope, delay_ms, due_at_ms)
  local id, name, queue, priority, head_end = read_head(string.sub(envelope, 1, HEAD_BYTES + 1))
  if not id or string.find(envelope, '^"enqueued_at_ms"', head_end + 1) then return nil end
  local delay, due = whole(delay_ms), whole(due_at_ms)
  if not due and (due_at_ms ~= '' or not delay) then return nil end
  local stamped = string.sub(envelope, 1, head_end) .. '"enqueued_at_ms":' .. string.format('%.0f', now) .. ','
  return {
    id = id, queue = queue, priority = priority, due = due or now + delay,
    envelope = stamped .. string.sub(envelope, head_end + 1),
  }
end

-- Puts a job in. Returns 'created' or 'existing', then its state. An id is taken while its job or its tombstone is
-- there, so sending the same job twice makes one.
local function submit(job)
  local id = job.id
  if redis.call('EXISTS', key('job', id), key('tombstone', id)) > 0 then return 'existing', state_of(id) or 'deleted' end
  local state = job.due > now and 'scheduled' or 'ready'
  -- The index first: should it be of a wrong type, the script ends here and nothing has been written.
  if state == 'scheduled' then make_scheduled(id, job.queue, job.due)
  else make_ready(id, job.queue, score_for(job.priority)) end
  redis.call('SET', key('job', id), job.envelope)
  redis.pcall('SADD', queues, job.queue)
  return 'created', state
end
