-- Reads a job that is to be put in, nil where its envelope, its time or its lock cannot be read. Only the store stamps.
local CONFLICTS = {existing = true, error = true, replace = true}
local WINDOW_DIGITS = 15
local function whole(text) return string.match(text, '^%-?%d+$') and tonumber(text) end
local function read_lock(job, lock, till, conflict)
  if lock == '' then return job end
  local window = string.match(till, '^%d+$') and #till <= WINDOW_DIGITS and tonumber(till) > 0
  local known = till == 'started' or till == 'finished' or window
  if not known or not CONFLICTS[conflict] then return nil end
  job.lock, job.till, job.conflict = job.name .. ':' .. lock, till, conflict
  return job
end

local STAMP = '"enqueued_at_ms":' .. string.format('%.0f', now) .. ','
local function read_job(envelope, delay_ms, due_at_ms, request, lock, till, conflict)
  local id, name, queue, priority, head_end = read_head(string.sub(envelope, 1, HEAD_BYTES))
  if not id or string.find(envelope, '^"enqueued_at_ms"', head_end + 1) then return nil end
  local delay, due = whole(delay_ms), whole(due_at_ms)
  if not due and (due_at_ms ~= '' or not delay) then return nil end
  local job = {
    id = id, name = name, queue = queue, priority = priority, due = due or now + delay, request = request,
    envelope = string.sub(envelope, 1, head_end) .. STAMP .. string.sub(envelope, head_end + 1),
  }
  return read_lock(job, lock, till, conflict)
end

-- Whether a job with this id stands for another request. Where that request was not kept, its name must do.
local function is_other(job, request, name)
  if job.request == '' then return false end
  if request then return request ~= job.request end
  return name and name ~= job.name
end

-- An id is taken while its job or its tombstone is there, so sending the same job twice makes one. A tombstone is
-- 'state digest', or 'duplicate digest id' of a request that got the other job with this id.
local function taken(job)
  local state = state_of(job.id)
  if state then
    local request, name = read_run(job.id, 'request')[1], stored_head(job.id)
    return is_other(job, request, name) and 'different' or 'existing', state, job.id
  end
  local tombstone = tostring(redis.pcall('GET', key('tombstone', job.id)))
  local request, other = string.match(tombstone, '^duplicate (%x+) (.+)$')
  if is_other(job, request or string.match(tombstone, ' (%x+)$')) then return 'different', 'deleted', job.id end
  if other then return 'duplicate', state_of(other) or 'deleted', other end
  return 'existing', 'deleted', job.id
end

-- The verdict that a held unique key gives to a job, nil where the job may go in.
local DAY_MS = 24 * 3600 * 1000
local function held_back(job)
  local other = job.lock and keeper(job.lock)
  if not other then return nil end
  local state = state_of(other)
  if job.conflict == 'replace' and NOT_BEGUN[state] then
    if call_off(other, state, DAY_MS, 'replaced by job ' .. job.id) then return nil end
  end
  -- Whoever is content with the other job has got an answer to his request, and gets the same one again.
  if job.conflict ~= 'error' and job.request ~= '' then
    redis.call('SET', key('tombstone', job.id), 'duplicate ' .. job.request .. ' ' .. other, 'PX', DAY_MS)
  end
  return 'duplicate', state or 'deleted', other
end

-- A queue must be known, and be woken at the earliest moment at which a job of this script is due: once for all of them.
local woken = {}
local function announce(queue, at)
  if not woken[queue] then redis.pcall('SADD', queues, queue) end
  if not woken[queue] or at < woken[queue] then
    wake(queue, at)
    woken[queue] = at
  end
end

-- Puts a job in. Returns 'created', 'existing', 'different' or 'duplicate', then the state and the id of the job that is there.
local function submit(job)
  local id = job.id
  if redis.call('EXISTS', key('job', id), key('tombstone', id)) > 0 then return taken(job) end
  local state = job.due > now and 'scheduled' or 'ready'
  local verdict, its_state, its_id = held_back(job)
  if verdict then return verdict, its_state, its_id end
  local score = state == 'ready' and score_for(job.priority) or job.due
  redis.pcall('ZADD', key(state, job.queue), string.format('%.0f', score), id)
  redis.call('SET', key('job', id), job.envelope)
  announce(job.queue, state == 'ready' and 0 or job.due)
  if job.lock then take_lock(job.lock, id, job.till) end
  if job.request ~= '' then write_run(id, 'request', job.request) end
  note('enqueued', job.name, 1)
  note(state, job.name, 1)
  return 'created', state, id
end
