"""What Redis does with the record of a call, and with its slots, in one go, in Lua.

KEYS of all: the record, then the pools of slots in which the call counts. Every script may run
twice and has then done it once.
"""

FIELDS = "'facts', 'owner', 'started', 'reason'"

_NOW = """
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

# ARGV facts, call id, owner, milliseconds, milliseconds of a slot, then the limit of each pool.
# A slot in each pool or in none: of a new call, the number of the first pool that is full.
ANNOUNCE = f"""
if redis.call('EXISTS', KEYS[1]) == 1 then return redis.call('HMGET', KEYS[1], {FIELDS}) end
{_NOW}
for i = 2, #KEYS do
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now)
  if redis.call('ZCARD', KEYS[i]) >= tonumber(ARGV[i + 4]) then return i - 1 end
end
for i = 2, #KEYS do
  redis.call('ZADD', KEYS[i], now + ARGV[5], ARGV[2])
  redis.call('PEXPIRE', KEYS[i], ARGV[5])
end
redis.call('HSET', KEYS[1], 'facts', ARGV[1], 'id', ARGV[2], 'owner', ARGV[3], 'started', '',
  'reason', '')
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return redis.call('HMGET', KEYS[1], {FIELDS})
"""

FIND = f"return redis.call('HMGET', KEYS[1], {FIELDS})"

# ARGV call id, owner, who asks, channels, message. As it stood, to the same asker always.
CLAIM = f"""
local found = redis.call('HMGET', KEYS[1], {FIELDS}, 'id', 'claim')
if not found[1] then return false end
if found[6] == ARGV[3] then found[3] = '' return found end
if found[3] == '' and found[4] == '' and found[5] == ARGV[1] then
  redis.call('HSET', KEYS[1], 'owner', ARGV[2], 'started', '1', 'claim', ARGV[3])
  if found[2] ~= ARGV[2] then redis.call('PUBLISH', ARGV[4] .. found[2], ARGV[5]) end
end
return found
"""

# ARGV channels, message. Behind the record: how many were told.
LOSE = f"""
local found = redis.call('HMGET', KEYS[1], {FIELDS})
if not found[1] then return false end
found[5] = redis.call('PUBLISH', ARGV[1] .. found[2], ARGV[2])
return found
"""

TELL = "return redis.call('PUBLISH', ARGV[1], ARGV[2])"

# ARGV facts, call id, owner, started, reason, milliseconds. Whose it is; what has begun has begun,
# what is over stays as it is and needs no slots.
PUT = """
local known = redis.call('HMGET', KEYS[1], 'owner', 'started', 'reason')
if known[1] and known[1] ~= ARGV[3] then return known[1] end
if ARGV[5] ~= '' then
  for i = 2, #KEYS do redis.call('ZREM', KEYS[i], ARGV[2]) end
end
if known[3] and known[3] ~= '' then return ARGV[3] end
local started = known[2] == '1' and '1' or ARGV[4]
redis.call('HSET', KEYS[1], 'facts', ARGV[1], 'id', ARGV[2], 'owner', ARGV[3], 'started', started,
  'reason', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return ARGV[3]
"""

# KEYS pools  ARGV milliseconds, then by turns a call id and the number of its pool. A call that goes
# on has its slots back whether there is room or not.
RENEW = f"""
{_NOW}
for i = 2, #ARGV, 2 do
  local pool = KEYS[tonumber(ARGV[i + 1])]
  redis.call('ZADD', pool, now + ARGV[1], ARGV[i])
  redis.call('PEXPIRE', pool, ARGV[1])
end
return 1
"""
