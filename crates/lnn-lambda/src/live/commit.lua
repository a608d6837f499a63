-- Moves the cursor by one step: check and write are one. Where the same trainer did so already, and the answer was lost on
-- the way, nothing changes.
-- KEYS: cursor, tail, then values to remove. ARGV: token, step, time to live, scored, mark (or ""), entry.
local held = redis.call('HMGET', KEYS[1], 'token', 'step', 'durable', 'provisional', 'n_tail')
if not held[1] then return 'lost' end
local next_step = string.format('%.0f', tonumber(ARGV[2]) + 1)
if held[1] ~= ARGV[1] or held[4] then return 'fenced' end
if held[2] == next_step then return 'made' end
if held[2] ~= ARGV[2] then return 'fenced' end
if redis.call('LLEN', KEYS[2]) ~= tonumber(held[5]) then return 'lost' end
redis.call('HSET', KEYS[1], 'step', next_step, 'scored', ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[3])
if ARGV[5] ~= '' and (held[3] == '' or tonumber(ARGV[5]) > tonumber(held[3])) then
  redis.call('HSET', KEYS[1], 'n_tail', redis.call('RPUSH', KEYS[2], ARGV[6]))
end
redis.call('EXPIRE', KEYS[2], ARGV[3])
for i = 3, #KEYS do redis.call('UNLINK', KEYS[i]) end
return 'made'
