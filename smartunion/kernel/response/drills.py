"""Drills: the same code, the same roster, the same ways; marked in every row and every message.

Ordered by an officer, or planned each month in turn over the branches. What a drill came to is
read from its run's own rows; nothing of it counts in an indicator.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from django.db import transaction
from django.db.models import QuerySet

from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.timers.actions import set_timer
from smartunion.kernel.timers.models import Timer
from smartunion.kernel.trail.record import record

from . import registry
from .actions import open_run
from .models import Asked, Drill, Run
from .reads import Clock, Told, clocks_of, told_in

SECTION = "response"
"""The plan's terms of drills: drill_day, drill_hour, drill_branches, patrol_minutes …"""

HALF, MOST = 0.5, 0.9

APART = timedelta(hours=2)
"""How long after one protocol's monthly drill the next one's begins, in other branches."""


def number_of(drill: Drill) -> str:
    """Return what a drill's run is called: it can be no real number."""
    return f"演{campus_day(drill.planned_at):%Y%m}-{drill.pk:03}"


@transaction.atomic
def order(
    *, protocol: str, unit: Unit | None, planned_at: datetime, by: Person | None, at: datetime,
    because: str,
) -> Drill:  # fmt: skip
    """Plan a drill; it begins by itself at its time. The same one twice is one."""
    drill, is_new = Drill.objects.get_or_create(
        protocol=protocol, unit=unit, planned_at=planned_at,
        defaults={"by": by, "because": because[:200]},
    )  # fmt: skip
    if is_new:
        set_timer(
            kind="response.drill", key=f"response.drill/{drill.pk}", due_at=planned_at,
            payload={"drill": drill.pk}, at=at,
        )  # fmt: skip
        record("response.drill_planned", drill, by=by, at=at, because=because)
    return drill


def begins(timer: Timer, at: datetime) -> None:
    """A planned drill's time has come."""
    drill = Drill.objects.select_for_update(of=("self",)).get(pk=timer.payload["drill"])
    if drill.run_id is None:
        begin(drill, at=at)


def begin(drill: Drill, *, at: datetime) -> Run:
    """Open the run of a drill: by the domain where it has a subject of its own for drills."""
    hooks = registry.in_force(drill.protocol).hooks
    if hooks.begin_drill is not None:
        run = hooks.begin_drill(drill.unit, drill.by, at)
    else:
        run = open_run(
            protocol=drill.protocol, about=f"response.drill:{drill.pk}", unit=drill.unit,
            number=number_of(drill), drill=True, by=drill.by, at=at,
        )  # fmt: skip
    drill.run = run
    drill.save(update_fields=["run"])
    return run


def plan_month(*, at: datetime) -> list[Drill]:
    """Plan this month's drills where the plan asks for them: each branch has its turn.

    Run again and again by the worker: what is planned already stays.
    """
    terms = registry.terms(SECTION, campus_day(at))
    if not terms:
        return []
    day = campus_day(at)
    planned_at = _moment(day, terms)
    if planned_at <= at:
        return []
    branches = list(Unit.objects.filter(kind=Unit.Kind.BRANCH).order_by("code"))
    codes = dict.fromkeys(one.protocol.code for one in registry.wired() if one.drilled)
    many = int(str(terms["drill_branches"]))
    made = []
    for number, code in enumerate(codes):  # one protocol after the other: never the same phones
        on = planned_at + number * APART
        before = Drill.objects.filter(protocol=code, planned_at=on, is_synthetic=False)
        if before.exists() or not branches:
            continue
        made += [
            order(protocol=code, unit=unit, planned_at=on, by=None, at=at, because="月度演练")
            for unit in turn(branches, day, many, ahead=number * len(branches) // len(codes))
        ]
    return made


def plan_after_change(*, at: datetime) -> list[Drill]:
    """Plan a drill of each protocol that is in force in another version than was last drilled.

    So a deployment that changes what happens in an emergency is drilled at the next hour of
    drills (design 4.B.7); run again and again by the worker.
    """
    terms = registry.terms(SECTION, campus_day(at))
    made: list[Drill] = []
    for one in {wired.protocol.code: wired for wired in registry.wired()}.values():
        code = one.protocol.code
        of_it = Drill.objects.filter(protocol=code, is_synthetic=False)
        last = of_it.exclude(run=None).select_related("run__protocol", "unit")
        newest = last.order_by("-planned_at").first()
        if not terms or not one.drilled or newest is None or newest.run is None:
            continue
        same = newest.run.protocol.digest == one.protocol.digest()
        if same or of_it.filter(run=None).exists():
            continue
        hour = at.astimezone(CAMPUS).replace(
            hour=int(str(terms["drill_hour"])), minute=0, second=0, microsecond=0
        )
        planned_at = hour if hour > at else hour + timedelta(days=1)
        because = f"规程更新为 {one.protocol.version} 版后的演练"
        made.append(
            order(
                protocol=code, unit=newest.unit, planned_at=planned_at, by=None, at=at,
                because=because,
            )
        )  # fmt: skip
    return made


def _moment(day: date, terms: Mapping[str, object]) -> datetime:
    """Return this month's moment of the drill."""
    on = day.replace(day=int(str(terms["drill_day"])))
    return datetime(on.year, on.month, on.day, int(str(terms["drill_hour"])), tzinfo=CAMPUS)


def turn(branches: list[Unit], day: date, many: int, *, ahead: int = 0) -> list[Unit]:
    """Return whose turn it is this month: so many branches, one after the other over the year.

    A second protocol is so many branches ahead of the first.
    """
    first = (day.year * 12 + day.month - 1) * many + ahead
    return [branches[(first + n) % len(branches)] for n in range(min(many, len(branches)))]


@dataclass(frozen=True)
class Result:
    """What a drill came to: its steps, and how soon people answered."""

    drill: Drill
    run: Run
    title: str
    clocks: list[Clock]
    told: list[Told]
    acks: list[float]
    """Seconds from being asked to 收到, the quickest first; by people."""
    p50: float | None
    p90: float | None
    asked: int
    minutes: float | None
    """From T0 to settled."""

    @property
    def passed(self) -> bool:
        """Tell whether the drill was settled within its whole limit."""
        return self.run.settled_at is not None and self.run.breached_at is None


def share(values: list[float], part: float) -> float | None:
    """Return the value below which so great a part lies (nearest rank); None without values."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, ceil(part * len(ordered)) - 1)]


def result_of(drill: Drill) -> Result | None:
    """Return what a drill came to; None for one that has not begun."""
    run = drill.run
    if run is None:
        return None
    rows = list(Asked.objects.filter(run=run).exclude(summoned_at=None))
    acks = sorted(
        (row.received_at - row.summoned_at).total_seconds()
        for row in rows
        if row.received_at is not None
        and row.summoned_at is not None
        and row.received_at >= row.summoned_at
    )
    protocol = registry.of(run).protocol
    settled = run.settled_at - run.t0 if run.settled_at else None
    return Result(
        drill=drill,
        run=run,
        title=protocol.title,
        clocks=clocks_of(run, protocol),
        told=told_in(run),
        acks=acks,
        p50=share(acks, HALF),
        p90=share(acks, MOST),
        asked=len(rows),
        minutes=settled / timedelta(minutes=1) if settled else None,
    )


def held(*, since: date | None = None, until: date | None = None) -> QuerySet[Drill]:
    """Return the drills that were held, the newest first; the patrol's own are none."""
    found = Drill.objects.filter(is_synthetic=False).exclude(run=None)
    if since:
        found = found.filter(planned_at__date__gte=since)
    if until:
        found = found.filter(planned_at__date__lt=until)
    return found.select_related("run__protocol", "run__unit", "unit", "by").order_by("-planned_at")


def planned() -> QuerySet[Drill]:
    """Return the drills that are still to be held."""
    waiting = Drill.objects.filter(run=None, is_synthetic=False)
    return waiting.select_related("unit", "by").order_by("planned_at")
