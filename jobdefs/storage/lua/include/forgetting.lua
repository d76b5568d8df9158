-- What is forgotten on its own, at a moment in ms: the result or the history of a job before the job is, a revocation.
local forget = root .. 'forget'
local function forget_at(moment, kind, name) redis.pcall('ZADD', forget, moment, kind .. ':' .. name) end
local function forget_never(kind, name) redis.pcall('ZREM', forget, kind .. ':' .. name) end
