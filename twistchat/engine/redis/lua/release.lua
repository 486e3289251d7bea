-- A holder gives a name back, that this node was the last to claim for them.
-- ARGV: node, folded name, holder.

local claim = claim_of(ARGV[2])
if claim and claim.holder == ARGV[3] and claim.node == ARGV[1] then
  call('DEL', P .. 'nothing')  -- see beat.lua
  free_name(ARGV[2], claim)
end
return 1
