-- A node begins a life, and learns how everything stands.
--
-- ARGV: node, life, the life it goes on for (or empty), lease (ms), now (s), length of the feed,
-- seed, a store's id and secret if there are none, the format this version knows; the time before
-- which whatever holds until then is over (s); whether a Redis that was started anew has kept
-- everything (1); when this process began (s); then of each log that was told: its name, epoch,
-- number, and when that was.
--
-- Returns: store, seq, secret, whether it is new, all logs of rooms (name, where it stands …), what
-- holds and the last of each room (of each: log, number, JSON, order), the people (node, JSON …),
-- the last batch in the feed that is a node's (its number and whose it is, or nothing).

local node, life, former = ARGV[1], ARGV[2], ARGV[3]
local lease, at, length = tonumber(ARGV[4]), ARGV[5], ARGV[6]
local facts = P .. 'facts'
seed = ARGV[7]

local format = tonumber(call('HGET', facts, 'format') or 0)
if format > tonumber(ARGV[10]) then return redis.error_reply('NEWER ' .. format) end
call('HSET', facts, 'format', ARGV[10])  -- denied first, if nothing may be written; see append.lua
local is_new = call('HSETNX', facts, 'store', ARGV[8])
call('HSETNX', facts, 'secret', ARGV[9])

-- ---------------------------------------------------------------- who is there

-- Which process lives that life.
local function run_by(of)
  return of:match('^(.-)%.') or of
end

local is_first = note_run(ARGV[12] == '1')
local now = clock()
local known = life_of(node)
local goes_on = known and (known == life or known == former or run_by(known) == run_by(life))
if goes_on then call('ZADD', P .. 'nodes', whole(now + lease), node) end
look_after_nodes(now, lease, at, length)
if life_of(node) and not goes_on then
  -- Whoever starts takes over. But two that run must not take it from each other all the time.
  -- What began before this process did has been lost with all that happened since, and is over.
  local since = tonumber(call('HGET', P .. 'node:' .. node, 'since') or 0)
  if former ~= '' and since >= tonumber(ARGV[13]) then
    return redis.error_reply('TAKEN another process has the name of this node')
  end
  end_node(node, 'connection lost', at, nil, length)
end
call('HSET', P .. 'node:' .. node, 'life', life)
call('HSETNX', P .. 'node:' .. node, 'since', at)
call('ZADD', P .. 'nodes', whole(now + lease), node)

-- ---------------------------------------------------------------- what was told and is not there

-- Whether another event stands under a number than that which happened then.
local function is_other(name, number, when)
  if when == '' or tonumber(number) == 0 then return false end
  local id = number .. '-0'
  local found = call('XRANGE', P .. 'events:' .. name, id, id)[1]
  local json = found and found[2][2] or call('HGET', P .. 'erased:' .. name, number)
  if not json then return false end  -- it is too old to be kept
  return tonumber(json:match(',"at":([^,}]+)')) ~= tonumber(when)
end

-- Whether a log goes on for an epoch under which it was told before.
local function goes_on_from(log, epoch)
  for _ = 1, 100 do
    if epoch == log.epoch then return true end
    epoch = call('HGET', P .. 'epochs', epoch) or call('HGET', P .. 'told', epoch)
    if not epoch then return false end
  end
  return false
end

for index = 14, #ARGV, 4 do
  local name, epoch, number, when = ARGV[index], ARGV[index + 1], ARGV[index + 2], ARGV[index + 3]
  local log = find_log(name)
  if not log then
    if name:byte(1) ~= 64 then  -- an @
      call('HSET', P .. 'told', epoch, open_log(name).epoch)
    end
  elseif log.epoch == epoch then
    if log.last < tonumber(number) or is_other(name, number, when) then go_on_anew(log, at) end
  elseif not goes_on_from(log, epoch) then
    -- The store may have lost the change to the epoch that was told, and have the one before again.
    go_on_anew(log, at)
    call('HSET', P .. 'told', epoch, log.epoch)
  end
end

is_sure_of(node)
-- Nobody may be left who knows what is lost: whoever comes first, and has seen nothing of what was
-- before, lets everything go on under new epochs.
if is_first and former == '' then go_on_anew_all(at) end

write_logs()
tell(node .. ' ' .. life .. ' 0', length)

-- ---------------------------------------------------------------- how everything stands

local stands = call('HGETALL', P .. 'stands')
local holds, people, orders = {}, {}, {}
local ordered = call('HGETALL', P .. 'order')
for index = 1, #ordered, 2 do orders[ordered[index]] = ordered[index + 1] end
for index = 1, #stands, 2 do
  local name = stands[index]
  local standing = call('HGETALL', P .. 'standing:' .. name)
  for place = 1, #standing, 2 do
    local number, json = standing[place + 1]:match('^(%d+) (.*)$')
    local till = json:find('"until":', 1, true) and cjson.decode(json)['until']
    if type(till) == 'number' and till < tonumber(ARGV[11]) then
      call('HDEL', P .. 'standing:' .. name, standing[place])
      call('HDEL', P .. 'order', name .. ' ' .. standing[place])
    else
      local order = orders[name .. ' ' .. standing[place]] or '0'
      holds[#holds + 1] = {name, tonumber(number), json, order}
    end
  end
  if name:byte(1) == 35 then  -- a #
    local last = call('XREVRANGE', P .. 'events:' .. name, '+', '-', 'COUNT', 1)[1]
    if last then
      local number = tonumber(last[1]:match('^%d+'))
      holds[#holds + 1] = {name, number, last[2][2], orders[name] or '0'}
    end
  end
end
for _, id in ipairs(call('SMEMBERS', P .. 'people')) do
  local of = call('HMGET', P .. 'person:' .. id, 'who', 'away', 'persona', 'rest')
  local json = '{"kind":"entered","user":' .. cjson.encode(id) .. ',"who":' .. of[1]
    .. ',"rooms":' .. listed(rooms_of(id)) .. ',"away":' .. of[2] .. ',"persona":' .. of[3]
    .. ',' .. of[4]:sub(2)
  local homes = call('SMEMBERS', P .. 'homes:' .. id)
  table.sort(homes)
  for _, home in ipairs(homes) do
    if home ~= node then
      insert(people, home); insert(people, json)
    end
  end
end
-- The last batch that a node has put into the feed: by it one knows later whether that is lost.
local mark = {}
for _, entry in ipairs(call('XREVRANGE', P .. 'feed', '+', '-', 'COUNT', 20)) do
  if not entry[2][2]:match(' 0$') then
    mark = {tonumber(entry[1]:match('^%d+')), entry[2][2]}
    break
  end
end
return {call('HGET', facts, 'store'), tonumber(call('GET', P .. 'seq') or 0),
  call('HGET', facts, 'secret'), is_new, stands, holds, people, mark}
