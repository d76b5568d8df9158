-- After repairs the ledger may still have a job in the state in which it stood until somebody changed a key by hand. Which
-- one that was, the job alone does not always tell; where the ledger counts more jobs than there are, and fewer, does.
local mended = {}
local function note_mended(name, found, state) mended[#mended + 1] = {name = name or '?', found = found, state = state} end

-- How many more jobs stand in the indexes of each state than the ledger has, and what it has, with what this script noted.
local function compare()
  local excess, counted, kept = totals(), {}, listed('HGETALL', root .. 'ledger')
  for i = 1, #kept, 2 do counted[kept[i]] = tonumber(kept[i + 1]) or 0 end
  for name, noted in pairs(ledger) do
    for state, by in pairs(noted) do counted[state .. ' ' .. name] = (counted[state .. ' ' .. name] or 0) + by end
  end
  for field, number in pairs(counted) do
    local state = string.match(field, '^%a+')
    if excess[state] then excess[state] = excess[state] - number end
  end
  return excess, counted
end

-- A job that stood where it does not belong, and not where it does, was in that state if the numbers say so, too. One that
-- stood nowhere may have been in any of which there are too few. Of what has ended there are no numbers, since it goes.
local function was_counted_as(state, job, excess, counted)
  if job.found[job.state] or state == job.state or (counted[state .. ' ' .. job.name] or 0) < 1 then return false end
  local too_few, too_many = (excess[state] or 0) < 0, (excess[job.state] or 0) > 0
  if job.found[state] then return too_few or too_many or (FINAL[state] and FINAL[job.state]) end
  return too_few and too_many
end

local function move_counted(from, job, excess, counted)
  note_move(job.name, from, job.state)
  for state, by in pairs({[from] = -1, [job.state] = 1}) do
    counted[state .. ' ' .. job.name] = (counted[state .. ' ' .. job.name] or 0) + by
    if excess[state] then excess[state] = excess[state] - by end
  end
end

local function reckon_job(job, excess, counted)
  for _, state in ipairs(STATES) do
    if was_counted_as(state, job, excess, counted) then
      move_counted(state, job, excess, counted)
      job.found[job.state] = true
      return
    end
  end
end

-- Twice, since of one job it may show only when another one is reckoned.
local function reckon()
  if #mended == 0 then return end
  local excess, counted = compare()
  for _ = 1, 2 do
    for _, job in ipairs(mended) do reckon_job(job, excess, counted) end
  end
end
