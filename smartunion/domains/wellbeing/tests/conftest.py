"""A campus that cares: the cast, the plan year 2025, a roster without gaps, one's own clock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from smartunion.domains.planning import public as planning
from smartunion.domains.wellbeing.actions import answering, campaigns
from smartunion.domains.wellbeing.models import Alert, Campaign, Invitation, Response, Task
from smartunion.domains.wellbeing.reads import cases
from smartunion.domains.wellbeing.rules.scale import FACTORS, ITEMS
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.duty import actions as duty
from smartunion.kernel.duty.models import Shift
from smartunion.kernel.duty.rules import Part, Post
from smartunion.kernel.people.models import Appointment, Office, Person, Seat, Unit
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.response import actions as response
from smartunion.kernel.response import drills
from smartunion.kernel.response.models import Asked, Drill
from smartunion.kernel.timers.ticker import fire_due
from smartunion.kernel.trail.deliver import deliver

MARCH_3 = datetime(2025, 3, 3, 9, 30, tzinfo=CAMPUS)
SINCE = date(2025, 1, 1)
HOTLINE = "0755-26001234"
CALM = [1] * ITEMS


def spread(code: str, total: int) -> list[int]:
    """Ninety ones but for one factor, whose items sum up to the total."""
    told, items = [1] * ITEMS, next(f.items for f in FACTORS if f.code == code)
    left = total - len(items)
    for item in items:
        told[item - 1] += min(left, 4)
        left -= min(left, 4)
    return told


BLUE, YELLOW, RED = spread("SOM", 35), spread("DEP", 40), spread("PHOB", 28)


@dataclass
class House:
    """What a test says in one line; everything goes through the real actions."""

    people: dict[str, Person]
    at: datetime = MARCH_3
    campaign: Campaign = field(default_factory=Campaign)

    def later(self, **by: float) -> datetime:
        """Move the clock, and let everything that falls due on the way happen in its order."""
        until = self.at + timedelta(**by)
        while self.at < until:
            self.at = min(self.at + timedelta(hours=1), until)
            for _ in range(5):
                if not fire_due(at=self.at) + deliver(at=self.at):
                    break
        return self.at

    def plan(self, *, cap: int | None = 20, units: Sequence[str] = ("B01",), **more: Any) -> Any:
        given: dict[str, Any] = {
            "title": "春季自评", "opens_on": self.at.date(),
            "closes_on": self.at.date() + timedelta(days=13), "populations": ["staff", "student"],
            "units": list(Unit.objects.filter(code__in=units)), "cap": cap,
            "by": self.people["head"], "at": self.at,
        } | more  # fmt: skip
        self.campaign = campaigns.plan(**given)
        return self.campaign

    def open(self, **more: Any) -> Campaign:
        """Open a campaign and let the first invitations go."""
        self.plan(**more)
        campaigns.open_campaign(
            campaign_id=self.campaign.pk, by=self.people["head"], at=self.at
        )  # fmt: skip
        campaigns.release(campaign_id=self.campaign.pk, at=self.at)
        return self.campaign

    def invitation(self, who: Person) -> Invitation:
        return Invitation.objects.get(campaign=self.campaign, person=who)

    def begin(self, who: Person, avoid: Sequence[int] = ()) -> Response:
        return answering.begin(
            invitation_id=self.invitation(who).pk, avoid=avoid, by=who, at=self.at
        )  # fmt: skip

    def fill(self, who: Person, told: Sequence[int], avoid: Sequence[int] = ()) -> Response:
        made = self.begin(who, avoid)
        answering.save(
            response_id=made.pk, given=dict(enumerate(told, 1)), by=who, at=self.at
        )  # fmt: skip
        return made

    def answer(self, who: Person, told: Sequence[int], avoid: Sequence[int] = ()) -> Response:
        """Answer everything in ten minutes and hand it in."""
        made = self.fill(who, told, avoid)
        self.at += timedelta(minutes=10)
        return answering.submit(response_id=made.pk, by=who, at=self.at)

    def alert(self) -> Alert:
        """Return the one alert that there is."""
        return Alert.objects.get()

    def task(self, kind: str) -> tuple[Task, StepRun]:
        """Return the one open task of a kind, with its step."""
        task = Task.objects.select_related("alert").get(kind=kind, done_at=None)
        run = cases.open_run(task)
        assert run is not None
        return task, run


def post(office: str, who: Person, unit: Unit, part: str = "A") -> Person:
    """Put somebody into an office, on a seat where it has seats."""
    seat = Seat.objects.filter(unit=unit, office__code=office)
    taken = Appointment.objects.filter(unit=unit, part="A").values("seat")
    free = seat.exclude(pk__in=taken).order_by("number").first() if part == "A" else None
    Appointment.objects.create(
        office=Office.objects.get(code=office), unit=unit, person=who, part=part, seat=free,
        since=SINCE,
    )  # fmt: skip
    return who


def fill_roster(at: datetime, days: int = 60) -> None:
    """Put somebody on every post of the campus, primary and deputy, without a gap."""
    people = iter(Person.objects.filter(kind="staff").order_by("-pk"))
    for one in Post:
        for part in Part:
            Shift.objects.create(
                unit=None, post=one, part=part, person=next(people), kind="laid",
                since=at - timedelta(days=1), until=at + timedelta(days=days),
            )  # fmt: skip


def drilled(at: datetime) -> Drill:
    """Hold a drill of the red alarm in B01 that is passed within minutes: the doctor comes."""
    drill = drills.order(
        protocol="crisis.red", unit=Unit.objects.get(code="B01"), planned_at=at, by=None, at=at,
        because="测试",
    )  # fmt: skip
    run = drills.begin(drill, at=at)
    doctor = Asked.objects.get(run=run, post="c", turn=1).person
    for minutes, step, outcome in ((3, "arrive", "here"), (4, "decide", "soothe")):
        response.answer(
            run_id=run.pk, step=step, outcome=outcome, by=doctor,
            at=at + timedelta(minutes=minutes), via="link",
        )  # fmt: skip
    return drill


def furnish(organization: dict[str, Person]) -> House:
    """Bring the plan year, a branch of five, and the centre into the organization."""
    planning.import_year(year=2025, by=None, at=MARCH_3, because="测试")
    people, b01 = dict(organization), Unit.objects.get(code="B01")
    Appointment.objects.filter(unit=b01, office__body=True).exclude(person=people["chen"]).delete()
    for name, title, office in (
        ("wu", "吴敏", "branch_member"), ("tan", "谭军", "branch_member"),
        ("shi", "石磊", "branch_member"), ("he", "何萍", "branch_asset_manager"),
    ):  # fmt: skip
        who = Person.objects.create(username=name, name=title, unit=b01)
        people[name] = post(office, who, b01)
    Appointment.objects.filter(office__code__in=["psychologist", "psychology_head"]).delete()
    centre = Unit.objects.get(code="D05")
    for name, title, office in (
        ("head", "江静", "psychology_head"), ("psy1", "方琳", "psychologist"),
        ("psy2", "白洁", "psychologist"),
    ):  # fmt: skip
        who = Person.objects.create(username=name, name=title, unit=people["mo"].unit)
        people[name] = post(office, who, centre)
    people["student"] = Person.objects.create(
        username="S2301", name="丁一", unit=b01, kind=Person.Kind.STUDENT
    )
    return House(people)


@pytest.fixture
def bare(organization: dict[str, Person]) -> House:
    """Return the house with nobody on the roster and no hotline."""
    return furnish(organization)


@pytest.fixture
def house(bare: House) -> House:
    fill_roster(MARCH_3)
    sunday = MARCH_3 - timedelta(days=1)
    duty.set_hotline(number=HOTLINE, by=None, at=sunday, because="测试")
    drilled(sunday)
    return bare
