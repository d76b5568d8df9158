-- What happened to a job before its present attempt: one line each, 'event began_at_ms at_ms attempt detail', the last 100.
local HISTORY_LINES = 100
local function remember(id, event, began, attempt, detail)
  local history = read_run(id, 'history')[1] or ''
  local line = event .. ' ' .. began .. ' ' .. string.format('%.0f', now) .. ' ' .. attempt .. ' ' .. string.gsub(detail, '%c', ' ') .. '\n'
  local _, lines = string.gsub(history, '\n', '\n')
  if lines >= HISTORY_LINES then history = string.gsub(history, '^[^\n]*\n', '', 1) end
  write_run(id, 'history', history .. line)
end
