-- Tells what a chat has, as it is at one moment: for whoever takes all of it out.
--
-- ARGV: the prefix.
-- Answers: the logs of rooms and their like, those of two people (each a name and where it stands,
-- in turn), the first numbers that are kept (a name and a number, with the log's life), what holds
-- (a log, a number and an event in turn), and the last number of the audit log.

local prefix = ARGV[1]
local stands = redis.call('HGETALL', prefix .. 'stands')
local holds = {}
for i = 1, #stands, 2 do
  for _, event in ipairs(redis.call('HVALS', prefix .. 'standing:' .. stands[i])) do
    local number, text = event:match('^(%d+) (.*)$')
    holds[#holds + 1] = stands[i]
    holds[#holds + 1] = number
    holds[#holds + 1] = text
  end
end
local last = redis.call('XREVRANGE', prefix .. 'audit', '+', '-', 'COUNT', 1)[1]
return {
  stands,
  redis.call('HGETALL', prefix .. 'private'),
  redis.call('HGETALL', prefix .. 'first'),
  holds,
  last and last[1]:match('^%d+') or '0',
}
