-- A node says that it is alive, and perhaps looks whether all is there that it has told.
--
-- ARGV: node, life, lease (ms), now (s), length of the feed, how much of it stays however old; and
-- if it looks: seed, whether a Redis that was started anew has kept everything (1), the store it
-- knows, up to where it has told the feed, and the last batch that it knows there: its place, and
-- whose it is (empty: it knows of none).

local node, life, lease, at, length = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local store = call('HGET', P .. 'facts', 'store')
if not store then return {0, '', 0, 0, 0} end  -- it is another one, or was emptied

-- Where memory is full nothing may be added, but in a script that has removed something before:
-- what it does is little, and nobody shall count as dead for that.
call('DEL', P .. 'nothing')
seed = ARGV[7]

-- Whether what was told is there; if not, the node says hello.
local function is_there()
  if store ~= ARGV[9] or tonumber(call('GET', P .. 'seq') or 0) < tonumber(ARGV[10]) then return false end
  if ARGV[11] == '' then return call('SISMEMBER', P .. 'doubted', node) == 0 end
  local found = call('XRANGE', P .. 'feed', ARGV[11] .. '-0', ARGV[11] .. '-0')[1]
  return found and found[2][2] == ARGV[12]
end

local is_same = false
if ARGV[8] then
  note_run(ARGV[8] == '1')
  is_same = is_there()
  if is_same and life_of(node) == life then is_sure_of(node) end
end

local now = clock()
if life_of(node) == life then call('ZADD', P .. 'nodes', whole(now + lease), node) end
look_after_nodes(now, lease, at, length)
local is_known = life_of(node) == life
local seq = tonumber(call('GET', P .. 'seq') or 0)
if is_known then
  -- Whoever has not read for two leases what was told is none of us, and begins anew.
  local read = call('ZRANGEBYSCORE', P .. 'marks', '-inf', whole(now - 2 * lease))
  call('ZADD', P .. 'marks', 'NX', whole(now), whole(seq))
  if #read > 0 then
    local first = math.min(tonumber(read[#read]) + 1, seq - tonumber(ARGV[6]) + 1)
    if first > 1 then call('XTRIM', P .. 'feed', 'MINID', '~', whole(first) .. '-0') end
    in_parts('ZREM', P .. 'marks', read)
  end
end
return {seq, store, is_known and 1 or 0, is_same and 1 or 0, in_doubt() and 1 or 0}
