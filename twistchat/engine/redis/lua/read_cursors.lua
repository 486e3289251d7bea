-- Tells how far somebody has read: a log and a number in turn.
--
-- ARGV: the prefix, the person.

local prefix, person = ARGV[1], ARGV[2]
local cursors = redis.call('HGETALL', prefix .. 'cursors:' .. person)
local answer = {}
for i = 1, #cursors, 2 do
  local log = cursors[i]
  local stands = prefix .. (log:sub(1, 1) == '@' and 'private' or 'stands')
  local stand = redis.call('HGET', stands, log)
  local number, life = cursors[i + 1]:match('^(%d+) (%S+)')
  if stand and stand:match('^%S+ %d+ (%S+)') == life then
    answer[#answer + 1] = log
    answer[#answer + 1] = number
  end
end
return answer
