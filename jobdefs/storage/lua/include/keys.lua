-- KEYS[1] is '{namespace}:meta'. Every other key shares its hash tag, so one Cluster slot holds the installation.
local meta = KEYS[1]
local root = string.sub(meta, 1, -5)
local function key(kind, name) return root .. kind .. ':' .. name end
local leases, queues = root .. 'leases', root .. 'queues'
