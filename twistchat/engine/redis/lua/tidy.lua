-- Forgets how far people have read logs that are no more.
--
-- ARGV: the prefix, then the keys of such cursors.

local prefix = ARGV[1]
for i = 2, #ARGV do
  local cursors = redis.call('HGETALL', ARGV[i])
  for place = 1, #cursors, 2 do
    local log = cursors[place]
    local stand = redis.call('HGET', prefix .. (log:sub(1, 1) == '@' and 'private' or 'stands'), log)
    if not stand or stand:match('%S+$') ~= cursors[place + 1]:match('%S+$') then
      redis.call('HDEL', ARGV[i], log)
    end
  end
end
return 1
