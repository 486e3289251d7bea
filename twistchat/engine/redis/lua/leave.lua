-- A node goes. ARGV: node, life, now (s), for how long names are kept (ms), length of the
-- feed, seed.

local node, life = ARGV[1], ARGV[2]
seed = ARGV[6]
call('DEL', P .. 'nothing')  -- see beat.lua
if life_of(node) == life then
  local kept = tonumber(ARGV[4])
  local till = kept > 0 and clock() + kept or nil
  end_node(node, 'server stopping', ARGV[3], till, ARGV[5])
end
return 1
