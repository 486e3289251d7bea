-- Tells what was kept under a key, with the epoch that its log has now.
--
-- ARGV: the prefix, the user, the key.
-- Answers: the epoch, the number, the digest (hex) and the time; or nothing.

local prefix = ARGV[1]
local used = redis.call('GET', prefix .. 'keys:' .. ARGV[2] .. ':' .. ARGV[3])
if not used then
  return {}
end
local _, epoch, number, digest, at = used:match('^(%S+) (%S+) (%d+) (%x+) (%S+)$')
local newer = redis.call('HGET', prefix .. 'epochs', epoch)
while newer do
  epoch = newer
  newer = redis.call('HGET', prefix .. 'epochs', epoch)
end
return {epoch, number, digest, at}
