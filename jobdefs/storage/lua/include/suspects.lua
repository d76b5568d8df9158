-- A job whose holder vanished twice in a row may be what takes its holders down: it runs in quarantine from then on.
local SUSPICIOUS = 2
local function is_suspect(suspicion) return (tonumber(suspicion) or 0) >= SUSPICIOUS end

local function make_suspect(id, queue)
  redis.pcall('ZADD', key('suspect', queue), string.format('%.0f', next_stamp()), id)
  write_run(id, 'state', 'suspect')
  wake(queue, 0)
end
