-- Reads a page of a log: the last of it or the oldest, with what was erased in its place.
--
-- ARGV: the prefix, the log, above which number, below which, from which time on, before which
-- (empty: whenever), how many, whether the oldest (1 or 0).
-- Answers: the log's epoch, then a number and an event for each, oldest first; nothing where there
-- is no such log.

local prefix, log = ARGV[1], ARGV[2]
local above, below = tonumber(ARGV[3]), tonumber(ARGV[4])
local since, until_ = tonumber(ARGV[5]), tonumber(ARGV[6])
local limit, is_oldest = tonumber(ARGV[7]), ARGV[8] == '1'
local events = prefix .. 'events:' .. log

local stand = redis.call('HGET', prefix .. (log:sub(1, 1) == '@' and 'private' or 'stands'), log)
if not stand then
  return {}
end
local epoch, last = stand:match('^(%S+) (%d+)')
last = tonumber(last)
below = math.min(below, last + 1)

local function number_of(entry)
  return tonumber(entry[1]:match('^%d+'))
end

local function text_of(entry)
  return entry[2][2]
end

local function written(number)
  return string.format('%.0f', number)
end

-- What was erased is no longer in the stream. Its numbers, in no order: there may be many.
local erased = {}
for i, number in ipairs(redis.call('HKEYS', prefix .. 'erased:' .. log)) do
  erased[i] = tonumber(number)
end

local function left_of(number)
  return redis.call('HGET', prefix .. 'erased:' .. log, written(number))
end

-- The first that there is from a number on, and when that was.
local function found_from(number)
  local entry = redis.call('XRANGE', events, written(number), '+', 'COUNT', 1)[1]
  local found, text = entry and number_of(entry), entry and text_of(entry)
  local first = found or math.huge
  for _, each in ipairs(erased) do
    if number <= each and each < first then
      first = each
    end
  end
  if first ~= (found or math.huge) then
    found, text = first, left_of(first)
  end
  return found, text and cjson.decode(text).at
end

-- By halves, as if time always went on: a clock that was set back must not cost more.
local function first_from(time)
  local low, high = 1, last + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    local found, at = found_from(middle)
    if not found or at >= time then
      high = middle
    else
      low = found + 1
    end
  end
  return low
end

if since then
  above = math.max(above, first_from(since) - 1)
end
if until_ then
  below = math.min(below, first_from(until_))
end
if above + 1 >= below then
  return {epoch}
end

local entries
if is_oldest then
  entries = redis.call('XRANGE', events, written(above + 1), written(below - 1), 'COUNT', limit)
else
  entries = redis.call('XREVRANGE', events, written(below - 1), written(above + 1), 'COUNT', limit)
end
local found = {}
for _, entry in ipairs(entries) do
  found[#found + 1] = {number_of(entry), text_of(entry)}
end
-- Behind a full page nothing is asked for.
if #entries == limit and limit > 0 then
  if is_oldest then
    below = found[limit][1]
  else
    above = found[limit][1]
  end
end
for _, number in ipairs(erased) do
  if above < number and number < below then
    found[#found + 1] = {number}
  end
end
table.sort(found, function(one, other) return one[1] < other[1] end)

local answer = {epoch}
local from, to = 1, #found
if is_oldest then
  to = math.min(to, limit)
else
  from = math.max(from, to - limit + 1)
end
for i = from, to do
  answer[#answer + 1] = written(found[i][1])
  answer[#answer + 1] = found[i][2] or left_of(found[i][1])
end
return answer
