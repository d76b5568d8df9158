-- Reads arguments one after another.
local position = 0
local function take()
  position = position + 1
  return ARGV[position]
end
local function take_number() return tonumber(take()) end
