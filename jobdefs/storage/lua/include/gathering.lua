-- What a script does to one index many times is gathered, and done by one command: most of its time goes into calls.
local added, removed = {}, {}
local MOST_AT_ONCE = 1000
local function of_index(list, index)
  local entries = list[index]
  if not entries then
    entries = {}
    list[index] = entries
  end
  return entries
end

local function gather_added(index, score, id)
  local entries = of_index(added, index)
  entries[#entries + 1], entries[#entries + 2] = score, id
end

local function gather_removed(index, id)
  local entries = of_index(removed, index)
  entries[#entries + 1] = id
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
