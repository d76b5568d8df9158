-- The store's clock. ARGV[1] replaces it in tests: milliseconds since 1970, or '' for the server's own time.
local now_us
if ARGV[1] ~= '' then
  now_us = tonumber(ARGV[1]) * 1000
else
  local time = redis.call('TIME')
  now_us = tonumber(time[1]) * 1000000 + tonumber(time[2])
end
local now = math.floor(now_us / 1000)

-- A number costs a call as much as a short command when it is turned into text, and a script names few moments.
local texts = {}
local function text_of(moment)
  local text = texts[moment]
  if not text then
    text = string.format('%.0f', moment)
    texts[moment] = text
  end
  return text
end
