-- Reads arguments one after another.
local arguments, position = ARGV, 0
local function take()
  position = position + 1
  return arguments[position]
end
local function take_number() return tonumber(take()) end
-- Some at once, which is less work where there are many.
local function take_some(number)
  position = position + number
  return unpack(arguments, position - number + 1, position)
end
