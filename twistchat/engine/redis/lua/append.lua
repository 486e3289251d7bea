-- A node puts a batch into the logs and into the feed, as a whole or not at all.
--
-- ARGV: node, life, number of the batch, for how long its answer is known (s), length of the feed,
-- for how long a key is used (s), and is kept (ms), seed; how many logs are asked for, and their
-- names; then the items, of which each is a letter and what belongs to it (see `STEPS`).
--
-- Returns text of a line each: the number in the feed, and the last one before it; where the logs
-- stood that were asked for; and what has become of each item:
--   EPOCH NUMBER    it stands there               =EPOCH NUMBER   it is told as it is
--   ~EPOCH NUMBER   it was kept there before      -EPOCH NUMBER   it changes nothing, and is not told
--   !reused         its key is something else's   w               they are elsewhere: `Withdrew`
--   !none           nothing is to be deleted      D[ROOMS]        they have departed from these

local node, life, number = ARGV[1], ARGV[2], tonumber(ARGV[3])
local key_time = tonumber(ARGV[6])
seed = ARGV[8]

local batch = P .. 'batch:' .. node .. ':' .. life
local before = call('GET', batch)
if before then
  local done, answer = before:match('^(%d+)\n(.*)$')
  done = tonumber(done)
  if done == number then return answer end
  if done > number then
    return redis.error_reply('STALE a later batch of this node was put into the feed before')
  end
end
if life_of(node) ~= life then return redis.error_reply('NODEGONE this node is not registered') end

-- Whatever keeps a script from writing (no memory, a replica, a full disk) is looked at before its
-- first write alone, which is to be one that adds. So nothing is ever half done.
call('HSET', P .. 'node:' .. node, 'number', ARGV[3])

local seq_before = tonumber(call('GET', P .. 'seq') or 0)

local function here(room)
  return place_in(open_log(room))
end

-- Deletes what was said under a number; whether there was anything.
local function erase(log, wanted, by)
  if not wanted:match('^%d+$') or #wanted > 15 or tonumber(wanted) > log.last then return false end
  local id = wanted .. '-0'
  local events = P .. 'events:' .. log.name
  local found = call('XRANGE', events, id, id)[1]
  if not found then return false end
  local json = found[2][2]
  if not json:match('^{"kind":"said"') and not json:match('^{"kind":"tagged"') then return false end
  local room, user, who = json:match(',"room":(".-"),"user":(".-"),"who":(".-"),"')
  local at = json:match(',"at":([^,}]+)')
  call('HSET', P .. 'erased:' .. log.name, wanted, '{"kind":"erased","room":' .. room .. ',"user":'
    .. user .. ',"who":' .. who .. ',"at":' .. at .. ',"by":' .. by .. '}')
  call('XDEL', events, id)
  return true
end

-- Where an event stands among all that happened anywhere: by this they are told to who starts.
local function order()
  return whole((seq_before + 1) * 100000 + #shown)
end

-- Gives an event the next number of its log; returns its place. As long as some node may have told
-- more than there is, that number is one of another epoch.
local function keep(log, json)
  if in_doubt() and call('SISMEMBER', P .. 'sure', log.name) == 0 then
    go_on_anew(log, string.format('%.3f', clock() / 1000))
  end
  log.last = log.last + 1
  log.order = order()
  touch(log)
  if not log.events then log.events = P .. 'events:' .. log.name end
  local digits = whole(log.last)
  call('XADD', log.events, digits .. '-0', 'e', json)
  return log.epoch .. ' ' .. digits
end

-- What becomes of an event under a key that was used before; nil: it was not.
local function answer_of(key, digest, at)
  local used = call('GET', key)
  if not used then return nil end
  local epoch, kept, said, when = used:match('^%S+ (%S+) (%d+) (%S+) (%S+)$')
  if tonumber(at) - tonumber(when) >= key_time then return nil end
  if said ~= digest then return '!reused' end
  local gone_on = call('HGET', P .. 'epochs', epoch)
  while gone_on do
    epoch, gone_on = gone_on, call('HGET', P .. 'epochs', gone_on)
  end
  return '~' .. epoch .. ' ' .. kept
end

local function enter(id, folded, is_guest, first)
  local person, homes = P .. 'person:' .. id, P .. 'homes:' .. id
  call('SADD', P .. 'people', id)
  if is_guest then  -- they are at one node at a time
    for _, home in ipairs(call('SMEMBERS', homes)) do
      if home ~= node then
        call('SREM', homes, home)
        call('SREM', P .. 'people-of:' .. home, id)
      end
    end
  end
  call('SADD', homes, node)
  call('SADD', P .. 'people-of:' .. node, id)
  call('HSET', person, 'folded', folded, 'who', ARGV[first], 'away', ARGV[first + 1],
    'persona', ARGV[first + 2], 'rest', ARGV[first + 3])
  local last = first + 4 + tonumber(ARGV[first + 4])
  if not other_home(id, node) then  -- else what they joined elsewhere meanwhile would be undone
    for _, room in ipairs(rooms_of(id)) do go_from(id, room) end
  end
  for index = first + 5, last do come_into(id, ARGV[index]) end
  local claim = claim_of(folded)
  if not claim or (claim.holder == id and (claim.node ~= node or claim.kept)) then
    give_name(folded, id, node)
  end
  return last
end

-- Each is given the index of its first word, and returns what has become of it and the last index.
local STEPS = {
  -- An event without anything special: log, JSON.
  s = function(at)
    local place = keep(open_log(ARGV[at]), ARGV[at + 1])
    show(place, ARGV[at + 1])
    return place, at + 1
  end,
  -- An event: log, JSON, as it is stored (empty: the same); its key, what sums it up, when it was;
  -- what it decides (the field behind +, or - where nothing is left to hold, or ? where the first
  -- holds; empty: nothing); as the account of deeds has it (=: as
  -- it is stored; empty: not at all); which number it deletes, and who does so.
  d = function(at)
    local name, json, stored = ARGV[at], ARGV[at + 1], ARGV[at + 2]
    local key, digest, when = ARGV[at + 3], ARGV[at + 4], ARGV[at + 5]
    local stands, deed, erases, by = ARGV[at + 6], ARGV[at + 7], ARGV[at + 8], ARGV[at + 9]
    local last = at + 9
    if stored == '' then stored = json end
    if key ~= '' then
      key = P .. 'keys:' .. key
      local answer = answer_of(key, digest, when)
      if answer then return answer, last end
    end
    if erases ~= '' then
      local log = find_log(name)
      if not log or not erase(log, erases, by) then return '!none', last end
    end
    local log = open_log(name)
    local place = keep(log, stored)
    if stands ~= '' then
      local field = stands:sub(2)
      local how, standing = stands:sub(1, 1), P .. 'standing:' .. name
      if how == '-' then
        call('HDEL', standing, field)
        call('HDEL', P .. 'order', name .. ' ' .. field)
      elseif how == '+' or call('HEXISTS', standing, field) == 0 then
        call('HSET', standing, field, whole(log.last) .. ' ' .. stored)
        call('HSET', P .. 'order', name .. ' ' .. field, log.order)
      end
    end
    if deed ~= '' then
      if deed == '=' then deed = stored end
      local id = call('HINCRBY', P .. 'facts', 'audited', 1)
      call('XADD', P .. 'audit', whole(id) .. '-0', 'l', name, 'p', place, 'e', deed)
    end
    if key ~= '' then
      call('SET', key, log.life .. ' ' .. place .. ' ' .. digest .. ' ' .. when, 'PX', ARGV[7])
    end
    show(place, json)
    return place, last
  end,
  -- Somebody comes into a room: room, who, JSON.
  j = function(at)
    local place = here(ARGV[at])
    if not is_present(ARGV[at + 1]) or not come_into(ARGV[at + 1], ARGV[at]) then
      return '-' .. place, at + 2
    end
    show(place, ARGV[at + 2])
    return '=' .. place, at + 2
  end,
  -- Somebody leaves a room: the same.
  l = function(at)
    local place = here(ARGV[at])
    if not go_from(ARGV[at + 1], ARGV[at]) then return '-' .. place, at + 2 end
    show(place, ARGV[at + 2])
    return '=' .. place, at + 2
  end,
  -- Somebody departs: who, whether they are put out (1), JSON behind its list of rooms; their
  -- name as JSON, and when.
  x = function(at)
    local id, who, when = ARGV[at], ARGV[at + 3], ARGV[at + 4]
    local went = go(id, node, ARGV[at + 1] == '1')
    if not went then return '-', at + 4 end
    if went == 'elsewhere' then
      show('', withdrew(id, who, when))
      return 'w', at + 4
    end
    local rooms = listed(went)
    show('', '{"kind":"departed","rooms":' .. rooms .. ARGV[at + 2])
    return 'D' .. rooms, at + 4
  end,
  -- Somebody is connected here: who, their folded name, whether a guest (1), JSON; then their
  -- name, away, persona and all the rest as JSON, how many rooms, and these. Of a person who is
  -- connected to other nodes too, they are besides those where they are.
  e = function(at)
    local last = enter(ARGV[at], ARGV[at + 1], ARGV[at + 2] == '1', at + 4)
    show('', ARGV[at + 3])
    return '=', last
  end,
  -- Somebody is called otherwise: who, folded name, name as JSON, JSON.
  r = function(at)
    if not is_present(ARGV[at]) then return '-', at + 3 end
    call('HSET', P .. 'person:' .. ARGV[at], 'folded', ARGV[at + 1], 'who', ARGV[at + 2])
    show('', ARGV[at + 3])
    return '=', at + 3
  end,
  -- Something of somebody is otherwise: who, what, how, JSON.
  a = function(at)
    if not is_present(ARGV[at]) then return '-', at + 3 end
    call('HSET', P .. 'person:' .. ARGV[at], ARGV[at + 1], ARGV[at + 2])
    show('', ARGV[at + 3])
    return '=', at + 3
  end,
  -- A room is forgotten: room, JSON. Not if somebody has come into it meanwhile.
  f = function(at)
    local room = ARGV[at]
    if call('HEXISTS', P .. 'crowds', room) == 1 then return '-', at + 1 end
    for _, field in ipairs(call('HKEYS', P .. 'standing:' .. room)) do
      call('HDEL', P .. 'order', room .. ' ' .. field)
    end
    call('HDEL', P .. 'order', room)
    call('HDEL', P .. 'stands', room)
    call('HDEL', P .. 'first', room)
    call('UNLINK', P .. 'events:' .. room, P .. 'erased:' .. room, P .. 'standing:' .. room)
    logs[room] = false
    show('', ARGV[at + 1])
    return '=', at + 1
  end,
  -- Anything else: JSON.
  o = function(at)
    show('', ARGV[at])
    return '=', at
  end,
}

local asked = tonumber(ARGV[9])
local stood, outcomes = {}, {}
for index = 10, 9 + asked do
  local name = ARGV[index]
  local log = name:byte(1) == 64 and find_log(name) or name:byte(1) ~= 64 and open_log(name)
  stood[#stood + 1] = log and place_in(log) or ''
end
local at, count = 10 + asked, #ARGV
while at <= count do
  outcomes[#outcomes + 1], at = STEPS[ARGV[at]](at + 1)
  at = at + 1
end
write_logs()
local seq = tell(node .. ' ' .. life .. ' ' .. ARGV[3], ARGV[5])
local answer = whole(seq) .. ' ' .. whole(seq_before) .. '\n' .. concat(stood, ',')
if #outcomes > 0 then answer = answer .. '\n' .. concat(outcomes, '\n') end
call('SET', batch, ARGV[3] .. '\n' .. answer, 'EX', ARGV[4])
return answer
