-- A holder takes a name. ARGV: node, life, folded name, holder.

local node, life, folded, holder = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if life_of(node) ~= life then return redis.error_reply('NODEGONE this node is not registered') end
local claim = claim_of(folded)
if claim and claim.holder ~= holder and not (claim.kept and claim.kept <= clock()) then return 0 end
if not (claim and claim.holder == holder and claim.node == node and not claim.kept) then
  give_name(folded, holder, node)
end
return 1
