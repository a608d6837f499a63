-- Drops lines that are in segments, and notes how far these go.
-- KEYS: cursor, tail. ARGV: token, durable, n_segments, log_bytes, generation.
local held = redis.call('HMGET', KEYS[1], 'token', 'provisional', 'n_tail')
if not held[1] then return 'lost' end
if held[1] ~= ARGV[1] or held[2] then return 'fenced' end
if redis.call('LLEN', KEYS[2]) ~= tonumber(held[3]) then return 'lost' end
local durable = tonumber(ARGV[2])
while true do
  local first = redis.call('LINDEX', KEYS[2], 0)
  if not first or tonumber(string.match(first, '^%d+')) > durable then break end
  redis.call('LPOP', KEYS[2])
end
redis.call('HSET', KEYS[1], 'n_tail', redis.call('LLEN', KEYS[2]))
redis.call('HSET', KEYS[1], 'durable', ARGV[2], 'n_segments', ARGV[3], 'log_bytes', ARGV[4], 'generation', ARGV[5])
return 'made'
