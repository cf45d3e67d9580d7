"""Set a timer, move it, cancel it; in the caller's transaction, under the caller's locks.

They take no savepoint of their own: nothing that they raise leaves the caller anything to go on
with, and a case sets and cancels them by the dozen.
"""

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from psycopg.types.json import Jsonb

from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from .models import Timer

CHANNEL = "smartunion_timers"
"""Where tickers hear of a timer that is due sooner than they meant to sleep."""

FIRING: ContextVar[str] = ContextVar("firing", default="")
"""The key of the timer whose handler runs now."""

_SET = """
WITH put AS (
  INSERT INTO timers_timer (kind, key, due_at, try_at, state, payload, set_at, tries, error)
  VALUES (%(kind)s, %(key)s, %(due_at)s, %(due_at)s, 'pending', %(payload)s, %(at)s, 0, '')
  ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, due_at = excluded.due_at,
    try_at = excluded.try_at, state = 'pending', payload = excluded.payload,
    set_at = excluded.set_at, canceled_at = NULL, tries = 0, error = ''
  WHERE timers_timer.state <> 'fired'
  RETURNING *
), told AS (
  SELECT pg_notify(%(channel)s, '') FROM put
  WHERE due_at < campus_now() + (clock_timestamp() - now()) + interval '2 s'
)
SELECT put.*, (SELECT count(*) FROM told) AS told FROM put
"""


@transaction.atomic(savepoint=False)
def set_timer(
    *,
    kind: str,
    key: str,
    due_at: datetime,
    payload: Mapping[str, Any] | None = None,
    at: datetime,
) -> Timer:
    """Set the timer of this key; one that is pending or canceled is moved and pends again.

    It wakes the tickers only when it is due within two seconds: a NOTIFY takes a lock that all
    commits of NOTIFYing transactions queue for, and a ticker never sleeps longer than one.

    :raises ValueError: it has fired, or its handler is what calls: put a number into the key
    """
    if key == FIRING.get():
        raise ValueError(f"timer {key} is firing: what comes next needs a key of its own")
    given = {
        "kind": kind,
        "key": key,
        "due_at": due_at,
        "payload": Jsonb(dict(payload or {})),
        "at": at,
        "channel": CHANNEL,
    }
    for timer in Timer.objects.raw(_SET, given):
        return timer
    raise ValueError(f"timer {key} has fired")


@transaction.atomic(savepoint=False)
def cancel(*, keys: Iterable[str], at: datetime) -> int:
    """Cancel the pending timers among these keys; return how many there were.

    From the commit on none of them fires. The one whose handler calls is left to fire.
    """
    return _cancel(Timer.objects.filter(key__in=list(keys)), at)


@transaction.atomic(savepoint=False)
def cancel_under(*, prefix: str, at: datetime) -> int:
    """Cancel every pending timer whose key begins with the prefix and a slash ("run/12")."""
    return _cancel(Timer.objects.filter(key__startswith=f"{prefix.rstrip('/')}/"), at)


def _cancel(timers: QuerySet[Timer], at: datetime) -> int:
    return (
        timers.filter(state=Timer.State.PENDING)
        .exclude(key=FIRING.get())
        .update(state=Timer.State.CANCELED, canceled_at=at)
    )


@transaction.atomic
def try_again(*, key: str, by: Person, at: datetime) -> bool:
    """Let a failing timer be tried at once; return whether there was one that pends.

    How often it failed and why stays on it until its handler goes through.
    """
    timer = Timer.objects.filter(key=key, state=Timer.State.PENDING, tries__gt=0).first()
    if timer is None:
        return False
    Timer.objects.filter(pk=timer.pk, state=Timer.State.PENDING).update(try_at=timer.due_at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    record("timers.tried_again", timer, by=by, at=at, because=timer.error[:400])
    return True
