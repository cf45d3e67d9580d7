"""Workers as `smartunion work` forks them, ticker and sender, which may be killed at eight points.

    crisis_pool.py PROCESSES PROBABILITY PLACE

The ticker dies after its claim, after its handler, before its commit, after it; the sender after
its claim, before the provider is called, after it has answered, after the mark. Each point is
noted in PLACE/points with the step that was in hand, before the worker kills itself with SIGKILL.
"""

import os
import random
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from smartunion.kernel.notices import jobs, outbox
from smartunion.kernel.notices.models import Message
from smartunion.kernel.response import firing
from smartunion.kernel.timers import pulse, ticker
from smartunion.kernel.timers.handlers import HANDLERS, TOGETHER, Handler, HandlerOfMany
from smartunion.kernel.timers.models import Timer
from smartunion.site.workers import Loop, Place, Pool, work

PROCESSES, PROBABILITY, PLACE = int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])
POINTS = os.open(PLACE / "points", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
DEATHS = os.open(PLACE / "deaths", os.O_CREAT | os.O_WRONLY | os.O_APPEND)


def perhaps_die(what: str, point: str) -> None:
    if random.random() < PROBABILITY:
        os.write(POINTS, f"{what}: {point}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)


def step_of(timer: Timer) -> str:
    """Return which step's limit a timer is, or what else it does in a run."""
    kind = timer.kind.removeprefix("response.")
    return f"{kind} {timer.payload['step']}" if "step" in timer.payload else kind


def dying(handler: Handler) -> Handler:
    def handle(timer: Timer, at: datetime) -> None:
        perhaps_die(step_of(timer), "after claim")
        handler(timer, at)
        perhaps_die(step_of(timer), "after handler")

    return handle


def dying_together(handler: HandlerOfMany) -> HandlerOfMany:
    def handle(timers: Sequence[Timer], at: datetime) -> None:
        perhaps_die(step_of(timers[0]), "after claim")
        handler(timers, at)
        perhaps_die(step_of(timers[0]), "after handler")

    return handle


HANDLERS.update({kind: dying(handler) for kind, handler in firing.HANDLERS.items()})
TOGETHER.update({kind: dying_together(handler) for kind, handler in firing.TOGETHER.items()})
MARK, FIRE = ticker._mark, ticker._fire_next
CLAIM, HAND, ACCEPTED = outbox.claim, jobs._hand_over, outbox.accepted
fired: list[str] = []


def mark(timers: Sequence[Timer], at: datetime) -> None:
    MARK(timers, at)
    perhaps_die(step_of(timers[0]), "before commit")
    fired.append(step_of(timers[0]))


def fire(until: datetime | None = None) -> int | None:
    fired.clear()
    done = FIRE(until)
    for step in fired:
        perhaps_die(step, "after commit")
    return done


def claim(**given: Any) -> list[Message]:
    claimed = CLAIM(**given)
    if claimed:
        perhaps_die(claimed[0].channel, "after claim")
    return claimed


def hand_over(ways: Any, message: Message, parcel: Any) -> Any:
    perhaps_die(message.channel, "before provider")
    came = HAND(ways, message, parcel)
    perhaps_die(message.channel, "after provider")
    return came


def accepted(numbers: Mapping[Message, str], **given: Any) -> None:
    ACCEPTED(numbers, **given)
    perhaps_die(next(iter(numbers)).channel, "after mark")


ticker._mark, ticker._fire_next = mark, fire
outbox.claim, jobs._hand_over, outbox.accepted = claim, hand_over, accepted


def worker(place: Place, stop: threading.Event) -> None:
    pulse.note_in(place.hand)
    loops = [
        Loop("ticker", lambda stop: ticker.run(stop, blamed=place.blamed)),
        Loop("sender", jobs.keep_sending),
    ]
    work(loops, stop)


jobs.warm()
Pool(PROCESSES, worker, say=lambda text: os.write(DEATHS, f"{text}\n".encode())).run()
