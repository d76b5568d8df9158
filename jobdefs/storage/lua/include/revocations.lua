-- Revocations of Huey's tasks: a hash, nearly always empty, by 'r:<job id>' and 'rt:<name>'.
local revocations = root .. 'revocations'
local function restore(name)
  forget_never('revocation', name)
  return redis.pcall('HDEL', revocations, name)
end
