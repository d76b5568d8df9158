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
