-- Reads private words to somebody that are behind their cursors.
--
-- ARGV: the prefix, the person, how many of each log, how many events to look at in all, then for
-- each log its name and above which number (empty: the cursor).
-- Answers two lists: what was found, each with log, epoch, number and event; and where to go on,
-- a log and a number in turn.

local prefix, person = ARGV[1], ARGV[2]
local limit, left = tonumber(ARGV[3]), tonumber(ARGV[4])
local found, rest = {}, {}
for i = 5, #ARGV, 2 do
  local log, above = ARGV[i], tonumber(ARGV[i + 1])
  local stand = redis.call('HGET', prefix .. 'private', log)
  if stand then
    local epoch, last, life = stand:match('^(%S+) (%d+) (%S+)')
    if not above then
      local cursor = redis.call('HGET', prefix .. 'cursors:' .. person, log)
      local number, of_life
      if cursor then
        number, of_life = cursor:match('^(%d+) (%S+)')
      end
      above = of_life == life and tonumber(number) or 0
    end
    if above < tonumber(last) then
      local count = 0
      local entries = {}
      if left > 0 then
        entries = redis.call('XRANGE', prefix .. 'events:' .. log,
          string.format('%.0f', above + 1), '+', 'COUNT', left)
      end
      for _, entry in ipairs(entries) do
        local event = cjson.decode(entry[2][2])
        above = tonumber(entry[1]:match('^%d+'))
        if event.kind == 'whispered' and event.to_user == person then
          found[#found + 1] = {log, epoch, entry[1]:match('^%d+'), entry[2][2]}
          count = count + 1
          if count == limit then
            break
          end
        end
      end
      if #entries == left and count < limit then
        rest[#rest + 1] = log
        rest[#rest + 1] = string.format('%.0f', above)
      end
      left = left - #entries
    end
  end
end
return {found, rest}
