"""Workers as `smartunion work` forks them, ticker and sender, which may be killed at eight points.

    crisis_pool.py PROCESSES PROBABILITY PLACE

The ticker dies after its claim, after its handler, before its commit, after it; the sender after
its claim, before the provider is called, after it has answered, after the mark. Each point is
noted in PLACE/points before the worker kills itself with SIGKILL.
"""

import os
import random
import signal
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

from smartunion.kernel.notices import jobs, outbox
from smartunion.kernel.response import firing
from smartunion.kernel.timers import pulse, ticker
from smartunion.kernel.timers.handlers import HANDLERS, Handler
from smartunion.kernel.timers.models import Timer
from smartunion.site.workers import Loop, Place, Pool, work

PROCESSES, PROBABILITY, PLACE = int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])
POINTS = os.open(PLACE / "points", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
DEATHS = os.open(PLACE / "deaths", os.O_CREAT | os.O_WRONLY | os.O_APPEND)


def perhaps_die(point: str) -> None:
    if random.random() < PROBABILITY:
        os.write(POINTS, f"{point}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)


def dying(name: str, handler: Handler) -> Handler:
    def handle(timer: Timer, at: datetime) -> None:
        perhaps_die(f"{name}: after claim")
        handler(timer, at)
        perhaps_die(f"{name}: after handler")

    return handle


HANDLERS.update({kind: dying(kind, handler) for kind, handler in firing.HANDLERS.items()})
MARK, FIRE = ticker._mark, ticker._fire_next
CLAIM, HAND, ACCEPTED = outbox.claim, jobs._hand_over, outbox.accepted


def mark(timer: Timer, at: datetime) -> None:
    MARK(timer, at)
    perhaps_die("ticker: before commit")


def fire(until: datetime | None = None) -> bool | None:
    done = FIRE(until)
    if done:
        perhaps_die("ticker: after commit")
    return done


def claim(**given: Any) -> list[Any]:
    claimed = CLAIM(**given)
    if claimed:
        perhaps_die("sender: after claim")
    return claimed


def hand_over(*given: Any) -> Any:
    perhaps_die("sender: before provider")
    came = HAND(*given)
    perhaps_die("sender: after provider")
    return came


def accepted(message: Any, **given: Any) -> None:
    ACCEPTED(message, **given)
    perhaps_die("sender: after mark")


ticker._mark, ticker._fire_next = mark, fire
outbox.claim, jobs._hand_over, outbox.accepted = claim, hand_over, accepted


def worker(place: Place, stop: threading.Event) -> None:
    pulse.note_in(place.hand)
    loops = [
        Loop("ticker", lambda stop: ticker.run(stop, blamed=place.blamed)),
        Loop("sender", jobs.keep_sending),
    ]
    work(loops, stop)


Pool(PROCESSES, worker, say=lambda text: os.write(DEATHS, f"{text}\n".encode())).run()
