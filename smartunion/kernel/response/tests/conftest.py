"""A protocol of four steps, and who is on duty: 林 and 何 for A, 孙 and 吴 for B, 郑 for C."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.duty.models import Shift
from smartunion.kernel.duty.rules import OF_A_BRANCH, Post
from smartunion.kernel.duty.rules import Part as DutyPart
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.response import actions, registry
from smartunion.kernel.response.define import REST, TIMEOUT, Back, Outcome, Part, Protocol, Step
from smartunion.kernel.response.models import Asked, Run
from smartunion.kernel.response.registry import Hooks, Wired
from smartunion.kernel.timers import ticker
from tests.cast import unit

NIGHT = datetime(2025, 3, 5, 23, 40, tzinfo=CAMPUS)

LIMITS = {
    "call_seconds": 30, "locate_minutes": 4, "leader_minutes": 5, "scene_minutes": 8,
    "vehicle_minutes": 8, "settle_minutes": 30, "call_again_seconds": 20, "calls_each": 2,
}  # fmt: skip

CALL = Step(
    code="call", name="拨打电话", ask="现在打电话，问清人安不安全、在哪里", posts=("a",),
    within="call_seconds", opens_at_start=True, alerted=True, say=("你在哪里？身边有人吗？",),
    outcomes=(
        Outcome(code="answered", name="已接通", hint="是本人在说话", replies=("1", "接通")),
        Outcome(
            code="no_answer", name="无人接听", hint="马上转联系人B", opens=("locate", "scene"),
            replies=("2", "没接"),
        ),
        Outcome(
            code="wrong_number", name="空号，或者接的不是本人", opens=("locate", "scene"),
            corrects="当事人登记的号码",
        ),
    ),
    on_timeout=Outcome(code=TIMEOUT, name="视为无人接听", opens=("locate", "scene")),
)  # fmt: skip
LOCATE = Step(
    code="locate", name="定位", ask="会同保卫处锁定位置", posts=("b",), within="locate_minutes",
    alerted=True, holds=True,
    outcomes=(Outcome(code="located", name="已定位", needs_note=True),),
    backs=(
        Back(within="locate_minutes", to=Part.DEPUTY),
        Back(within="leader_minutes", to=Part.LEADER),
    ),
)  # fmt: skip
SCENE = Step(
    code="scene", name="到场评估", ask="带急救箱到现场", posts=("c",), within="scene_minutes",
    alerted=True, holds=True,
    outcomes=(
        Outcome(code="soothed", name="现场安抚", settles=True, ends=("locate", "vehicle")),
        Outcome(code="referred", name="转介医院", opens=("vehicle",)),
        Outcome(code="false_alarm", name="误报", settles=True, ends=(REST,)),
    ),
)  # fmt: skip
VEHICLE = Step(
    code="vehicle", name="车辆到场", ask="把车开到现场", posts=("driver",),
    within="vehicle_minutes", since="scene",
    outcomes=(Outcome(code="arrived", name="已到场", settles=True),),
    on_timeout=Outcome(code=TIMEOUT, name="未到，改叫120"), holds=True,
)  # fmt: skip
RED = Protocol(
    code="test.red", version="1", title="红色预警", word="请立即处置", terms="test",
    clause="6", sla="settle_minutes", stands_down=("a", "c", "leader"),
    steps=(CALL, LOCATE, SCENE, VEHICLE),
)  # fmt: skip


ROSTER = {
    Post.A: ("lin", "he"),
    Post.B: ("sun", "wu"),
    Post.C: ("zheng",),
    Post.LEADER: ("qian",),
    Post.DRIVER: ("driver",),
}
"""Who is on duty tonight, as primary and as deputy."""


def terms(section: str, on: date) -> dict[str, int]:
    return dict(LIMITS)


CAST = {
    "lin": "林晓梅", "he": "何静", "sun": "孙伟", "wu": "吴敏", "zheng": "郑国平", "qian": "钱学礼",
    "driver": "冯师傅",
}  # fmt: skip


@dataclass
class Duty:
    """The people on duty, by name."""

    people: dict[str, Person]
    branch: Unit

    def __getattr__(self, name: str) -> Person:
        try:
            return self.people[name]
        except KeyError as none:
            raise AttributeError(name) from none


WIRED = [Wired(RED, Hooks())]


@pytest.fixture
def protocols(settings: Any) -> Iterator[None]:
    """Wire the test's protocol, its terms and its duty."""
    here = "smartunion.kernel.response.tests.conftest"
    settings.RESPONSES = f"{here}.WIRED"
    settings.RESPONSE_TERMS = f"{here}.terms"
    registry.forget()
    yield
    registry.forget()


@pytest.fixture
def duty(db: None, protocols: None) -> Duty:
    """Return those on duty tonight; their numbers are their own in every test."""
    home = unit("B01", "外国语学院工会分会")
    people = {}
    for code, name in CAST.items():
        mark = uuid4()
        people[code] = Person.objects.create(
            username=f"{code}{mark.hex[:8]}", name=name, unit=home,
            phone=f"138{mark.int % 10**8:08}",
        )  # fmt: skip
    for post, persons in ROSTER.items():
        for part, code in zip(DutyPart, persons, strict=False):
            Shift.objects.create(
                unit=home if post in OF_A_BRANCH else None, post=post, part=part,
                person=people[code], since=NIGHT - timedelta(days=1),
                until=clock.now() + timedelta(days=9),
            )  # fmt: skip
    return Duty(people, home)


def begin(duty: Duty, *, drill: bool = False, at: datetime = NIGHT, **more: Any) -> Run:
    """Open a red run at 23:40."""
    number = f"R{uuid4().hex[:6]}"
    given = {"about": f"test.case:{number}", "unit": duty.branch, "number": number, **more}
    return actions.open_run(protocol="test.red", drill=drill, by=None, at=at, **given)


def after(seconds: float) -> datetime:
    return NIGHT + timedelta(seconds=seconds)


def until(seconds: float) -> int:
    """Let the clock go on to so many seconds after T0."""
    return ticker.fire_due(at=after(seconds))


def asked(run: Run, person: Person) -> Asked:
    return Asked.objects.get(run=run, person=person)


def states(run: Run) -> dict[str, str]:
    return dict(run.steps.values_list("code", "state"))


def kinds(run: Run) -> list[tuple[str, str]]:
    return list(run.events.order_by("id").values_list("kind", "step"))
