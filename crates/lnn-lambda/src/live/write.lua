-- Writes values once, for the trainer that holds the run at this very step. While a run is put back, its values vanish
-- as soon as its provisional cursor does.
-- KEYS: cursor, then values. ARGV: token, step, time to live, time to live of a provisional run, then values.
-- Answers: how many were there already, or -1 where the run is not held so.
local held = redis.call('HMGET', KEYS[1], 'token', 'step', 'provisional')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return -1 end
local seconds = ARGV[3]
if held[3] then
  seconds = ARGV[4]
  redis.call('EXPIRE', KEYS[1], seconds)
end
local old = 0
for i = 2, #KEYS do
  if not redis.call('SET', KEYS[i], ARGV[i + 3], 'NX', 'EX', seconds) then
    old = old + 1
    redis.call('EXPIRE', KEYS[i], seconds)
  end
end
return old
