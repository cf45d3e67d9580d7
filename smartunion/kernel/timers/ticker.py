"""The ticker: fires what is due. Any number of them run at once, on any machine, and may die.

A claim is an advisory lock on the timer's key, which dies with the transaction; the row itself is
locked only at the end, by the statement that marks it fired. So whoever cancels or moves a timer,
holding the case that it is about, never waits for a handler that waits for the same case.
See docs/adr/0003-deadlines-are-rows.md.
"""

import logging
import os
import platform
import threading
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from django.db import Error, connection, transaction
from psycopg import Error as DriverError

from smartunion.kernel.base import clock

from . import pulse
from .actions import CHANNEL, FIRING
from .handlers import HANDLERS
from .models import Timer

log = logging.getLogger(__name__)

CAP_SECONDS = 1.0
"""The longest sleep: what a lost wake-up can cost."""

CLAIMED_SECONDS = 0.01
"""How soon to look again when all that is due is claimed by other tickers, who may die."""

RETRY_SECONDS = 0.25
"""How soon to knock again when the database does not answer."""

HANDLER_SECONDS = 30
"""A handler that does nothing for so long inside its transaction loses it, and its claim."""

LONGEST_PAUSE = timedelta(minutes=10)

_CLAIM = "SELECT due.*, campus_now() AS present FROM timers_claim({until}) due"
"""`until` is never volatile: clock_timestamp() is no condition for an index, so that every pending
row would be looked at each time."""

_MARK = """
WITH marked AS (
  UPDATE timers_timer SET state = 'fired', fired_at = %(at)s, error = ''
  WHERE id = %(id)s AND state = 'pending' AND due_at = %(due_at)s RETURNING id
)
INSERT INTO timers_firing (timer_id, at, late_us, worker)
SELECT id, %(at)s, EXTRACT(EPOCH FROM %(at)s - %(due_at)s) * 1000000, %(worker)s FROM marked
"""

_PAUSE = """
SELECT
  EXISTS (SELECT FROM timers_timer WHERE state = 'pending' AND try_at <= campus_now()),
  (SELECT EXTRACT(EPOCH FROM try_at - campus_now())::float8 FROM timers_timer
   WHERE state = 'pending' AND try_at > campus_now() ORDER BY try_at LIMIT 1)
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
    while (done := _fire_next(until=at)) is not None:
        fired += done
    return fired


def fire_now() -> int:
    """Fire all that is due by the database's clock and claimed by nobody else; return how many."""
    fired = 0
    while (done := _fire_next()) is not None:
        fired += done
    return fired


def run(stop: threading.Event, *, blamed: int = 0) -> None:
    """Fire everything when it is due, until asked to stop; outlive a database that goes away.

    `blamed` is the id of a timer with which several processes died: it is put off like one whose
    handler failed, so that the others get their turn.
    """
    away = False
    while not stop.is_set():
        try:
            _listen()
            if away:
                log.warning("the ticker's database answers again")
            away = False
            if blamed:
                _put_off_the_deadly(blamed)
            blamed = 0
            _keep_firing(stop)
        except (Error, DriverError) as error:
            if not away:
                log.warning("the ticker's database does not answer: %s", error)
            away = True
            connection.close()
            stop.wait(RETRY_SECONDS)


def _keep_firing(stop: threading.Event) -> None:
    """Fire, sleep until the next is due or one is set that is due sooner, and so on."""
    while not stop.is_set():
        pulse.touch("ticker")
        while not stop.is_set() and _fire_next() is not None:
            pass
        if (seconds := _pause()) > 0:  # what was notified since the last sleep ends this one
            deque(connection.connection.notifies(timeout=seconds, stop_after=1), maxlen=0)


def _listen() -> None:
    """Hear of timers that are set from now on; a claim of ours that hangs shall not last."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{HANDLER_SECONDS}s'")
        cursor.execute(f"LISTEN {CHANNEL}")


def _pause() -> float:
    """Return how many seconds to sleep."""
    with connection.cursor() as cursor:
        cursor.execute(_PAUSE)
        claimed, seconds = cursor.fetchone()
    cap = CLAIMED_SECONDS if claimed else CAP_SECONDS
    return cap if seconds is None else min(cap, seconds)


@transaction.atomic
def _fire_next(until: datetime | None = None) -> bool | None:
    """Fire the next due timer; return whether it did, None when none is due that is not claimed."""
    timer = _claim(until)
    if timer is None:
        return None
    at = max(timer.try_at, timer.set_at) if until else vars(timer)["present"]
    firing = FIRING.set(timer.key)
    pulse.hold(timer.pk)
    try:
        with transaction.atomic():
            HANDLERS[timer.kind](timer, at)
            _mark(timer, at)
    except _NoLongerDueError:
        return False
    except Exception as failed:
        if not connection.is_usable():
            raise
        log.exception("timer %s failed and is tried again", timer)
        _put_off(timer, f"{type(failed).__name__}: {failed}", at)
        return False
    finally:
        pulse.hold(0)
        FIRING.reset(firing)
    return True


def _claim(until: datetime | None) -> Timer | None:
    """Lock the next due timer that nobody has locked; it knows the database's present moment."""
    moment = "campus_now()" if until is None else "%(until)s::timestamptz"
    for timer in Timer.objects.raw(_CLAIM.format(until=moment), {"until": until}):
        return timer
    return None


def _mark(timer: Timer, at: datetime) -> None:
    """Mark the timer fired and say so; take everything back when it is no longer due."""
    given: dict[str, Any] = {
        "id": timer.pk,
        "due_at": timer.due_at,
        "at": at,
        "worker": f"{platform.node()}/{os.getpid()}",
    }
    with connection.cursor() as cursor:
        cursor.execute(_MARK, given)
        if cursor.rowcount == 0:
            raise _NoLongerDueError


def _put_off(timer: Timer, error: str, at: datetime) -> None:
    """Try again after 1, 2, 4 … seconds, at most ten minutes apart."""
    pause = min(timedelta(seconds=2 ** min(timer.tries, 12)), LONGEST_PAUSE)
    Timer.objects.filter(pk=timer.pk, state=Timer.State.PENDING, due_at=timer.due_at).update(
        tries=timer.tries + 1, error=error[:2000], try_at=at + pause
    )


def _put_off_the_deadly(pk: int) -> None:
    """Put off a timer with which processes died."""
    timer = Timer.objects.filter(pk=pk, state=Timer.State.PENDING).first()
    if timer is not None:
        log.error("timer %s is put off: several processes died with it", timer)
        _put_off(timer, "处理它的进程接连意外结束", clock.now())
