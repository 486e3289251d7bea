-- A node tells who is connected to it: others are gone.
-- ARGV: node, life, now (s), length of the feed, then ids of people.

local node, life = ARGV[1], ARGV[2]
if life_of(node) ~= life then return redis.error_reply('NODEGONE this node is not registered') end
call('DEL', P .. 'nothing')  -- see beat.lua
local here, gone = {}, {}
for index = 5, #ARGV do here[ARGV[index]] = true end
for _, id in ipairs(call('SMEMBERS', P .. 'people-of:' .. node)) do
  if not here[id] then insert(gone, id) end
end
let_go(gone, node, 'connection lost', ARGV[3])
return tell(node .. ' ' .. life .. ' 0', ARGV[4])
