-- Adds the lines of the run's end, once.
-- KEYS: cursor, tail. ARGV: token, time to live, mark, entry.
local held = redis.call('HMGET', KEYS[1], 'token', 'durable', 'ended', 'provisional', 'n_tail')
if not held[1] then return 'lost' end
if held[1] ~= ARGV[1] or held[4] then return 'fenced' end
if redis.call('LLEN', KEYS[2]) ~= tonumber(held[5]) then return 'lost' end
if not held[3] and (held[2] == '' or tonumber(ARGV[3]) > tonumber(held[2])) then
  redis.call('HSET', KEYS[1], 'n_tail', redis.call('RPUSH', KEYS[2], ARGV[4]))
end
redis.call('HSET', KEYS[1], 'ended', '1')
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[2])
return 'made'
