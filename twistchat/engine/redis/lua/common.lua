-- What several scripts need: the feed, the logs, the people and their names.
-- This file stands before theirs. KEYS[1] is what all keys begin with; behind it there are:
--
--   facts              hash: store (its id), format, secret, run (of which Redis), audited (how many)
--   seq, feed          the last number in the feed; the stream of it: h (node, life, number of the
--                      batch), p (the place of each item: "EPOCH NUMBER" or nothing), e (their JSON)
--   marks              sorted set: numbers in the feed, by when they were the last (ms)
--   wake               no key, but the channel: "NUMBER NODE" for each entry of the feed
--   stands, private    hashes: log of a room (or !), log of two people -> "EPOCH LAST LIFE"; a log's
--                      life is the epoch with which it began
--   events:LOG         stream: e (JSON), under the event's number
--   erased:LOG         hash: number -> JSON of what was deleted
--   standing:LOG       hash: what is decided -> "NUMBER JSON"
--   order              hash: LOG, or LOG and what is decided -> where that stands among all events
--   first              hash: LOG -> what retention has left; see sweep.lua
--   epochs, told       hashes: epoch -> the one under which the log went on; told: for nodes alone
--   doubted, sure      sets: nodes that have not yet looked whether this run of Redis has all that
--                      they told; logs that have gone on under another epoch since, or begun
--   keys:PERSON:KEY    "LIFE EPOCH NUMBER DIGEST TIME"
--   audit              stream: l (log), p (place), e (JSON), under 1, 2, 3 ...
--   of:PERSON          set: their logs with others
--   cursors:PERSON, remembered:PERSON, passwords    see notes.py
--   nodes, node:NODE   sorted set: node -> end of its lease (ms); hash: life, since, number
--   beat               when any of them was heard of last (ms)
--   batch:NODE:LIFE    number and answer of its last batch
--   people             set: who is connected
--   person:PERSON      hash: folded (name), who, away, persona, rest (of `Entered`, as JSON), order
--   rooms-of:PERSON    sorted set, in the order of joining;  crowds  hash: room -> people in it
--   homes:PERSON, people-of:NODE    sets: who is connected to which nodes
--   names, names-of:NODE            hash: folded -> "HOLDER NODE", or "HOLDER NODE UNTIL" (ms) where
--                                   that node is gone, and kept-names has it, by its end; sets

local P, call = KEYS[1], redis.call
local concat, insert, unpack = table.concat, table.insert, unpack

-- The clock of Redis, in milliseconds: the only one that all nodes share.
local function clock()
  local time = call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function whole(number)
  return string.format('%.0f', number)
end

-- ---------------------------------------------------------------- the feed

local shown, places = {}, {}

local function show(place, item)
  local count = #shown + 1
  shown[count], places[count] = item, place
end

-- Puts what is shown into the feed, as one entry that has the next number; 0: there is nothing.
local function tell(whose, length)
  if #shown == 0 then return 0 end
  local seq = call('INCR', P .. 'seq')
  call('XADD', P .. 'feed', 'MAXLEN', '~', length, whole(seq) .. '-0',
    'h', whose, 'p', concat(places, ','), 'e', '[' .. concat(shown, ',') .. ']')
  call('PUBLISH', P .. 'wake', whole(seq) .. ' ' .. whose:match('^%S*'))
  shown, places = {}, {}
  return seq
end

-- ---------------------------------------------------------------- the logs

local logs, touched, begun, seed = {}, {}, 0, ''

local function stands_of(name)
  return name:byte(1) == 64 and P .. 'private' or P .. 'stands'  -- an @
end

-- Lua makes no chances: they come with each call, as the seed.
local function new_epoch(name)
  begun = begun + 1
  return redis.sha1hex(seed .. ' ' .. begun .. ' ' .. name):sub(1, 8)
end

-- Where a log stands; nil: there is none.
local function find_log(name)
  local log = logs[name]
  if log == nil then
    local text = call('HGET', stands_of(name), name)
    if text then
      local epoch, last, life = text:match('^(%S+) (%d+) (%S+)$')
      log = {name = name, epoch = epoch, last = tonumber(last), life = life}
    else
      log = false
    end
    logs[name] = log
  end
  return log or nil
end

local function touch(log)
  if not log.is_touched then
    log.is_touched = true
    touched[#touched + 1] = log
  end
end

-- Whether some node knows perhaps of more than there is; see `note_run`.
local is_doubtful = nil

local function in_doubt()
  if is_doubtful == nil then is_doubtful = call('EXISTS', P .. 'doubted') == 1 end
  return is_doubtful
end

local function open_log(name)
  local log = find_log(name)
  if not log then
    local epoch = new_epoch(name)
    log = {name = name, epoch = epoch, last = 0, life = epoch}
    logs[name] = log
    touch(log)
    if in_doubt() then call('SADD', P .. 'sure', name) end
    if name:byte(1) == 64 then
      local one, other = name:match('^@([^,]*),(.*)$')
      call('SADD', P .. 'of:' .. one, name)
      call('SADD', P .. 'of:' .. other, name)
    end
  end
  return log
end

local function place_in(log)
  return log.epoch .. ' ' .. whole(log.last)
end

local function write_logs()
  for _, log in ipairs(touched) do
    log.is_touched = false
    if logs[log.name] == log then  -- else it was ended meanwhile
      if log.order and log.name:byte(1) == 35 then call('HSET', P .. 'order', log.name, log.order) end
      call('HSET', stands_of(log.name), log.name, place_in(log) .. ' ' .. log.life)
    end
  end
  touched = {}
end

-- Lets a log go on under another epoch, in the feed.
local function go_on_anew(log, at)
  local old = log.epoch
  log.epoch = new_epoch(log.name)
  call('HSET', P .. 'epochs', old, log.epoch)
  touch(log)
  if in_doubt() then call('SADD', P .. 'sure', log.name) end
  if log.name:byte(1) == 35 then  -- a #
    show(place_in(log), '{"kind":"missed","room":' .. cjson.encode(log.name)
      .. ',"first":1,"last":' .. whole(log.last) .. ',"is_new_epoch":true,"at":' .. at .. '}')
  end
end

-- ---------------------------------------------------------------- names

local function claim_of(folded)
  local text = call('HGET', P .. 'names', folded)
  if not text then return nil end
  local holder, node, kept = text:match('^(%S*) (%S*) ?(%d*)$')
  return {holder = holder, node = node, kept = tonumber(kept)}
end

local function forget_claim(folded, claim)
  if claim.kept then
    call('ZREM', P .. 'kept-names', folded)
  else
    call('SREM', P .. 'names-of:' .. claim.node, folded)
  end
end

local function free_name(folded, claim)
  forget_claim(folded, claim)
  call('HDEL', P .. 'names', folded)
end

local function give_name(folded, holder, node)
  local claim = claim_of(folded)
  call('HSET', P .. 'names', folded, holder .. ' ' .. node)  -- denied where memory is full
  if claim then forget_claim(folded, claim) end
  call('SADD', P .. 'names-of:' .. node, folded)
end

-- Keeps a name of somebody whose node is gone, until a time.
local function keep_name(folded, claim, till)
  forget_claim(folded, claim)
  call('HSET', P .. 'names', folded, claim.holder .. ' ' .. claim.node .. ' ' .. whole(till))
  call('ZADD', P .. 'kept-names', whole(till), folded)
end

local function free_old_names(now)
  for _, folded in ipairs(call('ZRANGEBYSCORE', P .. 'kept-names', '-inf', whole(now))) do
    local claim = claim_of(folded)
    if claim and claim.kept then free_name(folded, claim) end
    call('ZREM', P .. 'kept-names', folded)
  end
end

-- A node of those to which somebody is connected, but for one of them.
local function other_home(id, node)
  local homes = call('SMEMBERS', P .. 'homes:' .. id)
  table.sort(homes)
  for _, home in ipairs(homes) do
    if home ~= node then return home end
  end
  return nil
end

-- ---------------------------------------------------------------- people

local function is_present(id)
  return call('SISMEMBER', P .. 'people', id) == 1
end

local function count_in(room, by)
  if call('HINCRBY', P .. 'crowds', room, by) <= 0 then
    call('HDEL', P .. 'crowds', room)
  end
end

local function come_into(id, room)
  if call('ZSCORE', P .. 'rooms-of:' .. id, room) then return false end
  local order = call('HINCRBY', P .. 'person:' .. id, 'order', 1)
  call('ZADD', P .. 'rooms-of:' .. id, order, room)
  count_in(room, 1)
  return true
end

local function go_from(id, room)
  if call('ZREM', P .. 'rooms-of:' .. id, room) == 0 then return false end
  count_in(room, -1)
  return true
end

local function rooms_of(id)
  return call('ZRANGE', P .. 'rooms-of:' .. id, 0, -1)
end

-- JSON of a list of texts.
local function listed(texts)
  return #texts == 0 and '[]' or cjson.encode(texts)
end

-- Somebody is connected to a node no more; or to none, if they are put out.
-- Returns nil: they were not; 'elsewhere': they are to others; or the rooms they were in.
local function go(id, node, is_put_out)
  if not is_present(id) then return nil end
  local homes = P .. 'homes:' .. id
  if is_put_out then
    for _, home in ipairs(call('SMEMBERS', homes)) do
      call('SREM', P .. 'people-of:' .. home, id)
    end
    call('DEL', homes)
  else
    if call('SREM', homes, node) == 0 then return nil end
    call('SREM', P .. 'people-of:' .. node, id)
    local home = other_home(id, node)
    if home then
      local folded = call('HGET', P .. 'person:' .. id, 'folded')
      local claim = folded and claim_of(folded)
      if claim and claim.holder == id and claim.node == node then give_name(folded, id, home) end
      return 'elsewhere'
    end
  end
  local rooms = rooms_of(id)
  for _, room in ipairs(rooms) do count_in(room, -1) end
  call('DEL', P .. 'person:' .. id, P .. 'rooms-of:' .. id)
  call('SREM', P .. 'people', id)
  return rooms
end

local function withdrew(id, who, at)
  return '{"kind":"withdrew","user":' .. cjson.encode(id) .. ',"who":' .. who
    .. ',"at":' .. at .. '}'
end

local function departed(id, who, rooms, cause, at)
  return '{"kind":"departed","rooms":' .. listed(rooms) .. ',"user":' .. cjson.encode(id)
    .. ',"who":' .. who .. ',"cause":"' .. cause .. '","words":"","at":' .. at .. '}'
end

-- Does a command with many words in a few calls, since Lua has room for so many only.
local function in_parts(command, key, words)
  for index = 1, #words, 1000 do
    call(command, key, unpack(words, index, math.min(index + 999, #words)))
  end
end

-- Lets go of some of those who are connected to a node, who may be thousands. Returns who of them
-- is not connected to others.
local function let_go(ids, node, cause, at)
  local gone, left, is_gone = {}, {}, {}
  table.sort(ids)
  for _, id in ipairs(ids) do
    local who, homes = call('HGET', P .. 'person:' .. id, 'who'), call('SMEMBERS', P .. 'homes:' .. id)
    if #homes == 1 and homes[1] == node then
      local rooms = rooms_of(id)
      for _, room in ipairs(rooms) do left[room] = (left[room] or 0) + 1 end
      call('DEL', P .. 'person:' .. id, P .. 'rooms-of:' .. id, P .. 'homes:' .. id)
      gone[#gone + 1], is_gone[id] = id, true
      show('', departed(id, who, rooms, cause, at))
    elseif go(id, node, false) then
      show('', withdrew(id, who, at))
    end
  end
  for room, count in pairs(left) do count_in(room, -count) end
  in_parts('SREM', P .. 'people', gone)
  in_parts('SREM', P .. 'people-of:' .. node, gone)
  return is_gone
end

-- ---------------------------------------------------------------- nodes

local function life_of(node)
  return call('HGET', P .. 'node:' .. node, 'life')
end

-- Notes which run of which Redis this is. One that was started anew, or was a replica of another,
-- may have lost the last that was told. So from then on each node is doubted until it has looked
-- (`is_sure_of`); what is said meanwhile is said under a new epoch (append.lua), and where one of
-- them ends before it has looked, everything goes on under new ones (`end_node`).
-- Returns whether it may have lost something, and nobody has noted that before.
local function note_run(keeps_all)
  local run, last = call('INFO', 'server'):match('run_id:(%w+)'), call('HGET', P .. 'facts', 'run')
  if run == last then return false end
  call('HSET', P .. 'facts', 'run', run)
  local was_replica = call('INFO', 'replication'):match('master_replid2:0*[^0%s]')
  if not last or (keeps_all and not was_replica) then return false end
  call('DEL', P .. 'doubted', P .. 'sure')
  in_parts('SADD', P .. 'doubted', call('ZRANGE', P .. 'nodes', 0, -1))
  is_doubtful = nil
  return true
end

local function doubt_nobody()
  call('DEL', P .. 'doubted', P .. 'sure')
  is_doubtful = false
end

-- All that a node has told is there, or its log has gone on under another epoch.
local function is_sure_of(node)
  if in_doubt() and call('SREM', P .. 'doubted', node) == 1 and call('EXISTS', P .. 'doubted') == 0 then
    doubt_nobody()
  end
end

local are_all_anew = false

-- Lets everything go on under new epochs, but for what has done so since it is doubted.
local function go_on_anew_all(at)
  if are_all_anew then return end
  are_all_anew = true
  for _, stands in ipairs({'stands', 'private'}) do
    for _, name in ipairs(call('HKEYS', P .. stands)) do
      if call('SISMEMBER', P .. 'sure', name) == 0 then go_on_anew(find_log(name), at) end
    end
  end
  write_logs()
  doubt_nobody()
end

-- Ends a node: its people are gone, and its names free, or kept until a time. What became of its
-- last batch stays known: it may have been asked, and not heard. What it has told may be lost, if
-- it is doubted.
local function end_node(node, cause, at, till, length)
  local life, free = life_of(node) or '-', {}
  local is_gone = let_go(call('SMEMBERS', P .. 'people-of:' .. node), node, cause, at)
  for _, folded in ipairs(call('SMEMBERS', P .. 'names-of:' .. node)) do
    local claim = claim_of(folded)
    if claim and claim.node == node then
      local home = not is_gone[claim.holder] and other_home(claim.holder, node)
      if home then
        give_name(folded, claim.holder, home)
      elseif till then
        keep_name(folded, claim, till)
      else
        free[#free + 1] = folded
      end
    end
  end
  in_parts('HDEL', P .. 'names', free)
  call('DEL', P .. 'people-of:' .. node, P .. 'names-of:' .. node, P .. 'node:' .. node)
  call('ZREM', P .. 'nodes', node)
  if call('SISMEMBER', P .. 'doubted', node) == 1 then go_on_anew_all(at) end
  tell(node .. ' ' .. life .. ' 0', length)
end

-- Ends the nodes that have said nothing for as long as their lease. But where nobody at all has
-- said anything for half of it, Redis stood still, or was not there, and all are given another; as
-- they are where somebody has said something later than now, since its clock was set back.
local function look_after_nodes(now, lease, at, length)
  local last = tonumber(call('GET', P .. 'beat') or 0)
  if now - last > lease / 2 or now < last then
    for _, node in ipairs(call('ZRANGE', P .. 'nodes', 0, -1)) do
      if now < last then
        call('ZADD', P .. 'nodes', whole(now + lease), node)
      else
        call('ZADD', P .. 'nodes', 'GT', whole(now + lease), node)
      end
    end
  else
    for _, node in ipairs(call('ZRANGEBYSCORE', P .. 'nodes', '-inf', whole(now))) do
      end_node(node, 'connection lost', at, nil, length)
    end
  end
  call('SET', P .. 'beat', whole(now))
  free_old_names(now)
end
