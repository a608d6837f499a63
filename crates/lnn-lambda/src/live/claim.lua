-- Takes a run up: afterwards no smaller token changes anything. The registry's row says how far segments go: lines up to
-- there are dropped. A tail that lost entries (they may be evicted) is as good as none: the run must be put back.
-- KEYS: cursor, tail. ARGV: token, time to live, durable, n_segments, log_bytes, generation.
-- Answers: cursor's fields, or "absent", or "fenced".
local held = tonumber(redis.call('HGET', KEYS[1], 'token') or '-1')
if held > tonumber(ARGV[1]) then return 'fenced' end
if held < 0 or redis.call('HEXISTS', KEYS[1], 'provisional') == 1 then return 'absent' end
if redis.call('LLEN', KEYS[2]) ~= tonumber(redis.call('HGET', KEYS[1], 'n_tail')) then
  redis.call('UNLINK', KEYS[1], KEYS[2])
  return 'absent'
end
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'durable', ARGV[3], 'n_segments', ARGV[4], 'log_bytes', ARGV[5],
  'generation', ARGV[6])
while ARGV[3] ~= '' do
  local first = redis.call('LINDEX', KEYS[2], 0)
  if not first or tonumber(string.match(first, '^%d+')) > tonumber(ARGV[3]) then break end
  redis.call('LPOP', KEYS[2])
end
redis.call('HSET', KEYS[1], 'n_tail', redis.call('LLEN', KEYS[2]))
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[2])
return redis.call('HMGET', KEYS[1], 'step', 'durable', 'n_segments', 'log_bytes', 'generation', 'scored')
