"""A program that forks children who fire or send, and die by SIGKILL: at one point, or at random.

    python -c "import django, runpy; django.setup(); runpy.run_module('…')" < plans

Each line is a plan and is answered by a line. A plan is a list of [seconds, kind, point]: the
campus's clock that many seconds on, the kind of timer ("sender" for messages), and where the child
dies. After each death another child does what is left. The answer is how each child ended. Nothing
but forking happens in the parent, once it is warm.

A storm is {"moments": [[seconds, [answers]]], "kills": n, "seed": s} instead: at each moment who
fires, who sends and who answers ([run, step, outcome, person]) work at once and are killed after
any time at all, n times over; then each does it in peace.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection

from smartunion.kernel.base import clock
from smartunion.kernel.notices import gateways, jobs, outbox
from smartunion.kernel.people.models import Person
from smartunion.kernel.response import actions
from smartunion.kernel.timers import ticker
from smartunion.kernel.timers.handlers import HANDLERS, TOGETHER
from smartunion.kernel.timers.models import Timer
from smartunion.site.org.names import repeatable

settings.RESPONSES = "smartunion.kernel.response.tests.conftest.WIRED"
settings.RESPONSE_TERMS = "smartunion.kernel.response.tests.conftest.terms"

LONGEST = 0.05
"""Seconds that somebody in a storm lives at most: firing and sending take about as long."""

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


def answer(seconds: float, run: int, step: str, outcome: str, person: int) -> None:
    """Answer a step of a run, so many seconds on."""
    actions.answer(
        run_id=run, step=step, outcome=outcome, by=Person.objects.get(pk=person),
        at=clock.now() + timedelta(seconds=seconds), via="link", note="图书馆东侧",
    )  # fmt: skip


def child(work: Callable[[], object]) -> int:
    """Do it in a child; return its number."""
    if pid := os.fork():
        return pid
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)


def ended(pid: int) -> int:
    """Wait for a child; return how it ended, -9 for killed."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def in_a_child(work: Callable[[], object]) -> int:
    return ended(child(work))


def storm(moments: list[Any], kills: int, seed: int) -> list[int]:
    """Let all work at once and die at any time; at the end of each moment all is done in peace."""
    chance, ends = repeatable(seed), []
    for seconds, answers in moments:
        works: list[Callable[[], object]] = [
            partial(fire, seconds, "", ""),
            partial(send, seconds, ""),
            *(partial(answer, seconds, *each) for each in answers),
        ]
        for _ in range(kills):
            pids = [child(work) for work in works]
            chance.shuffle(pids)
            for pid in pids:
                time.sleep(chance.uniform(0, LONGEST / len(pids)))
                os.kill(pid, signal.SIGKILL)
            ends += [ended(pid) for pid in pids]
        ends += [in_a_child(work) for work in works[2:] + works[:2]]
    return ends


def each_in_turn(plan: list[tuple[float, str, str]]) -> list[int]:
    """Let one child after the other die at its point, and another do what is left."""
    ends = []
    lease = outbox.LEASE.total_seconds() + 1
    for seconds, kind, point in plan:
        if kind == "sender":
            ends.append(in_a_child(lambda s=seconds, p=point: send(s, p)))
            ends.append(in_a_child(lambda s=seconds + lease: send(s, "")))
        else:
            ends.append(in_a_child(lambda s=seconds, k=kind, p=point: fire(s, k, p)))
            ends.append(in_a_child(lambda s=seconds: fire(s, "", "")))
    return ends


def main() -> None:
    jobs.warm()  # as `work` does: a child dies at its work, not while it imports the house
    for line in sys.stdin:
        plan = json.loads(line)
        ends = storm(**plan) if isinstance(plan, dict) else each_in_turn(plan)
        sys.stdout.write(json.dumps(ends) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
