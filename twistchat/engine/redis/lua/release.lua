-- A holder gives a name back. ARGV: node, folded name, holder.

local node, folded, holder = ARGV[1], ARGV[2], ARGV[3]
local claim = claim_of(folded)
if claim and claim.holder == holder then
  call('DEL', P .. 'nothing')  -- see beat.lua
  local home = other_home(holder, node)
  local is_theirs = home and call('HGET', P .. 'person:' .. holder, 'folded') == folded
  if is_theirs then give_name(folded, holder, home) else free_name(folded, claim) end
end
return 1
