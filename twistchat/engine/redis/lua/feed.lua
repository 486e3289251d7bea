-- The feed from behind a place. ARGV: store, the place, how many entries at most.
-- Returns the last number in it, and the entries.

if call('HGET', P .. 'facts', 'store') ~= ARGV[1] then
  return redis.error_reply('NODEGONE this is another store, or it was emptied')
end
local found = call('XRANGE', P .. 'feed', '(' .. ARGV[2] .. '-0', '+', 'COUNT', ARGV[3])
return {tonumber(call('GET', P .. 'seq') or 0), found}
