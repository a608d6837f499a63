-- Removes everything of a run that is over.
-- KEYS: cursor, tail, then values. ARGV: token.
local held = tonumber(redis.call('HGET', KEYS[1], 'token') or '-1')
if held > tonumber(ARGV[1]) then return 'fenced' end
for i = 1, #KEYS do redis.call('UNLINK', KEYS[i]) end
return 'made'
