-- One job as it is read back: state, envelope, due moment in ms or '', then the bookkeeping's fields and values.
local function view(id)
  local state = state_of(id)
  if not state then return nil end
  local envelope, run = redis.pcall('GET', key('job', id)), redis.pcall('HGETALL', key('run', id))
  if type(envelope) ~= 'string' then envelope = '' end
  local due = ''
  if state == 'scheduled' then
    local name, queue = stored_head(id)
    local moment = queue and redis.pcall('ZSCORE', key('scheduled', queue), id)
    due = type(moment) == 'string' and moment or ''
  end
  return {id, state, envelope, due, run.err and {} or run}
end
