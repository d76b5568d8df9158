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
