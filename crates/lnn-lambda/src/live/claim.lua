-- Takes a run up: afterwards no smaller token changes anything.
-- KEYS: cursor. ARGV: token, time to live. Answers: cursor's fields, or "absent", or "fenced".
local held = tonumber(redis.call('HGET', KEYS[1], 'token') or '-1')
local token = tonumber(ARGV[1])
if held > token then return 'fenced' end
if held < 0 or redis.call('HEXISTS', KEYS[1], 'provisional') == 1 then return 'absent' end
redis.call('HSET', KEYS[1], 'token', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return redis.call('HMGET', KEYS[1], 'step', 'durable', 'n_segments', 'log_bytes', 'generation', 'scored')
