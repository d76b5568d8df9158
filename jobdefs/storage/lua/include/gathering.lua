-- What a script does to one index many times is gathered, and done by one command: most of its time goes into calls.
local added, removed = {}, {}
local MOST_AT_ONCE = 1000
local function gather_added(index, score, id)
  local entries = added[index]
  if not entries then
    added[index] = {score, id}
  else
    entries[#entries + 1], entries[#entries + 2] = score, id
  end
end

local function gather_removed(index, id)
  local entries = removed[index]
  if not entries then
    removed[index] = {id}
  else
    entries[#entries + 1] = id
  end
end

-- To be called before anything looks at these indexes.
local function keep_gathered()
  for command, list in pairs({ZADD = added, ZREM = removed}) do
    for index, entries in pairs(list) do
      for i = 1, #entries, MOST_AT_ONCE do
        redis.pcall(command, index, unpack(entries, i, math.min(i + MOST_AT_ONCE - 1, #entries)))
      end
    end
  end
  added, removed = {}, {}
end
