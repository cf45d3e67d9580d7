"""Workers as `smartunion work` forks them, with a handler that writes and may be killed anywhere.

    timer_pool.py PROCESSES PROBABILITY PLACE

At each of four points a worker kills itself with SIGKILL by the probability; it notes the point in
PLACE/points first. A slow timer notes that it has begun and then waits to be killed, once.
"""

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.db import connection

from smartunion.kernel.timers import pulse, ticker
from smartunion.kernel.timers.handlers import HANDLERS
from smartunion.kernel.timers.models import Timer
from smartunion.site.workers import Loop, Place, Pool, work

PROCESSES, PROBABILITY, PLACE = int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])
POINTS = os.open(PLACE / "points", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
DEATHS = os.open(PLACE / "deaths", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
SLOW_SECONDS = 20


def perhaps_die(point: str) -> None:
    if random.random() < PROBABILITY:
        os.write(POINTS, f"{point}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)


def step(timer: Timer, at: datetime) -> None:
    """What a step of a case does: lock the case, note what happened, write two messages."""
    perhaps_die("after claim")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM bench_case WHERE id = %s FOR UPDATE", [timer.payload["case"]])
        cursor.execute(
            "INSERT INTO bench_event (case_id, key, what) VALUES (%s, %s, 'fired')",
            [timer.payload["case"], timer.key],
        )
        cursor.execute(
            "INSERT INTO bench_outbox (key, channel) VALUES (%s, 'sms'), (%s, 'wecom')",
            [timer.key, timer.key],
        )
    perhaps_die("after handler")


def slow(timer: Timer, at: datetime) -> None:
    begun = PLACE / timer.key.replace("/", "_")
    if not begun.exists():
        begun.write_text(str(os.getpid()), encoding="ascii")
        time.sleep(SLOW_SECONDS)


def deadly(timer: Timer, at: datetime) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


MARK, FIRE = ticker._mark, ticker._fire_next


def mark(timers: Sequence[Timer], at: datetime) -> None:
    MARK(timers, at)
    perhaps_die("before commit")


def fire(until: datetime | None = None) -> int | None:
    done = FIRE(until)
    if done:
        perhaps_die("after commit")
    return done


ticker._mark, ticker._fire_next = mark, fire
HANDLERS.update({"bench.step": step, "bench.slow": slow, "bench.deadly": deadly})


def worker(place: Place, stop: threading.Event) -> None:
    pulse.note_in(place.hand)
    work([Loop("ticker", lambda stop: ticker.run(stop, blamed=place.blamed))], stop)


Pool(PROCESSES, worker, say=lambda text: os.write(DEATHS, f"{text}\n".encode())).run()
