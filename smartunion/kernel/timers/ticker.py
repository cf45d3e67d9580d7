"""The ticker: fires what is due. Any number of them run at once, on any machine, and may die.

A claim is an advisory lock on the timer's key, which dies with the transaction; the row itself is
locked only at the end, by the statement that marks it fired. So whoever cancels or moves a timer,
holding the case that it is about, never waits for a handler that waits for the same case.
"""

import logging
import threading
from datetime import datetime, timedelta

from django.db import connection, transaction

from .actions import FIRING
from .handlers import HANDLERS
from .models import Timer

log = logging.getLogger(__name__)

LONGEST_PAUSE = timedelta(minutes=10)

_CLAIM = """
SELECT id FROM (
  SELECT id, key FROM timers_timer WHERE state = 'pending' AND try_at <= {now}
  ORDER BY try_at, id LIMIT 32
) due
WHERE pg_try_advisory_xact_lock(hashtextextended(key, 0)) LIMIT 1
"""
"""`now` must not be volatile: clock_timestamp() is no condition for an index, and every pending
row would be looked at each time."""

_MARK = """
WITH marked AS (
  UPDATE timers_timer SET state = 'fired', fired_at = %(at)s, error = ''
  WHERE id = %(id)s AND state = 'pending' AND due_at = %(due_at)s RETURNING id
)
INSERT INTO timers_firing (timer_id, at, late_us, worker)
SELECT id, %(at)s, EXTRACT(EPOCH FROM %(at)s - %(due_at)s) * 1000000, %(worker)s FROM marked
"""


class _NoLongerDueError(Exception):
    """Canceled or moved while its handler ran: what the handler did is taken back."""


def fire_due(*, at: datetime) -> int:
    """Fire all that is due at or before `at`, in the order of due, also what firing sets.

    Each handler is handed the moment at which a ticker that is never late would have called it:
    its timer's own. Tests and the played year move their clock with this.

    :returns: how many fired; one whose handler failed stays pending, with its error
    """
    fired = 0
    while (done := _fire_next(at)) is not None:
        fired += done
    return fired


def run(stop: threading.Event) -> None:
    """Fire everything when it is due, until asked to stop."""
    raise NotImplementedError


@transaction.atomic
def _fire_next(until: datetime | None) -> bool | None:
    """Fire the next due timer; return whether it did, None when none is due that is not claimed."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM.format(now="%(until)s" if until else "campus_now()"), {"until": until}
        )
        row = cursor.fetchone()
    if row is None:
        return None
    timer = Timer.objects.filter(pk=row[0], state=Timer.State.PENDING).first()
    if timer is None:  # another ticker was there between our look and our lock
        return False
    at = max(timer.try_at, timer.set_at)
    firing = FIRING.set(timer.key)
    try:
        with transaction.atomic():
            HANDLERS[timer.kind](timer, at)
            _mark(timer, at)
    except _NoLongerDueError:
        return False
    except Exception as failed:
        log.exception("timer %s failed", timer)
        _put_off(timer, f"{type(failed).__name__}: {failed}", at)
        return False
    finally:
        FIRING.reset(firing)
    return True


def _mark(timer: Timer, at: datetime) -> None:
    """Mark the timer fired and say so; take everything back when it is no longer due."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"id": timer.pk, "due_at": timer.due_at, "at": at, "worker": "here"})
        if cursor.rowcount == 0:
            raise _NoLongerDueError


def _put_off(timer: Timer, error: str, at: datetime) -> None:
    """Try again after 1, 2, 4 … seconds, at most ten minutes apart."""
    pause = min(timedelta(seconds=2 ** min(timer.tries, 12)), LONGEST_PAUSE)
    Timer.objects.filter(pk=timer.pk, state=Timer.State.PENDING, due_at=timer.due_at).update(
        tries=timer.tries + 1, error=error[:2000], try_at=at + pause
    )
