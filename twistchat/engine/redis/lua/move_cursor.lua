-- Moves somebody's cursor in a log forward, if there is such a log.
--
-- ARGV: the prefix, the person, the log, the number.
-- A cursor is "<number> <life of the log>": it is of no use in the log's next life.

local prefix, person, log, number = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local stand = redis.call('HGET', prefix .. (log:sub(1, 1) == '@' and 'private' or 'stands'), log)
if not stand then
  return 0
end
local life = stand:match('^%S+ %d+ (%S+)')
local key = prefix .. 'cursors:' .. person
local before = redis.call('HGET', key, log)
if before then
  local at, of_life = before:match('^(%d+) (%S+)')
  if of_life == life then
    number = math.max(number, tonumber(at))
  end
end
redis.call('HSET', key, log, string.format('%.0f', number) .. ' ' .. life)
return 1
