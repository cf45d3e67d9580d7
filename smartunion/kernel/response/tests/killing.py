"""A program that forks children who fire or send, and kill themselves with SIGKILL at one point.

    python -c "import django, runpy; django.setup(); runpy.run_module('…')" < plan.json

The plan is a list of [seconds, kind, point]: the campus's clock that many seconds on, the kind of
timer ("sender" for messages), and where the child dies. After each death another child does what
is left. It prints how each child ended. Nothing but forking happens in the parent.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from smartunion.kernel.base import clock
from smartunion.kernel.notices import gateways, jobs, outbox
from smartunion.kernel.timers import ticker
from smartunion.kernel.timers.handlers import HANDLERS, TOGETHER
from smartunion.kernel.timers.models import Timer

settings.RESPONSES = "smartunion.kernel.response.tests.conftest.WIRED"
settings.RESPONSE_TERMS = "smartunion.kernel.response.tests.conftest.terms"

TICKER = ("after claim", "after handler", "before commit", "after commit")
SENDER = ("after claim", "before provider", "after provider", "after mark")


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def later(function: Callable[..., Any]) -> Callable[..., Any]:
    """Do it, and die."""

    def dying(*given: Any, **more: Any) -> Any:
        function(*given, **more)
        die()

    return dying


def fire(seconds: float, kind: str, point: str) -> None:
    """Fire everything due by then; die at the point when a timer of the kind is in hand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('smartunion.clock_offset', %s, false)", [str(seconds)])
    mark, fire_next = ticker._mark, ticker._fire_next
    held: list[str] = []

    def note(timers: Sequence[Timer], at: Any) -> None:
        held.append(timers[0].kind)
        mark(timers, at)
        if point == "before commit" and timers[0].kind == kind:
            die()

    for known in (HANDLERS, TOGETHER):
        if point == "after claim" and kind in known:
            known[kind] = die
        elif point == "after handler" and kind in known:
            known[kind] = later(known[kind])
    ticker._mark = note
    while fire_next() is not None:
        if point == "after commit" and kind in held:
            die()
        held.clear()


def send(seconds: float, point: str) -> None:
    """Send everything due by then; die at the point at the first message."""
    if point == "after claim":
        outbox.claim = later(outbox.claim)
    elif point == "before provider":
        jobs._hand_over = die
    elif point == "after provider":
        jobs._hand_over = later(jobs._hand_over)
    elif point == "after mark":
        outbox.accepted = later(outbox.accepted)
    jobs.send_due(gateways.of_the_house(), at=clock.now() + timedelta(seconds=seconds))


def in_a_child(work: Callable[[], object]) -> int:
    """Do it in a child; return how it ended, -9 for killed."""
    if pid := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)


def main() -> None:
    ended = []
    lease = outbox.LEASE.total_seconds() + 1
    for seconds, kind, point in json.load(sys.stdin):
        if kind == "sender":
            ended.append(in_a_child(lambda s=seconds, p=point: send(s, p)))
            ended.append(in_a_child(lambda s=seconds + lease: send(s, "")))
        else:
            ended.append(in_a_child(lambda s=seconds, k=kind, p=point: fire(s, k, p)))
            ended.append(in_a_child(lambda s=seconds: fire(s, "", "")))
    json.dump(ended, sys.stdout)


if __name__ == "__main__":
    main()
