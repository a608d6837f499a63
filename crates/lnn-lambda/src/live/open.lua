-- Makes a provisional cursor a lasting one, if all its values are still there, with the log's first lines where nothing is
-- durable. A second time, by the same trainer, changes nothing.
-- KEYS: cursor, tail, then values. ARGV: token, time to live, mark (or ""), entry.
local held = redis.call('HMGET', KEYS[1], 'token', 'provisional', 'durable')
if not held[1] then return 'lost' end
if held[1] ~= ARGV[1] then return 'fenced' end
if not held[2] then return 'made' end
for i = 3, #KEYS do
  if redis.call('EXPIRE', KEYS[i], ARGV[2]) == 0 then return 'lost' end
end
redis.call('HDEL', KEYS[1], 'provisional')
redis.call('EXPIRE', KEYS[1], ARGV[2])
if ARGV[3] ~= '' and held[3] == '' then
  redis.call('RPUSH', KEYS[2], ARGV[4])
  redis.call('HSET', KEYS[1], 'n_tail', '1')
  redis.call('EXPIRE', KEYS[2], ARGV[2])
end
return 'made'
