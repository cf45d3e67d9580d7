"""Red cases on a real roster: opened at random moments, some answered in the moment of a limit.

    crisis_load.py prepare
    crisis_load.py open RUN CASES SECONDS ANSWERED

Prints one line: what was opened and when each was submitted. `ANSWERED` is the share in which A
answers within 15 ms of A's limit, so that a tap and the clock meet.
"""

import json
import random
import sys
import threading
import time
from datetime import timedelta

from django.db import close_old_connections, connection

from bench.parts.crisis_protocol import LIMITS
from smartunion.kernel.base import clock
from smartunion.kernel.duty.models import Shift
from smartunion.kernel.duty.rules import OF_A_BRANCH, Part, Post
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.response import actions
from smartunion.kernel.response.models import Via

BRANCHES = 22


def prepare() -> None:
    """22 branches with A, B and C, primary and deputy each, and one duty leader with a deputy."""
    now = clock.now()
    units: list[Unit | None] = [
        Unit.objects.create(code=f"Z{n:02}", name=f"压测{n}工会分会", kind=Unit.Kind.BRANCH)
        for n in range(BRANCHES)
    ]
    number = 0
    for unit in [*units, None]:
        for post in OF_A_BRANCH if unit else (Post.LEADER,):
            for part in Part:
                number += 1
                person = Person.objects.create(
                    username=f"Z{number:04}", name=f"压测{number}", unit=unit,
                    phone=f"1380000{number:04}",
                )  # fmt: skip
                Shift.objects.create(
                    unit=unit, post=post, part=part, person=person,
                    since=now - timedelta(days=1), until=now + timedelta(days=30),
                )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def answer(planned: list[tuple[float, int, int]], told: dict[str, int]) -> None:
    """Answer for A in the moment of A's limit: the run's lock decides between us and the ticker."""
    while planned or not told["closed"]:
        due = [each for each in list(planned) if each[0] <= time.time()]
        for each in due:
            planned.remove(each)
            try:
                won = actions.answer(
                    run_id=each[1], step="call", outcome="no_answer", via=Via.LINK,
                    by=Person.objects.get(pk=each[2]), at=clock.now(),
                )  # fmt: skip
                told["answered" if won else "late"] += 1
            except Exception as failed:
                told["failed"] += 1
                print(f"an answer failed: {failed}", file=sys.stderr)
                close_old_connections()
        time.sleep(0.001)


def main(run: str, cases: int, seconds: float, share: float) -> None:
    random.seed(run)
    told = {"answered": 0, "late": 0, "failed": 0, "closed": 0}
    planned: list[tuple[float, int, int]] = []
    thread = threading.Thread(target=answer, args=(planned, told))
    thread.start()
    units = list(Unit.objects.filter(code__startswith="Z").order_by("code"))
    submitted: dict[str, float] = {}
    actions.open_run(  # a house that has been up for a while: its caches are warm
        protocol="bench.red", about="bench.case:warm", unit=units[0], number=f"warm {run}",
        by=None, at=clock.now(),
    )  # fmt: skip
    time.sleep(2)
    began = time.time()
    for case, moment in enumerate(sorted(random.uniform(0, seconds) for _ in range(cases))):
        time.sleep(max(0.0, began + moment - time.time()))
        number = f"{run}-{case:05}"
        submitted[number] = time.time()
        opened = actions.open_run(
            protocol="bench.red", about=f"bench.case:{number}", unit=units[case % BRANCHES],
            number=number, by=None, at=clock.now(),
        )  # fmt: skip
        if random.random() < share:
            primary = opened.asked.get(post="a", turn=0).person_id
            limit = opened.t0.timestamp() + LIMITS["call_seconds"]
            planned.append((limit + random.uniform(-0.03, 0), opened.pk, primary))
    told["closed"] = 1
    thread.join()
    print(json.dumps({"opened": len(submitted), "submitted": submitted, **told}))


if sys.argv[1] == "prepare":
    prepare()
else:
    main(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5]))
