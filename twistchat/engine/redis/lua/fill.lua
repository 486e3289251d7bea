-- Writes what is imported: events where they stand, beside everything that the chat knows.
--
-- ARGV: the prefix, then for each event its log, its number, itself, whether it is what is left of
-- something erased (1 or 0), and what it decides, behind a + or a -
-- (empty: nothing).

local prefix = ARGV[1]
for i = 2, #ARGV, 5 do
  local log, number, event, is_erased, decides = unpack(ARGV, i, i + 4)
  if is_erased == '1' then
    redis.call('HSET', prefix .. 'erased:' .. log, number, event)
  else
    redis.call('XADD', prefix .. 'events:' .. log, number .. '-0', 'e', event)
  end
  local standing = prefix .. 'standing:' .. log
  local how, field = decides:sub(1, 1), decides:sub(2)
  if how == '+' then
    redis.call('HSET', standing, field, number .. ' ' .. event)
  elseif how == '-' then
    redis.call('HDEL', standing, field)
  end
end
