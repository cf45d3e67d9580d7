"""Set a timer, move it, cancel it; in the caller's transaction, under the caller's locks.

They take no savepoint of their own: nothing that they raise leaves the caller anything to go on
with, and a case sets and cancels them by the dozen.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from .models import Timer
from .wanted import CHANNEL, FIRING, Wanted, set_timers


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
    return set_timers(wanted=[Wanted(kind, key, due_at, payload or {})], at=at)[key]


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
        .exclude(key__in=FIRING.get())
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
