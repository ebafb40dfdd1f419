/*
 * What must happen at once in Redis. Two hashes hold for every key the job that waits and the job that runs; `since`
 * orders the waiting ones by age, `clock` is the clock of fair queueing (see schedule.ts, whose rules are repeated here
 * because only Redis can apply them without a race; one contract test holds both to the same behaviour).
 */

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** The heads that the next turn is told of; as `orphansFor` in schedule.ts. */
const LEFT = `
local function left(record, before)
  local heads = {}
  for _, head in ipairs(before.orphans or {}) do heads[#heads + 1] = head end
  heads[#heads + 1] = before.head
  local kept = {}
  for _, head in ipairs(heads) do
    if head ~= record.head then kept[#kept + 1] = head end
  end
  while #kept > 20 do table.remove(kept, 1) end
  record.orphans = #kept > 0 and kept or nil
end
`;

/** KEYS waiting running since clock seen; ARGV key head generation priority installation job debounce seen-ttl stops. */
export const ENQUEUE = `${NOW}
local key, head, generation, priority = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
if ARGV[8] ~= '' and not redis.call('SET', KEYS[5], '1', 'NX', 'PX', ARGV[8]) then return { 'duplicate' } end
local function held(hash)
  local text = redis.call('HGET', hash, key)
  return text and cjson.decode(text) or nil
end
local waiting, running = held(KEYS[1]), held(KEYS[2])
local newest = waiting or running
local admission = 'queued'
if newest then
  local same = newest.head == head
  if same and (priority == 'reconcile' or generation == newest.generation) then return { 'unchanged' } end
  if waiting and generation < waiting.generation then return { 'unchanged' } end
  local ends = running and (running.head ~= head or ARGV[9] ~= '')
  if ends and generation >= running.generation then admission = 'superseding'
  else admission = waiting and 'replaced' or 'following' end
end
local urgency = { ['merge-group'] = 0, push = 1, reconcile = 2 }
local function nextRound()
  if priority == 'merge-group' then return 0 end
  local line = priority .. ':' .. ARGV[5]
  local last = tonumber(redis.call('HGET', KEYS[4], line) or '0')
  local round = math.max(tonumber(redis.call('HGET', KEYS[4], 'now') or '0'), last) + 1
  redis.call('HSET', KEYS[4], line, round)
  return round
end
local keep = waiting and urgency[waiting.priority] <= urgency[priority]
local readyAt = now + tonumber(ARGV[7])
if waiting then readyAt = math.min(readyAt, waiting.readyAt) end
local record = {
  head = head, generation = generation, failed = 0, job = ARGV[6], readyAt = readyAt,
  priority = keep and waiting.priority or priority,
  round = keep and waiting.round or nextRound(),
  since = waiting and waiting.since or now,
  orphans = waiting and waiting.orphans,
  stops = ARGV[9] ~= '',
}
redis.call('HSET', KEYS[1], key, cjson.encode(record))
redis.call('ZADD', KEYS[3], 'NX', record.since, key)
local moved = waiting and (waiting.failed > 0 or not keep) and '1' or ''
return { admission, math.max(0, readyAt - now), record.round, record.priority, moved }
`;

/** KEYS waiting running since clock; ARGV key owner. The record that now runs, or nothing when nothing is to be done. */
export const BEGIN = `${NOW}${LEFT}
local key = ARGV[1]
local record
local text = redis.call('HGET', KEYS[1], key)
if text then
  record = cjson.decode(text)
  record.waited = math.max(0, now - record.readyAt)
  redis.call('HDEL', KEYS[1], key)
  redis.call('ZREM', KEYS[3], key)
  local before = redis.call('HGET', KEYS[2], key)
  if before then left(record, cjson.decode(before)) end
else
  text = redis.call('HGET', KEYS[2], key)
  if not text then return false end
  record = cjson.decode(text)
  -- The same owner asks again when the answer was lost with the connection.
  if record.owner ~= ARGV[2] then
    record.failed = record.failed + 1
    record.died = true
    record.waited = nil
  end
end
record.owner = ARGV[2]
text = cjson.encode(record)
redis.call('HSET', KEYS[2], key, text)
if record.round > tonumber(redis.call('HGET', KEYS[4], 'now') or '0') then
  redis.call('HSET', KEYS[4], 'now', record.round)
end
return text
`;

/** KEYS waiting running since clock; ARGV key owner end delay. Tells whether the key waits again, and how. */
export const END = `${NOW}${LEFT}
local key, ending = ARGV[1], ARGV[3]
local text = redis.call('HGET', KEYS[2], key)
local record = text and cjson.decode(text)
if record and record.owner ~= ARGV[2] then return false end
if record then
  redis.call('HDEL', KEYS[2], key)
  local newer = redis.call('HGET', KEYS[1], key)
  if ending ~= 'done' and newer then
    newer = cjson.decode(newer)
    left(newer, record)
    redis.call('HSET', KEYS[1], key, cjson.encode(newer))
  elseif ending == 'retry' or ending == 'back' then
    record.owner = nil
    record.died = nil
    if ending == 'retry' then record.failed = record.failed + 1 end
    record.readyAt = now + tonumber(ARGV[4])
    redis.call('HSET', KEYS[1], key, cjson.encode(record))
    redis.call('ZADD', KEYS[3], record.since, key)
  end
end
text = redis.call('HGET', KEYS[1], key)
if text then
  record = cjson.decode(text)
  return { math.max(0, record.readyAt - now), record.round, record.priority }
end
if redis.call('HLEN', KEYS[1]) == 0 and redis.call('HLEN', KEYS[2]) == 0 then redis.call('DEL', KEYS[4]) end
return false
`;

/** KEYS waiting running; ARGV key owner, repeated. For each `lost`, the head for which it is to stop, or an empty text. */
export const WATCH = `
local answers = {}
for index = 1, #ARGV, 2 do
  local running = redis.call('HGET', KEYS[2], ARGV[index])
  local waiting = redis.call('HGET', KEYS[1], ARGV[index])
  local answer = ''
  running = running and cjson.decode(running)
  waiting = waiting and cjson.decode(waiting)
  if not running or running.owner ~= ARGV[index + 1] then answer = 'lost'
  elseif waiting and (waiting.head ~= running.head or waiting.stops)
    and waiting.generation >= running.generation then
    answer = waiting.head
  end
  answers[#answers + 1] = answer
end
return answers
`;

/** KEYS waiting running since. Numbers of waiting and running, age of the oldest waiting in milliseconds. */
export const STATS = `${NOW}
local oldest = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')
local age = oldest[2] and math.max(0, now - tonumber(oldest[2])) or 0
return { redis.call('HLEN', KEYS[1]), redis.call('HLEN', KEYS[2]), age }
`;
