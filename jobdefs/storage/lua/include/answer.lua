-- What the last exchange of each consumer was answered, for a consumer that never got the answer and asks again.
local function last_answer(holder, token)
  local last = listed('HMGET', key('reply', holder), 'token', 'ids', 'verdicts')
  if last[1] == token then return {ids = last[2], verdicts = last[3]} end
end

local VERDICTS = {y = 'repeated', n = 'stale'}
local function verdict_before(answer, i) return answer and VERDICTS[string.sub(answer.verdicts, i, i)] end

-- The claims of then, if they are still the caller's. Their leases begin anew, for one more at most: whoever asks and
-- never gets an answer must not keep them for ever.
local function claims_before(answer, token, lease, claims)
  for id in string.gmatch(answer.ids, '[^ ]+') do
    local run = read_run(id, 'state', 'token', 'queue', 'failures', 'lost', 'generation', 'fence', 'suspicion', 'claimed_at_ms')
    local envelope = read_beginning(id)
    if run[1] == 'running' and run[2] == token and type(envelope) == 'string' then
      redis.pcall('ZADD', leases, math.min(now, (tonumber(run[9]) or now) + lease) + lease, id)
      claims[#claims + 1] = as_claim(id, run[3], envelope, run[4], run[5], run[6], run[7], run[8])
    end
  end
end

local function keep_answer(holder, token, lease, claims, verdicts)
  local ids, told = {}, {}
  for i, claimed in ipairs(claims) do ids[i] = claimed[1] end
  for i, verdict in ipairs(verdicts) do told[i] = verdict == 'stale' and 'n' or 'y' end
  redis.pcall('HSET', key('reply', holder), 'token', token, 'ids', table.concat(ids, ' '), 'verdicts', table.concat(told))
  redis.call('PEXPIRE', key('reply', holder), 10 * lease)
end
