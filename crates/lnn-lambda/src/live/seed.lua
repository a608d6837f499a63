-- Begins to put a run back, unless it is there or a newer trainer does so.
-- KEYS: cursor, tail. ARGV: token, time to live, step, durable, n_segments, log_bytes, generation, scored.
local held = tonumber(redis.call('HGET', KEYS[1], 'token') or '-1')
if held > tonumber(ARGV[1]) then return 'fenced' end
if held >= 0 and redis.call('HEXISTS', KEYS[1], 'provisional') == 0 then return 'fenced' end
redis.call('UNLINK', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'provisional', '1', 'n_tail', '0', 'step', ARGV[3], 'durable', ARGV[4],
  'n_segments', ARGV[5], 'log_bytes', ARGV[6], 'generation', ARGV[7], 'scored', ARGV[8])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 'made'
