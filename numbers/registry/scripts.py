"""What Redis does in one go, in Lua. Every script may run twice and has then done it once.

They run on Redis 6.2 by EVALSHA. Keys that depend on what a script finds are built from the root,
which holds the hash tag of the declared ones.
"""

COMMITTED, REPEATED, STALE = 1, 2, 0

# KEYS cur, docs, held, plan, audit
# ARGV root, expected, document, keep, plan seconds, plan id, who, host, argv, diff, n,
#      then n times a number and its route, '' for none
# No unpack(): it fails near 8,000 values.
COMMIT = """
local done = redis.call('GET', KEYS[4])
if done then return {2, tonumber(done)} end
local current = tonumber(redis.call('GET', KEYS[1]) or '0')
if current ~= tonumber(ARGV[2]) then return {0, current} end
local root, version, time = ARGV[1], current + 1, redis.call('TIME')
redis.call('SET', root .. ':doc:' .. version, ARGV[3])
redis.call('ZADD', KEYS[2], version, version)
for i = 12, 11 + 2 * tonumber(ARGV[11]), 2 do
  local key = root .. ':route:' .. ARGV[i]
  if ARGV[i + 1] == '' then redis.call('DEL', key)
  else redis.call('HSET', key, 'route', ARGV[i + 1], 'v', version) end
end
redis.call('SET', KEYS[1], version)
redis.call('SET', KEYS[4], version, 'EX', ARGV[5])
redis.call('XADD', KEYS[5], 'MAXLEN', '~', 100000, '*', 'v', version, 'at', time[1],
  'plan', ARGV[6], 'who', ARGV[7], 'host', ARGV[8], 'argv', ARGV[9], 'diff', ARGV[10])
for _, old in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', version - tonumber(ARGV[4]))) do
  local needed_until = tonumber(redis.call('ZSCORE', KEYS[3], old) or '0')
  if needed_until <= time[1] * 1000 then
    redis.call('DEL', root .. ':doc:' .. old)
    redis.call('ZREM', KEYS[2], old)
    redis.call('ZREM', KEYS[3], old)
  end
end
redis.call('PUBLISH', root .. ':chg', version)
return {1, version}
"""

# KEYS override, audit  ARGV root, number, override or '', who, host, argv
OVERRIDE = """
local before = redis.call('HGET', KEYS[1], ARGV[2]) or ''
if before == ARGV[3] then return 0 end
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[2])
else redis.call('HSET', KEYS[1], ARGV[2], ARGV[3]) end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', 100000, '*', 'at', redis.call('TIME')[1],
  'who', ARGV[4], 'host', ARGV[5], 'argv', ARGV[6],
  'override', ARGV[2], 'before', before, 'after', ARGV[3])
redis.call('PUBLISH', ARGV[1] .. ':chg', 'override')
return 1
"""

# KEYS job  ARGV seconds, progress, then steps; what is written down already stays
BEGIN = """
for i = 3, #ARGV do redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[2]) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
"""

# KEYS job  ARGV seconds, step, progress
MARK = """
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
"""

# KEYS lock  ARGV token, milliseconds
ACQUIRE = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""

# KEYS lock  ARGV token, milliseconds
RENEW = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""

# KEYS lock  ARGV token
RELEASE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""

# KEYS held  ARGV milliseconds, then versions; a hold that lasts longer already stays as it is
HOLD = """
local time = redis.call('TIME')
local needed_until = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], 'GT', needed_until, ARGV[i]) end
return 1
"""
