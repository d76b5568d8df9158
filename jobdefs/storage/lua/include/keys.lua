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
