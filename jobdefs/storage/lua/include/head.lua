-- The head of an envelope, by the fixed order of its fields (wire/FORMAT.md). Payloads are never looked at.
local HEAD = '^{"v":1,"id":"([%w][%w_.:-]*)","name":"([^"\\]+)","queue":"([%l%d][%l%d_.-]*)","priority":(%d),'
local HEAD_BYTES = 511

-- What a script hands out of an envelope: one that is longer would hold up everybody while it is copied to and fro, so whoever
-- gets it reads the rest by himself.
local BEGINNING_BYTES = 8192
local function read_beginning(id) return redis.pcall('GETRANGE', key('job', id), 0, BEGINNING_BYTES - 1) end

-- Returns id, name, queue, priority, and where the head ends; nothing where the head cannot be read.
local function read_head(text)
  local first, last, id, name, queue, priority = string.find(text, HEAD)
  if first then return id, name, queue, tonumber(priority), last end
end

-- The same for a stored job; a key of a wrong type reads like garbage.
local function stored_head(id)
  local text = redis.pcall('GETRANGE', key('job', id), 0, HEAD_BYTES)
  if type(text) ~= 'string' then return nil end
  local head_id, name, queue, priority = read_head(text)
  if head_id == id then return name, queue, priority end
end
