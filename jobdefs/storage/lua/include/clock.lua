-- The store's clock. ARGV[1] replaces it in tests: milliseconds since 1970, or '' for the server's own time.
local now_us
if ARGV[1] ~= '' then
  now_us = tonumber(ARGV[1]) * 1000
else
  local time = redis.call('TIME')
  now_us = tonumber(time[1]) * 1000000 + tonumber(time[2])
end
local now = math.floor(now_us / 1000)
