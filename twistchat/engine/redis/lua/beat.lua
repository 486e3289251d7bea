-- A node says that it is alive. ARGV: node, life, lease (ms), now (s), length of the feed.

local node, life, lease, at, length = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local store = call('HGET', P .. 'facts', 'store')
if not store then return {0, '', 0} end  -- it is another one, or was emptied

-- Where memory is full nothing may be added, but in a script that has removed something before:
-- what it does is little, and nobody shall count as dead for that.
call('DEL', P .. 'nothing')
local now = clock()
if life_of(node) == life then call('ZADD', P .. 'nodes', whole(now + lease), node) end
look_after_nodes(now, lease, at, length)
local is_known = life_of(node) == life
if is_known then call('HSET', P .. 'facts', 'run', run_of()) end  -- see hello.lua
return {tonumber(call('GET', P .. 'seq') or 0), store, is_known and 1 or 0}
