-- Reads what was said last in each of some logs, if that was in a time.
--
-- ARGV: the prefix, from which time on, before which, then the logs.
-- Answers for each: nothing, or its name and epoch, the number and the event; a name alone is that
-- of a log at whose end so much else stands that one has to look further back.

local LOOKED_AT = 20
local SPOKEN = {said = true, whispered = true}

local prefix, since, until_ = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local answer = {}
for i = 4, #ARGV do
  local log = ARGV[i]
  local stands = prefix .. (log:sub(1, 1) == '@' and 'private' or 'stands')
  local stand = redis.call('HGET', stands, log)
  if stand then
    local entries = redis.call('XREVRANGE', prefix .. 'events:' .. log, '+', '-', 'COUNT', LOOKED_AT)
    local is_found = false
    for _, entry in ipairs(entries) do
      local event = cjson.decode(entry[2][2])
      if SPOKEN[event.kind] then
        is_found = true
        if since <= event.at and event.at < until_ then
          answer[#answer + 1] = {log, stand:match('^%S+'), entry[1]:match('^%d+'), entry[2][2]}
        end
        break
      end
    end
    if not is_found and #entries == LOOKED_AT then
      answer[#answer + 1] = {log}
    end
  end
end
return answer
