"""The ticker: fires what is due. Any number of them run at once, on any machine, and may die.

A claim is an advisory lock on the timer's key, which dies with the transaction; the row itself is
locked only at the end, by the statement that marks it fired. So whoever cancels or moves a timer,
holding the case that it is about, never waits for a handler that waits for the same case.
Timers of one matter are claimed together: two tickers never wait for each other at its row, and
those that are due at once fire in one transaction, each behind a savepoint of its kind.
See docs/adr/0003-deadlines-are-rows.md.
"""

import logging
import os
import platform
import threading
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import Error, connection, transaction
from psycopg import Error as DriverError

from smartunion.kernel.base import clock

from . import pulse
from .handlers import HANDLERS, TOGETHER
from .models import Timer
from .wanted import CHANNEL, FIRING

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

AT_ONCE = timedelta(milliseconds=250)
"""Timers of one matter that are due within this fire together: nothing that their handlers set is
due so soon, so that the order of due is kept."""

_CLAIM = "SELECT due.*, campus_now() AS present FROM timers_claim({until}, %(within)s) due"
"""`until` is never volatile: clock_timestamp() is no condition for an index, so that every pending
row would be looked at each time."""

_MARK = """
WITH marked AS (
  UPDATE timers_timer t SET state = 'fired', fired_at = %(at)s, error = ''
  FROM unnest(%(ids)s::bigint[], %(dues)s::timestamptz[]) given(id, due_at)
  WHERE t.id = given.id AND t.state = 'pending' AND t.due_at = given.due_at
  RETURNING t.id, t.due_at
)
INSERT INTO timers_firing (timer_id, at, late_us, worker)
SELECT id, %(at)s, EXTRACT(EPOCH FROM %(at)s - due_at) * 1000000, %(worker)s FROM marked
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
def _fire_next(until: datetime | None = None) -> int | None:
    """Fire what is due next: one timer, or all that its matter has due at once.

    :returns: how many fired, None when nothing is due that is not claimed
    """
    due = _claim(until)
    if not due:
        return None
    fired = 0
    for (_, at), alike in groupby(due, key=lambda timer: (timer.kind, _moment(timer, until))):
        timers = list(alike)
        if len(timers) > 1 and timers[0].kind in TOGETHER and _fire(timers, at):
            fired += len(timers)
        else:
            fired += sum(_fire([timer], at) for timer in timers)
    return fired


def _moment(timer: Timer, until: datetime | None) -> datetime:
    """Return the moment at which a timer fires: its own where the clock is played."""
    present: datetime = vars(timer)["present"]
    return max(timer.try_at, timer.set_at) if until else present


def _fire(timers: Sequence[Timer], at: datetime) -> bool:
    """Let the handler act for timers of one kind and mark them fired; return whether they are.

    Where one of several cannot fire they are taken back together, and each is tried alone.
    """
    first = timers[0]
    firing = FIRING.set([timer.key for timer in timers])
    pulse.hold(first.pk)
    try:
        with transaction.atomic():
            if len(timers) > 1:
                TOGETHER[first.kind](timers, at)
            else:
                HANDLERS[first.kind](first, at)
            _mark(timers, at)
    except _NoLongerDueError:
        return False
    except Exception as failed:
        if not connection.is_usable():
            raise
        if len(timers) == 1:
            log.exception("timer %s failed and is tried again", first)
            _put_off(first, f"{type(failed).__name__}: {failed}", at)
        return False
    finally:
        pulse.hold(0)
        FIRING.reset(firing)
    return True


def _claim(until: datetime | None) -> list[Timer]:
    """Claim what is due next and nobody has claimed; each knows the database's present moment."""
    moment = "campus_now()" if until is None else "%(until)s::timestamptz"
    within = AT_ONCE if until is None else timedelta()
    given = {"until": until, "within": within}
    return list(Timer.objects.raw(_CLAIM.format(until=moment), given))


def _mark(timers: Sequence[Timer], at: datetime) -> None:
    """Mark timers fired and say so; take everything back when one of them is no longer due."""
    given: dict[str, Any] = {
        "ids": [timer.pk for timer in timers],
        "dues": [timer.due_at for timer in timers],
        "at": at,
        "worker": f"{platform.node()}/{os.getpid()}",
    }
    with connection.cursor() as cursor:
        cursor.execute(_MARK, given)
        if cursor.rowcount != len(timers):
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
