-- Lets a chat have what was imported: all at once, if it has nothing yet.
--
-- ARGV: the prefix of what was imported, and that of the chat.
-- Answers 1 where that is done, and 0 where there is something already.

local from, to = ARGV[1], ARGV[2]
if redis.call('EXISTS', to .. 'facts', to .. 'stands', to .. 'private', to .. 'nodes') > 0 then
  return 0
end
for _, key in ipairs(redis.call('KEYS', from .. '*')) do
  redis.call('RENAME', key, to .. key:sub(#from + 1))
end
return 1
