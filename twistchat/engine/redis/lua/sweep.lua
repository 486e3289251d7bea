-- Deletes a bit of what is no longer to be kept of some logs.
--
-- ARGV: the prefix, whose turn it is, for how long (ms), the time now, how many seconds later is
-- the future, how many events at most, then for each log its name, the time of the oldest that is
-- kept, and how many are (empty: all). What a room's own rules say comes to that.
-- Answers nothing where it is another's turn. Otherwise how many of these logs it is through with,
-- and for each of them the first number that is kept, the last, and the time of the first (empty:
-- there is none).

local prefix, turn, lasts = ARGV[1], ARGV[2], ARGV[3]
local now, left = tonumber(ARGV[4]), tonumber(ARGV[6])
local future, STEP = now + tonumber(ARGV[5]), left

if redis.call('GET', prefix .. 'keeping') ~= turn then
  return {}
end
redis.call('PEXPIRE', prefix .. 'keeping', lasts)

local function written(number)
  return string.format('%.0f', number)
end

local function number_of(entry)
  return tonumber(entry[1]:match('^%d+'))
end

-- What a room is to keep of itself: since when, and how many.
local function own_rule(log)
  local rules = redis.call('HGET', prefix .. 'standing:' .. log, 'rules ')
  if not rules then
    return nil, nil
  end
  local own = cjson.decode(rules:match('^%d+ (.*)$')).rules or {}
  local since = own.keep_time and own.keep_time > 0 and now - own.keep_time or nil
  local lines = own.keep_lines and own.keep_lines > 0 and own.keep_lines or nil
  return since, lines
end

local function stricter(one, other, choose)
  if one and other then
    return choose(one, other)
  end
  return one or other
end

-- The next events of a log from a number on, each with its time: what was erased among them.
local function ahead(log, from, count)
  local found = {}
  local entries = redis.call('XRANGE', prefix .. 'events:' .. log, written(from), '+', 'COUNT', count)
  for _, entry in ipairs(entries) do
    found[#found + 1] = {number_of(entry), cjson.decode(entry[2][2]).at}
  end
  local to = #entries == count and found[#found][1] or math.huge
  for _, erased in ipairs(redis.call('HKEYS', prefix .. 'erased:' .. log)) do
    local number = tonumber(erased)
    if from <= number and number <= to then
      local left = redis.call('HGET', prefix .. 'erased:' .. log, erased)
      found[#found + 1] = {number, cjson.decode(left).at}
    end
  end
  table.sort(found, function(one, other) return one[1] < other[1] end)
  return found
end

-- The first number that is young enough, no further than a step looks. A time in the future (a
-- clock went wrong) is not young, if what is behind it is too old.
local function young_from(log, first, since)
  local from = first
  for _, event in ipairs(ahead(log, first, STEP)) do
    if event[2] < since then
      from = event[1] + 1
    elseif event[2] <= future then
      break
    end
  end
  return from
end

local function delete_below(log, number)
  local events, spared, is_any = prefix .. 'events:' .. log, {}, false
  for _, stands in ipairs(redis.call('HVALS', prefix .. 'standing:' .. log)) do
    local at = tonumber(stands:match('^%d+'))
    if at < number then
      spared[at], is_any = true, true
    end
  end
  if is_any then
    for _, entry in ipairs(redis.call('XRANGE', events, '-', written(number - 1))) do
      if not spared[number_of(entry)] then
        redis.call('XDEL', events, entry[1])
      end
    end
  else
    redis.call('XTRIM', events, 'MINID', '=', written(number))
  end
  if redis.call('EXISTS', prefix .. 'erased:' .. log) == 1 then
    for _, erased in ipairs(redis.call('HKEYS', prefix .. 'erased:' .. log)) do
      if tonumber(erased) < number then
        redis.call('HDEL', prefix .. 'erased:' .. log, erased)
      end
    end
  end
end

-- Forgets a log of two of which nothing is left, unless one of them goes on reading there.
local function forget(log, life)
  for person in log:sub(2):gmatch('[^,]+') do
    local cursor = redis.call('HGET', prefix .. 'cursors:' .. person, log)
    if cursor and cursor:match('%S+$') == life then
      return
    end
  end
  for person in log:sub(2):gmatch('[^,]+') do
    redis.call('SREM', prefix .. 'of:' .. person, log)
  end
  redis.call('DEL', prefix .. 'events:' .. log, prefix .. 'erased:' .. log)
  redis.call('HDEL', prefix .. 'private', log)
  redis.call('HDEL', prefix .. 'first', log)
end

local done, answer = 0, {}
for i = 7, #ARGV, 3 do
  local log = ARGV[i]
  local is_private = log:sub(1, 1) == '@'
  local stand = redis.call('HGET', prefix .. (is_private and 'private' or 'stands'), log)
  local first, last, at = 1, 0, ''
  if stand then
    local life
    last, life = stand:match('^%S+ (%d+) (%S+)')
    last = tonumber(last)
    local known = redis.call('HGET', prefix .. 'first', log)
    if known and known:match('%S+$') == life then
      first = tonumber(known:match('^%d+'))
    end
    local own_since, own_lines = own_rule(log)
    local since = stricter(tonumber(ARGV[i + 1]), own_since, math.max)
    local lines = stricter(tonumber(ARGV[i + 2]), own_lines, math.min)
    if first <= last then
      local from = first
      if lines then
        from = math.max(from, last - lines + 1)
      end
      if since then
        from = math.max(from, young_from(log, first, since))
      end
      local is_all = from <= first + left
      from = math.min(from, first + left, last + 1)
      if from > first then
        delete_below(log, from)
        redis.call('HSET', prefix .. 'first', log, written(from) .. ' ' .. life)
        left, first = left - (from - first), from
      end
      if not is_all or left <= 0 then
        break
      end
    end
    local head = first <= last and ahead(log, first, 1)[1]
    at = head and string.format('%.17g', head[2]) or ''
    if is_private and first > last and last > 0 then
      forget(log, life)
    end
  end
  done = done + 1
  answer[#answer + 1] = written(first)
  answer[#answer + 1] = written(last)
  answer[#answer + 1] = at
end
table.insert(answer, 1, done)
return answer
