"""What must hold of timers at any moment; `smartunion check` asks."""

ONCE = """
SELECT format('timers_timer %s', t.key) AS "where",
  format('%s with %s firings', t.state, COUNT(f.id)) AS what
FROM timers_timer t LEFT JOIN timers_firing f ON f.timer_id = t.id
GROUP BY t.id HAVING COUNT(f.id) <> CASE WHEN t.state = 'fired' THEN 1 ELSE 0 END
  OR (t.state = 'fired' AND MAX(f.at) <> t.fired_at)
"""
"""Fired without the event, twice, or the event without having fired."""

PASSED_OVER = """
SELECT format('timers_timer %s', t.key) AS "where",
  format('due at %s, and others fired at %s', t.due_at, last.at) AS what
FROM timers_timer t, (SELECT MAX(at) AS at FROM timers_firing) last
WHERE t.state = 'pending' AND GREATEST(t.try_at, t.set_at) < last.at - interval '1 minute'
"""
"""Still waiting a minute after it should have fired, although the ticker came by."""

FAILING = """
SELECT format('timers_timer %s', key) AS "where", format('%s tries: %s', tries, error) AS what
FROM timers_timer WHERE state = 'pending' AND tries > 0
"""
