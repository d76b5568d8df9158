#!lua
-- Puts jobs in, all of them in one atomic move: ready, or scheduled where their time has not come.
-- KEYS[1]  {namespace}:meta
-- ARGV[1]  now, ms since 1970, '' for the server's time
-- ARGV[2]  'confirm' to write something in any case, so that WAIT and WAITAOF cover every job named here; else ''
-- ARGV[3…] for each job: envelope (wire/FORMAT.md), delay in ms, due moment in ms since 1970 ('' to use the delay), digest of the
--          whole request ('' not to be compared), unique key ('' for none), how long it is held (started | finished | a
--          window in ms), what is done where another job holds it (existing | error | replace)
-- Returns  for each job: 'created' | 'existing' | 'different' | 'duplicate', then state and id of the job that is there; where one
--          of them cannot be read, nothing is put in, and the verdicts are 'unreadable' for these and 'refused' for the
--          others, each with '' and ''
-- The store's clock. ARGV[1] replaces it in tests: milliseconds since 1970, or '' for the server's own time.
local now_us
if ARGV[1] ~= '' then
  now_us = tonumber(ARGV[1]) * 1000
else
  local time = redis.call('TIME')
  now_us = tonumber(time[1]) * 1000000 + tonumber(time[2])
end
local now = math.floor(now_us / 1000)

-- A number costs a call as much as a short command when it is turned into text, and a script names few moments.
local texts = {}
local function text_of(moment)
  local text = texts[moment]
  if not text then
    text = string.format('%.0f', moment)
    texts[moment] = text
  end
  return text
end

-- KEYS[1] is '{namespace}:meta'. Every other key shares its hash tag, so one Cluster slot holds the installation.
local meta = KEYS[1]
local root = string.sub(meta, 1, -5)
local prefixes = {}
local function key(kind, name)
  local prefix = prefixes[kind]
  if not prefix then
    prefix = root .. kind .. ':'
    prefixes[kind] = prefix
  end
  return prefix .. name
end
local leases, queues = root .. 'leases', root .. 'queues'
-- Beside the names that a consumer can run, 'can:<consumer>' says how long its leases last, ms, and which kinds of parked
-- jobs it has looked at.
local LEASE_FIELD, KINDS_FIELD = '@lease', '@kinds'

-- A key of a wrong type reads as empty, so that it stops nothing but what is kept in it.
local function listed(...)
  local found = redis.pcall(...)
  return found.err and {} or found
end
local function size(index)
  local entries = redis.pcall('ZCARD', index)
  return type(entries) == 'number' and entries or 0
end

-- The head of an envelope, by the fixed order of its fields (wire/FORMAT.md). Payloads are never looked at.
local HEAD = '^{"v":1,"id":"([%w][%w_.:-]*)","name":"([^"\\]+)","queue":"([%l%d][%l%d_.-]*)","priority":(%d),'
local HEAD_BYTES = 512
-- As text, which is what a call makes of a number, and that takes as long as the call.
local FIRST, LAST_OF_HEAD, LAST_OF_BEGINNING = '0', '511', '8191'

-- What a script hands out of an envelope: one that is longer would hold up everybody while it is copied to and fro, so whoever
-- gets it reads the rest by himself.
local function read_beginning(id) return redis.pcall('GETRANGE', key('job', id), FIRST, LAST_OF_BEGINNING) end

-- Returns id, name, queue, priority, and where the head ends; nothing where the head cannot be read.
local function read_head(text)
  local first, last, id, name, queue, priority = string.find(text, HEAD)
  if first then return id, name, queue, tonumber(priority), last end
end

-- The name alone, of a job whose id is known: it stands behind the id, and the rest of the head takes several times as long.
local function read_name(text, id)
  local before = '{"v":1,"id":"' .. id .. '","name":"'
  local last = string.find(text, before, 1, true) == 1 and string.find(text, '"', #before + 1, true)
  if last then return string.sub(text, #before + 1, last - 1) end
  local _, name = read_head(text)
  return name
end

-- The same for a stored job; a key of a wrong type reads like garbage.
local function stored_head(id)
  local text = redis.pcall('GETRANGE', key('job', id), FIRST, LAST_OF_HEAD)
  if type(text) ~= 'string' then return nil end
  local head_id, name, queue, priority = read_head(text)
  if head_id == id then return name, queue, priority end
end

-- The bookkeeping of a job: a hash that appears at its first claim. A key of a wrong type holds none; the first write
-- puts it aside for somebody to look at, so that neither the job nor the rest of its queue is stopped by it.
local ASIDE_MS = 30 * 24 * 3600 * 1000

local function read_run(id, ...)
  local fields = redis.pcall('HMGET', key('run', id), ...)
  return fields.err and {} or fields
end

local function write_run(id, ...)
  local run = key('run', id)
  local written = redis.pcall('HSET', run, ...)
  if type(written) == 'number' then return end
  redis.call('RENAME', run, key('aside', id))
  redis.call('PEXPIRE', key('aside', id), ASIDE_MS)
  redis.call('HSET', run, ...)
end

local function clear_run(id, ...) redis.pcall('HDEL', key('run', id), ...) end

-- The ledger: for each name how many jobs were put in, and in which state they are. What a script changes is gathered
-- and written down once, at its end.
local ledger = {}
local function note(state, name, by)
  name = name or '?'
  local counts = ledger[name]
  if not counts then
    counts = {}
    ledger[name] = counts
  end
  counts[state] = (counts[state] or 0) + by
end
local function note_move(name, from, to)
  note(from, name, -1)
  note(to, name, 1)
end
local function keep_ledger()
  for name, counts in pairs(ledger) do
    for state, by in pairs(counts) do
      if by ~= 0 then redis.pcall('HINCRBY', root .. 'ledger', state .. ' ' .. name, string.format('%.0f', by)) end
    end
  end
end

-- Jobs that wait. Ready jobs are ordered by priority, then by arrival: score = (9 - priority) * 2^49 + stamp.
-- A stamp is the store's time since 2024 in units of 8 µs, made strictly growing, so arrival order is exact,
-- the age of a waiting job can be told from its score, and the sum stays exact in a double until 2165.
local PRIORITY_STEP = 562949953421312
local STAMP_EPOCH_US = 1704067200000000
local STAMP_UNIT_US = 8

local stamp
local function next_stamp()
  if not stamp then
    stamp = tonumber(redis.call('HGET', meta, 'stamp') or '0')
    -- What somebody wrote there by hand may be anything, NaN included, which is neither.
    if not (stamp and stamp < PRIORITY_STEP) then stamp = 0 end
  end
  stamp = math.max(stamp + 1, math.floor((now_us - STAMP_EPOCH_US) / STAMP_UNIT_US))
  return stamp
end
local function keep_stamp()
  if stamp then redis.call('HSET', meta, 'stamp', string.format('%.0f', stamp)) end
end

local function priority_of(score) return 9 - math.floor(score / PRIORITY_STEP) end
local function score_for(priority) return (9 - priority) * PRIORITY_STEP + next_stamp() end

-- Consumers block on this marker; its score is when they should look: 0 for at once. LT keeps the earliest. It is only
-- a hint, so a marker of a wrong type stops nothing.
local function wake(queue, at)
  redis.pcall('ZADD', key('wake', queue), 'LT', string.format('%.0f', at), 'now')
end

-- The same for one consumer, who may have something to hear.
local MARKER_MS = 600000
local function wake_consumer(holder)
  wake('@' .. holder, 0)
  redis.pcall('PEXPIRE', key('wake', '@' .. holder), MARKER_MS)
end

-- Where the index is of a wrong type the job stands in none, and the sweeper puts it there once that is mended.
local function make_ready(id, queue, score)
  redis.pcall('ZADD', key('ready', queue), string.format('%.0f', score), id)
  wake(queue, 0)
end

local function make_scheduled(id, queue, due)
  redis.pcall('ZADD', key('scheduled', queue), string.format('%.0f', due), id)
  wake(queue, due)
end

local KNOWN = {
  ready = true, scheduled = true, running = true, suspect = true, parked = true,
  succeeded = true, dead = true, cancelled = true, expired = true,
}
-- The state of a job, nil where there is no such job. A job that was never claimed has no bookkeeping yet; one whose
-- bookkeeping names no state there is, since somebody wrote there by hand, counts as waiting until the sweeper has seen it.
local function state_of(id)
  local state = read_run(id, 'state')[1]
  if KNOWN[state] then return state end
  if redis.call('EXISTS', key('job', id)) == 0 then return nil end
  local name, queue = stored_head(id)
  if queue and type(redis.pcall('ZSCORE', key('scheduled', queue), id)) == 'string' then return 'scheduled' end
  return 'ready'
end

-- Unique keys: 'unique:<name>:<key>' holds 'scope id'. A key counts only while its job is in the scope, so none is held
-- by what is no longer there.
local FINAL = {succeeded = true, dead = true, cancelled = true, expired = true}
local NOT_BEGUN = {scheduled = true, ready = true}

-- The job that holds a lock, nil where nobody does.
local function keeper(lock)
  local held = redis.pcall('GET', key('unique', lock))
  if type(held) ~= 'string' then return nil end
  local scope, id = string.match(held, '^(%a+) (.+)$')
  if not id or scope == 'window' then return id end
  local state = state_of(id)
  if not state or FINAL[state] or (scope == 'started' and not NOT_BEGUN[state]) then return nil end
  return id
end

-- ``till`` is 'started', 'finished', or the length of a window in ms.
local function take_lock(lock, id, till)
  if tonumber(till) then
    redis.call('SET', key('unique', lock), 'window ' .. id, 'PX', till)
  else
    redis.call('SET', key('unique', lock), till .. ' ' .. id)
    write_run(id, 'unique', lock, 'until', till)
  end
end

local function let_go(lock, id)
  if not lock then return end
  local name = key('unique', lock)
  local held = redis.pcall('GET', name)
  if type(held) == 'string' and string.match(held, '^%a+ (.+)$') == id then redis.call('DEL', name) end
end

-- A lock until the job has started does not count while it runs, and is dropped when the attempt turns out to have begun:
-- a job that is handed back before holds it again.
local function let_go_begun(lock, id, till)
  if till == 'started' then let_go(lock, id) end
end

-- Ends of a job's life. The index of a final state is scored with the moment until which the job is kept.
local function finish(id, state, keep_ms, lock)
  redis.pcall('ZADD', key('final', state), now + keep_ms, id)
  write_run(id, 'state', state, 'finished_at_ms', now)
  let_go(lock, id)
end

-- Parked jobs: unreadable, or beyond whoever claimed them. The raw bytes stay where they are, beside the reason.
-- A kind is '<queue>:<digests>:<name>', the digests joined by '+' of all that refused the job since it was put in or
-- replayed: consumers that announced the name with yet another one may be able to run these jobs.
local parked, parked_kinds = root .. 'parked', root .. 'parked_kinds'
local function among(digest, digests) return string.find('+' .. digests .. '+', '+' .. digest .. '+', 1, true) end

-- What reads envelopes goes by no name: who could not read a job is not asked again for another reason.
local function able(holder, digests, name)
  local own = redis.pcall('HMGET', key('can', holder), name, '')
  if own.err or not own[1] or among(own[1], digests) then return false end
  return not own[2] or not among(own[2], digests)
end

-- All that refused a job, sorted, so that jobs refused by the same are of one kind. Whoever does not know a name has no
-- digest of it. Nil where they are too many to try another.
local MOST_REFUSALS = 100
local TOO_MANY = '; more than ' .. MOST_REFUSALS .. ' builds have refused it, so it is offered to no other one; a replay offers it to all of them anew'
local function refusals(id, digest)
  local before, all = read_run(id, 'refused')[1] or '', {}
  for each in string.gmatch(before, '[^+]+') do all[#all + 1] = each end
  if digest ~= '' and not among(digest, before) then all[#all + 1] = digest end
  if #all > MOST_REFUSALS then return nil end
  table.sort(all)
  return table.concat(all, '+')
end

-- Once per kind is enough, however many jobs of it a script parks. Returns how many consumers were asked.
local MOST_ASKED, asked = 100, {}
local function wake_able(digests, name)
  local kind = digests .. ':' .. name
  if asked[kind] then return 0 end
  asked[kind] = true
  local holders = listed('ZREVRANGE', root .. 'consumers', 0, MOST_ASKED - 1)
  for i, holder in ipairs(holders) do
    if able(holder, digests, name) then
      redis.pcall('HDEL', key('can', holder), KINDS_FIELD)
      wake_consumer(holder)
      return i
    end
  end
  return #holders
end

-- Returns how many consumers were asked whether they can run it.
local function park(id, queue, reason, kind, score)
  write_run(id, 'state', 'parked', 'queue', queue, 'reason', reason, 'finished_at_ms', now)
  redis.pcall('ZADD', parked, now, id)
  local digest, name = string.match(kind or '', '^([^:]*):(.*)$')
  if not name or not score then return 0 end
  local digests = refusals(id, digest)
  if not digests then
    write_run(id, 'reason', reason .. TOO_MANY)
    return 0
  end
  local whole = queue .. ':' .. digests .. ':' .. name
  write_run(id, 'kind', whole, 'refused', digests)
  redis.pcall('SADD', parked_kinds, whole)
  redis.pcall('ZADD', key('parked', whole), string.format('%.0f', score), id)
  return wake_able(digests, name)
end

-- A kind is known while there are such jobs.
local function forget_kind(kind)
  if redis.call('EXISTS', key('parked', kind)) == 0 then redis.pcall('SREM', parked_kinds, kind) end
end

local function unpark(id)
  local kind = read_run(id, 'kind')[1]
  redis.pcall('ZREM', parked, id)
  if kind then
    redis.pcall('ZREM', key('parked', kind), id)
    forget_kind(kind)
  end
  clear_run(id, 'reason', 'finished_at_ms', 'kind')
end

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


local ARGUMENTS = 7
local jobs, reply, readable = {}, {}, true
for i = 3, #ARGV, ARGUMENTS do
  local job = read_job(unpack(ARGV, i, i + ARGUMENTS - 1))
  jobs[#jobs + 1] = job or {}
  reply[#reply + 1], reply[#reply + 2], reply[#reply + 3] = job and 'refused' or 'unreadable', '', ''
  readable = readable and job
end
if not readable then return reply end

-- Should an index be of a wrong type, the script ends here, and nothing has been written.
local looked_at = {}
for _, job in ipairs(jobs) do
  local index = key(job.due > now and 'scheduled' or 'ready', job.queue)
  if not looked_at[index] and redis.call('EXISTS', key('job', job.id), key('tombstone', job.id)) == 0 then
    redis.call('ZCARD', index)
    looked_at[index] = true
  end
end
for i, job in ipairs(jobs) do
  reply[3 * i - 2], reply[3 * i - 1], reply[3 * i] = submit(job)
end
if ARGV[2] == 'confirm' then redis.call('HSET', meta, 'confirmed_at_ms', now) end
keep_stamp()
keep_ledger()
return reply
