"""What must hold of responses at any moment; `smartunion check` asks."""

ONCE = """
SELECT format('response_steprun %s', s.id) AS "where",
  format('%s of run %s: timer %s, %s timeouts', s.code, s.run_id, t.state, COUNT(e.id)) AS what
FROM response_steprun s
JOIN timers_timer t ON t.key = format('response/%s/step/%s/due', s.run_id, s.code)
LEFT JOIN response_event e ON e.run_id = s.run_id AND e.step = s.code AND e.kind = 'timeout'
GROUP BY s.id, t.id
HAVING COUNT(e.id) <> CASE WHEN t.state = 'fired' THEN 1 ELSE 0 END
  OR (t.state = 'pending' AND s.state <> 'open')
  OR (t.state = 'canceled' AND s.state = 'open')
"""
"""A limit that fired without its event or twice, or that was canceled while its step is open."""

EARLY = """
SELECT format('response_steprun %s', s.id) AS "where",
  format('due %s, timed out %s', s.due_at, e.at) AS what
FROM response_steprun s JOIN response_event e
  ON e.run_id = s.run_id AND e.step = s.code AND e.kind = 'timeout'
WHERE e.at < s.due_at
"""
"""A limit that passed before its moment."""

TOLD_TWICE = """
SELECT format('notices_notice %s', MIN(n.id)) AS "where",
  format('%s messages with %s keys by %s of %s', COUNT(*), COUNT(DISTINCT m.key), m.channel,
    n.about) AS what
FROM notices_notice n JOIN notices_message m ON m.notice_id = n.id
WHERE n.about ~ '^response/[0-9]+/'
GROUP BY n.about, n.person_id, m.channel HAVING COUNT(*) <> 1 OR COUNT(DISTINCT m.key) <> COUNT(*)
"""
"""One thing told to one person twice by one way, or two messages of the same key."""

TOLD_AFTER = """
SELECT format('notices_notice %s', n.id) AS "where",
  format('%s at %s, ended at %s', n.about, n.at, LEAST(r.ended_at, s.closed_at)) AS what
FROM notices_notice n
JOIN response_run r ON n.about ~ '^response/[0-9]+/'
  AND r.id = substring(n.about FROM '^response/([0-9]+)/')::bigint
LEFT JOIN response_steprun s ON s.run_id = r.id
  AND n.about = format('response/%s/step/%s', r.id, s.code)
WHERE (n.at > r.ended_at AND n.about <> format('response/%s/over', r.id)) OR n.at > s.closed_at
"""
"""Somebody told of a step or a run after it was canceled, closed or stood down."""

MIXED = """
SELECT format('response_run %s', r.id) AS "where",
  format('drill %s, message %s says %s', r.is_drill, n.id, left(n.title, 8)) AS what
FROM response_run r JOIN notices_notice n ON n.about ~ '^response/[0-9]+/'
  AND r.id = substring(n.about FROM '^response/([0-9]+)/')::bigint
WHERE r.is_drill <> starts_with(n.title, '【演练】')
"""
"""A message of a drill without the mark, or a real one with it."""
