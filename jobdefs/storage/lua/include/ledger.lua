-- The ledger: for each name how many jobs were put in, and in which state they are. What a script changes is gathered
-- and written down once, at its end.
local ledger = {}
local function note(state, name, by)
  local field = state .. ' ' .. (name or '?')
  ledger[field] = (ledger[field] or 0) + by
end
local function note_move(name, from, to)
  note(from, name, -1)
  note(to, name, 1)
end
local function keep_ledger()
  for field, by in pairs(ledger) do
    if by ~= 0 then redis.pcall('HINCRBY', root .. 'ledger', field, string.format('%.0f', by)) end
  end
end
