-- A node says that it is alive.
-- ARGV: node, life, lease (ms), now (s), length of the feed, how much of it stays however old.

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
local seq = tonumber(call('GET', P .. 'seq') or 0)
if is_known then
  call('HSET', P .. 'facts', 'run', run_of())  -- see hello.lua
  -- Whoever has not read for two leases what was told is none of us, and begins anew.
  local read = call('ZRANGEBYSCORE', P .. 'marks', '-inf', whole(now - 2 * lease))
  call('ZADD', P .. 'marks', 'NX', whole(now), whole(seq))
  if #read > 0 then
    local first = math.min(tonumber(read[#read]) + 1, seq - tonumber(ARGV[6]) + 1)
    if first > 1 then call('XTRIM', P .. 'feed', 'MINID', '~', whole(first) .. '-0') end
    in_parts('ZREM', P .. 'marks', read)
  end
end
return {seq, store, is_known and 1 or 0}
