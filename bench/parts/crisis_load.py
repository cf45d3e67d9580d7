"""Red cases on a real roster: opened at random moments, some answered in the moment of a limit.

    crisis_load.py prepare CASES
    crisis_load.py submit RUN CASES SECONDS ANSWERED
    crisis_load.py open RUN CASES SECONDS ANSWERED [STOP]

`submit` hands in questionnaires that lie there filled in, sealed and unsent: scored, sealed, an
alert raised, a red case opened, all of it by wellbeing's own action; `open` begins the response
alone. Prints one line: what was opened and when each was submitted. `ANSWERED` is the share in
which A answers within 30 ms of A's limit, so that a tap and the clock meet. No more cases are
opened once there is a file STOP.
"""

import json
import random
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

from django.db import close_old_connections, connection

from bench.parts.crisis_protocol import LIMITS, RED
from smartunion.domains.planning import public as planning
from smartunion.domains.wellbeing.actions import answering
from smartunion.domains.wellbeing.models import Campaign, Invitation, Response
from smartunion.domains.wellbeing.rules.scale import FACTORS, ITEMS
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.duty.models import Shift
from smartunion.kernel.duty.rules import OF_A_BRANCH, Part, Post
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.response import actions
from smartunion.kernel.response.models import Run, Via

BRANCHES = 22


def prepare(cases: int) -> None:
    """22 branches with A, B and C, primary and deputy each, and one duty leader with a deputy.

    And so many members who have answered everything, red, and not handed it in.
    """
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
    if cases:
        drafts([unit for unit in units if unit], cases, now)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def drafts(units: list[Unit], cases: int, now: datetime) -> None:
    """Let members answer ninety items, those of phobic anxiety with 4: red, and nothing besides."""
    planning.import_year(year=2025, by=None, at=now, because="bench")
    today = campus_day(now)
    campaign = Campaign.objects.create(
        title="压测", opens_on=today, closes_on=today + timedelta(days=2), populations=["staff"],
        cap=cases + 1, state="open", opened_at=now, planned_at=now,
        planned_by=Person.objects.filter(username__startswith="Z").earliest("pk"),
    )  # fmt: skip
    told = dict.fromkeys(range(1, ITEMS + 1), 1)
    told |= dict.fromkeys(next(f.items for f in FACTORS if f.code == "PHOB"), 4)
    for number in range(cases + 1):
        member = Person.objects.create(
            username=f"M{number:04}", name=f"会员{number}", unit=units[number % BRANCHES],
            phone=f"1370000{number:04}",
        )  # fmt: skip
        invited = Invitation.objects.create(
            campaign=campaign, person=member, population="staff", sent_on=today
        )
        made = answering.begin(invitation_id=invited.pk, by=member, at=now)
        answering.save(response_id=made.pk, given=told, by=member, at=now)


def submit(draft: Response) -> Run:
    """Hand a questionnaire in; return the response that it has begun."""
    answering.submit(response_id=draft.pk, by=draft.person, at=clock.now())
    return Run.objects.latest("pk")


def begin(run: str, case: int, units: list[Unit]) -> Run:
    """Begin a response alone, about nobody."""
    number = f"{run}-{case:05}"
    return actions.open_run(
        protocol=RED.code, about=f"bench.case:{number}", unit=units[case % BRANCHES],
        number=number, by=None, at=clock.now(),
    )  # fmt: skip


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


def main(
    what: str, run: str, cases: int, seconds: float, share: float, *, stop: Path | None = None
) -> None:
    random.seed(run)
    told = {"answered": 0, "late": 0, "failed": 0, "closed": 0}
    planned: list[tuple[float, int, int]] = []
    thread = threading.Thread(target=answer, args=(planned, told))
    thread.start()
    units = list(Unit.objects.filter(code__startswith="Z").order_by("code"))
    waiting = list(Response.objects.filter(state="draft").select_related("person").order_by("pk"))
    submitted: dict[str, float] = {}
    acted: list[float] = []

    def red(case: int) -> Run:
        return submit(waiting[case]) if what == "submit" else begin(run, case, units)

    red(cases)  # a house that has been up for a while: its caches are warm
    time.sleep(2)
    began = time.time()
    for case, offset in enumerate(sorted(random.uniform(0, seconds) for _ in range(cases))):
        while (pause := began + offset - time.time()) > 0 and not (stop and stop.exists()):
            time.sleep(min(pause, 0.2))
        if stop and stop.exists():
            break
        moment = time.time()
        opened = red(case)
        acted.append(round((time.time() - moment) * 1000, 2))
        submitted[opened.number] = moment
        if random.random() < share:
            primary = opened.asked.get(post="a", turn=0).person_id
            limit = opened.t0.timestamp() + LIMITS["call_seconds"]
            planned.append((limit + random.uniform(-0.03, 0), opened.pk, primary))
    told["closed"] = 1
    thread.join()
    print(json.dumps({"opened": len(submitted), "submitted": submitted, "acted": acted, **told}))


if sys.argv[1] == "prepare":
    prepare(int(sys.argv[2]))
else:
    where = Path(sys.argv[6]) if len(sys.argv) > 6 else None
    main(*sys.argv[1:3], int(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5]), stop=where)
