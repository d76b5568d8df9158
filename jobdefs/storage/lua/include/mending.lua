-- Mends one job. What its bookkeeping says counts; where that says nothing, the index in which the job stands.
local repairs = {}
local function repaired(id, wrong) repairs[#repairs + 1] = {id, wrong} end
local function keep_repairs()
  if #repairs > 0 then redis.pcall('HINCRBY', meta, 'repairs', #repairs) end
end

-- What there is to know of a job, nil where its envelope is of a wrong type. Bookkeeping of a wrong type says nothing.
local function look_up(id)
  local kind = redis.call('TYPE', key('job', id)).ok
  if kind ~= 'string' and kind ~= 'none' then return nil end
  local run = read_run(id, 'state', 'queue', 'score', 'kind', 'name', 'finished_at_ms')
  local name, queue, priority = stored_head(id)
  return {
    id = id, gone = kind == 'none', stated = run[1], state = KNOWN[run[1]] and run[1], queue = queue or run[2] or nil,
    name = run[5] or name, priority = priority or 0, score = tonumber(run[3] or nil), kind = run[4],
    finished_at = tonumber(run[6] or nil),
  }
end

local function park_it(job, found, reason)
  for state in pairs(found) do redis.call('ZREM', index_of(state, job.queue), job.id) end
  park(job.id, job.queue or '', reason)
  note_move(job.name, job.state, 'parked')
  repaired(job.id, 'it was ' .. job.state .. ', and ' .. reason .. '; it is parked')
  return 'parked'
end

-- Gives a job a place where it has none. Leases last as long as the caller's, retention is the default.
local function put_in_place(job, rules)
  local state = job.state
  if state == 'running' then redis.call('ZADD', leases, now + rules.lease, job.id)
  elseif state == 'parked' then redis.call('ZADD', parked, job.finished_at or now, job.id)
  elseif state == 'suspect' then make_suspect(job.id, job.queue)
  elseif state == 'ready' then make_ready(job.id, job.queue, job.score or score_for(job.priority))
  elseif state == 'scheduled' then
    make_ready(job.id, job.queue, score_for(job.priority))
    write_run(job.id, 'state', 'ready')
    note_move(job.name, 'scheduled', 'ready')
  else redis.call('ZADD', key('final', state), now + rules.keep[state], job.id) end
  repaired(job.id, 'it was ' .. state .. ', and in no index')
end

-- A job that was never claimed has no bookkeeping at all, and waits, wherever else somebody put it.
local function never_claimed(id, found)
  if redis.call('EXISTS', key('run', id)) == 1 then return nil end
  return found.ready and 'ready' or found.scheduled and 'scheduled'
end

-- The state of a job whose bookkeeping has none: the one where it stands. Only what waits, or will be reclaimed, needs none.
local function believe(job, found, first)
  job.state = never_claimed(job.id, found) or first or 'ready'
  if job.state == 'running' or (IN_QUEUE[job.state] and job.state ~= 'suspect' and not job.stated) then return end
  if FINAL[job.state] and job.gone and redis.call('EXISTS', key('run', job.id)) == 0 then
    redis.call('ZREM', key('final', job.state), job.id)
    repaired(job.id, 'nothing is left of it but its place among the ' .. job.state .. ' jobs')
    return true
  end
  write_run(job.id, 'state', job.state)
  repaired(job.id, 'it stood among the ' .. job.state .. ' jobs, and its bookkeeping did not say so')
end

local function stand_alone(job, found)
  for state in pairs(found) do
    if state ~= job.state then
      redis.call('ZREM', index_of(state, job.queue), job.id)
      repaired(job.id, 'it stood among the ' .. state .. ' jobs, and was ' .. job.state)
    end
  end
end

-- A parked job stands in the index of its kind, too, and the queue of one that waits is known.
local function be_found(job)
  if job.state == 'parked' and job.kind and redis.pcall('ZSCORE', key('parked', job.kind), job.id) == false then
    redis.call('ZADD', key('parked', job.kind), string.format('%.0f', job.score or score_for(job.priority)), job.id)
    redis.pcall('SADD', parked_kinds, job.kind)
    repaired(job.id, 'it was parked, and not among its kind')
  elseif IN_QUEUE[job.state] and redis.pcall('SADD', queues, job.queue) == 1 then
    repaired(job.id, 'its queue ' .. job.queue .. ' was not listed')
  end
end

-- Returns the state in which the job is, or was until it was mended; nil where that cannot be told.
local function mend(id, rules, queue)
  local job = look_up(id)
  if not job then return nil end
  job.queue = job.queue or queue
  local found, first = standing(id, job.queue)
  if found and not first and (not job.state or IN_QUEUE[job.state]) then
    local elsewhere = waits_elsewhere(id)
    if elsewhere then
      job.queue = elsewhere
      found, first = standing(id, elsewhere)
    end
  end
  if not found or (not job.state and believe(job, found, first)) then return nil end
  if IN_QUEUE[job.state] and job.gone then return park_it(job, found, 'its envelope is gone') end
  if IN_QUEUE[job.state] and not job.queue then return park_it(job, found, 'the head of its envelope cannot be read') end
  local before = #repairs
  stand_alone(job, found)
  if not found[job.state] then put_in_place(job, rules) end
  be_found(job)
  if #repairs > before then note_mended(job.name, found, (job.state ~= 'scheduled' or found.scheduled) and job.state or 'ready') end
  return job.state
end
