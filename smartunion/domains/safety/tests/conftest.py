"""A house with events: the cast, the plan year, three who sign, an organiser, fit devices."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from smartunion.domains.planning import public as planning
from smartunion.domains.safety.actions import devices, events, insuring, joining, surveys
from smartunion.domains.safety.models import Device, Event, RiskItem, SiteSurvey, Venue
from smartunion.domains.safety.rules.kinds import Answer, DeviceKind, EventKind, Party, Role
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Appointment, Office, Person, Unit
from smartunion.kernel.people.reads import holders
from smartunion.kernel.procedures.models import StepRun

MAY_5 = datetime(2025, 5, 5, 9, 0, tzinfo=CAMPUS)
RACE = datetime(2025, 5, 17, 8, 0, tzinfo=CAMPUS)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)


def photo(name: str = "IMG_1.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PNG, "image/png")


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all in threads of their own, let go at the same moment; return results or refusals."""
    gate = Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> Any:
        try:
            gate.wait()
            return deed()
        except Refused as no:
            return no
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def told(results: list[Any]) -> list[str]:
    return sorted(no.code for no in results if isinstance(no, Refused))


@dataclass
class House:
    """What a test says in one line; everything goes through the real actions."""

    people: dict[str, Person]
    venue: Venue
    at: datetime = MAY_5

    def __getattr__(self, name: str) -> Person:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None

    def plan(self, **given: Any) -> Event:
        asked: dict[str, Any] = {
            "title": "教职工五公里赛",
            "kind": EventKind.COMPETITION,
            "venue_id": self.venue.pk,
            "starts_at": RACE,
            "ends_at": RACE + timedelta(hours=3),
            "expected": 60,
            "by": self.organiser,
            "at": self.at,
            **given,
        }
        return events.plan_event(**asked)

    def run(self, survey: SiteSurvey, step: str) -> StepRun:
        return StepRun.objects.select_related("lead", "backup").get(case=survey.case, step=step)

    def look_at_all(self, survey: SiteSurvey) -> None:
        for item in survey.items.filter(state=RiskItem.State.UNCHECKED):
            surveys.look(item_id=item.pk, by=self.hospital, at=self.at)

    def hand_in(self, survey: SiteSurvey) -> None:
        self.look_at_all(survey)
        run = self.run(survey, "list")
        surveys.hand_in_list(run_id=run.pk, by=run.lead, at=self.at)

    def sign(self, survey: SiteSurvey, *parties: Party) -> SiteSurvey:
        if not StepRun.objects.filter(case=survey.case, step="union").exists():
            self.hand_in(survey)
        for party in parties or Party:
            surveys.sign(
                run_id=self.run(survey, party.value).pk, by=self.people[party.value], at=self.at
            )
        survey.refresh_from_db()
        return survey

    def staff(self, event: Event, each: int = 2) -> None:
        names = iter(f"duty{n}" for n in range(100))
        for role in Role:
            for _ in range(each):
                who = self.someone(next(names))
                events.station(
                    event_id=event.pk, person_id=who.pk, role=role, since=event.starts_at,
                    until=event.ends_at, by=self.organiser, at=self.at,
                )  # fmt: skip

    def someone(self, username: str) -> Person:
        if username not in self.people:
            self.people[username] = Person.objects.create(
                username=username, name=f"人{username}", unit=self.organiser.unit
            )
        return self.people[username]

    def equip(self, event: Event, *, aeds: int = 1, kits: int = 3) -> None:
        kinds = (DeviceKind.AED,) * aeds + (DeviceKind.KIT,) * kits
        for n, kind in enumerate(kinds, 1):
            device = devices.register_device(
                number=f"{kind.value.upper()}-{n:02}", kind=kind, home="体育馆", by=None, at=self.at
            )
            devices.check_device(device_id=device.pk, is_fit=True, by=self.guard, at=self.at)
            events.bring(
                event_id=event.pk, device_id=device.pk, spot="终点", by=self.organiser, at=self.at
            )

    def insure(self, **given: Any) -> None:
        insuring.register_policy(
            **{
                "number": "PICC-2025-88",
                "insurer": Unit.objects.get(code="X04"),
                "since": date(2025, 1, 1),
                "until": date(2028, 1, 1),
                "per_person_fen": 300_000_00,
                "by": self.organiser,
                "at": self.at,
                **given,
            }
        )

    def ready(self, **given: Any) -> Event:
        """Plan an event that lacks nothing."""
        event = self.plan(**given)
        self.sign(event.survey)
        self.staff(event, -(-event.expected // 50))
        self.equip(event)
        self.insure()
        return event

    def open(self, **given: Any) -> Event:
        event = self.ready(**given)
        return events.open_event(event_id=event.pk, by=self.organiser, at=self.at)

    def fit(self, event: Event, who: Person) -> int:
        check = joining.note_check(
            event_id=event.pk, answer=Answer.FIT, report_on=date(2025, 4, 1), by=who, at=self.at
        )
        return check.pk


def an_event(organiser: Person, *, at: datetime) -> Event:
    """Return a planned event without a house around it, for the tests of every page."""
    venue = events.register_venue(
        code="TRACK", name="东田径场", latitude="22.533", longitude="113.936", by=None, at=at
    )
    begins = at + timedelta(days=9)
    return events.plan_event(
        title="迎新年健步走", kind=EventKind.COMPETITION, venue_id=venue.pk, starts_at=begins,
        ends_at=begins + timedelta(hours=2), expected=60, by=organiser, at=at,
    )  # fmt: skip


def _holder(office: str, username: str, unit: str, *, like: Person, nth: int = 0) -> Person:
    found = holders(office, on=MAY_5.date())
    if len(found) > nth:
        return found[nth]
    who = Person.objects.create(username=username, name=f"{username}某", unit=like.unit)
    Appointment.objects.create(
        office=Office.objects.get(code=office), unit=Unit.objects.get(code=unit), person=who,
        since=date(2025, 1, 1),
    )  # fmt: skip
    return who


def furnish(organization: dict[str, Person]) -> House:
    planning.import_year(year=2025, by=None, at=MAY_5, because="测试")
    people = dict(organization)
    like = people["lin"]
    people["hospital"] = _holder("survey_hospital", "h1", "D07", like=like)
    people["security"] = _holder("survey_security", "s1", "D06", like=like)
    people["union"] = _holder("survey_union", "u1", "D01", like=like)
    people["organiser"] = _holder("event_organiser", "o1", "D02", like=like)
    people["organiser2"] = _holder("event_organiser", "o2", "D02", like=like, nth=1)
    people["guard"] = _holder("event_guard", "g1", "D06", like=like)
    venue = events.register_venue(
        code="TRACK",
        name="东田径场",
        latitude="22.533000",
        longitude="113.936000",
        by=None,
        at=MAY_5,
    )
    return House(people, venue)


@pytest.fixture
def house(organization: dict[str, Person]) -> House:
    return furnish(organization)


__all__ = ["Device", "House", "at_once", "photo", "told"]
