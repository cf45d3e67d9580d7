"""What must hold of postings at any moment; `smartunion check` asks."""

from typing import Any

from smartunion.kernel.base import calendar

from . import reads
from .models import Posting

LATE_OBJECTIONS = """
SELECT format('publicity_objection %s', o.id) AS "where",
  format('received at %s, window closed at %s', o.received_at, p.closes_at) AS what
FROM publicity_objection o JOIN publicity_posting p ON p.id = o.posting_id
WHERE p.restarts = 0 AND (o.received_at >= p.closes_at OR o.received_at < p.posted_at)
UNION ALL
SELECT format('publicity_posting %s', p.number), 'closed over an objection that nobody decided'
FROM publicity_posting p JOIN publicity_objection o ON o.posting_id = p.id
WHERE p.state = 'closed' AND o.state IN ('received', 'replied')
UNION ALL
SELECT format('publicity_posting %s', p.number), format('%s, %s objections upheld', p.state, n.n)
FROM publicity_posting p CROSS JOIN LATERAL (
  SELECT COUNT(*) AS n FROM publicity_objection o
  WHERE o.posting_id = p.id AND o.state = 'upheld') n
WHERE (p.state = 'upheld') <> (n.n = 1)
"""
"""Nobody objects outside the window, nothing closes over an objection, one upheld ends it."""

OWN_MATTERS = """
SELECT format('publicity_objection %s', o.id) AS "where", 'judged by whoever posted' AS what
FROM publicity_objection o JOIN publicity_posting p ON p.id = o.posting_id
WHERE p.posted_by_id IN (o.replied_by_id, o.decided_by_id)
UNION ALL
SELECT format('publicity_objection %s', o.id), 'judged by whoever decided the matter'
FROM publicity_objection o JOIN publicity_posting_decided_by d ON d.posting_id = o.posting_id
WHERE d.person_id IN (o.replied_by_id, o.decided_by_id)
UNION ALL
SELECT format('publicity_objection %s', id), 'judged by whoever objected'
FROM publicity_objection WHERE person_id IN (replied_by_id, decided_by_id)
"""
"""Nobody judges an objection to their own matter."""

UNPROVED = """
SELECT format('publicity_posting %s', p.number) AS "where",
  format('%s proofs of %s', COUNT(f.id), wanted.n) AS what
FROM publicity_posting p
LEFT JOIN publicity_proof f ON f.posting_id = p.id
CROSS JOIN LATERAL (SELECT 1 + p.restarts + (p.state IN ('closed', 'upheld'))::int AS n) wanted
GROUP BY p.id, wanted.n HAVING COUNT(f.id) <> wanted.n
"""
"""At posting, at each restart and at the end a text is kept."""


def short(limit: int) -> list[tuple[Any, ...]]:
    """Return the postings that closed before their working days were over, or say another thing.

    Counted anew by the campus calendar of now, from the day on which the clock last started.
    """
    days = calendar.campus()
    found: list[tuple[Any, ...]] = []
    for posting in Posting.objects.order_by("id").iterator():
        counted = days.working_days_between(
            posting.counted_from_on, reads.window_of(posting).last_on
        )
        if posting.state == Posting.State.CLOSED and counted < posting.working_days:
            found.append((f"publicity_posting {posting.number}", f"{counted} working days only"))
        if reads.said_by(posting).sha256 != posting.content_sha256:
            found.append((f"publicity_posting {posting.number}", "says another thing than posted"))
        if len(found) >= limit:
            break
    return found
