"""What Redis does in one go, in Lua. Every script may run twice and has then done it once.

They run on Redis 6.2 by EVALSHA. Keys that depend on what a script finds are built from the root,
which holds the hash tag of the declared ones.
"""

STALE, DONE, REPEATED, MISSING = 0, 1, 2, 3

# KEYS audio  ARGV seconds, mu-law, PCM16, milliseconds
# What is there stays as it is; what nobody needs goes after these seconds.
KEEP_SOUND = """
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], 'ulaw', ARGV[2], 'pcm', ARGV[3], 'ms', ARGV[4])
  redis.call('EXPIRE', KEYS[1], ARGV[1])
elseif redis.call('TTL', KEYS[1]) >= 0 then
  redis.call('EXPIRE', KEYS[1], ARGV[1])
end
return tonumber(redis.call('HGET', KEYS[1], 'ms'))
"""

# KEYS cur, last, versions, names, uses, seq, audit
# ARGV root, name, expected, push id, text, sounds, who, host, argv, keep, keep seconds,
#      seconds that sounds live without a use, then the hash of each sound
PUBLISH = """
local root, name, expected = ARGV[1], ARGV[2], tonumber(ARGV[3])
local document = root .. ':' .. name .. ':v:'
local current = tonumber(redis.call('GET', KEYS[1]) or '0')
if current ~= expected then
  if redis.call('HGET', document .. current, 'push') == ARGV[4] then return {2, current} end
  return {0, current}
end
for i = 13, #ARGV do
  if redis.call('EXISTS', root .. ':audio:' .. ARGV[i]) == 0 then return {3, current} end
end
local version, now, hashes = redis.call('INCR', KEYS[2]), redis.call('TIME')[1], {}
for i = 13, #ARGV do
  hashes[#hashes + 1] = ARGV[i]
  redis.call('PERSIST', root .. ':audio:' .. ARGV[i])
  redis.call('HINCRBY', KEYS[5], ARGV[i], 1)
end
redis.call('HSET', document .. version, 'text', ARGV[5], 'sounds', ARGV[6],
  'audio', table.concat(hashes, ' '), 'push', ARGV[4], 'who', ARGV[7], 'at', now)
redis.call('ZADD', KEYS[3], now, version)
redis.call('SADD', KEYS[4], name)
redis.call('SET', KEYS[1], version)
redis.call('INCR', KEYS[6])
redis.call('XADD', KEYS[7], 'MAXLEN', '~', 100000, '*', 'flow', name, 'v', version, 'before',
  current, 'at', now, 'what', 'push', 'who', ARGV[7], 'host', ARGV[8], 'argv', ARGV[9])
local kept = redis.call('ZRANGE', KEYS[3], 0, -1, 'WITHSCORES')
for i = 1, #kept - 2 * tonumber(ARGV[10]), 2 do
  local old = kept[i]
  if tonumber(kept[i + 1]) < now - tonumber(ARGV[11]) and tonumber(old) ~= version then
    for hash in string.gmatch(redis.call('HGET', document .. old, 'audio') or '', '%S+') do
      if redis.call('HINCRBY', KEYS[5], hash, -1) < 1 then
        redis.call('HDEL', KEYS[5], hash)
        redis.call('EXPIRE', root .. ':audio:' .. hash, ARGV[12])
      end
    end
    redis.call('DEL', document .. old)
    redis.call('ZREM', KEYS[3], old)
  end
end
redis.call('PUBLISH', root .. ':chg', name)
return {1, version}
"""

# KEYS cur, version, seq, audit  ARGV root, name, expected, version, who, host, argv
ROLL_BACK = """
local current, wanted = tonumber(redis.call('GET', KEYS[1]) or '0'), tonumber(ARGV[4])
if current == wanted then return {2, current} end
if current ~= tonumber(ARGV[3]) then return {0, current} end
if redis.call('EXISTS', KEYS[2]) == 0 then return {3, current} end
redis.call('SET', KEYS[1], wanted)
redis.call('INCR', KEYS[3])
redis.call('XADD', KEYS[4], 'MAXLEN', '~', 100000, '*', 'flow', ARGV[2], 'v', wanted, 'before',
  current, 'at', redis.call('TIME')[1], 'what', 'rollback', 'who', ARGV[5], 'host', ARGV[6],
  'argv', ARGV[7])
redis.call('PUBLISH', ARGV[1] .. ':chg', ARGV[2])
return {1, wanted}
"""
