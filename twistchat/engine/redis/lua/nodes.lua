-- Which nodes there are. ARGV: lease (ms). Returns of each: name, people, since (s), heard of (ms ago).

local now, found = clock(), {}
local nodes = call('ZRANGE', P .. 'nodes', 0, -1, 'WITHSCORES')
for index = 1, #nodes, 2 do
  local node = nodes[index]
  local ago = now - (tonumber(nodes[index + 1]) - tonumber(ARGV[1]))
  local since = call('HGET', P .. 'node:' .. node, 'since') or '0'
  insert(found, {node, call('SCARD', P .. 'people-of:' .. node), since, whole(math.max(0, ago))})
end
return found
