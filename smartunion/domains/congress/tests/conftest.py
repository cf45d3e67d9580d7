"""A college's congress: fifteen delegates, a keeper, a meeting at which twelve are present."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest

from smartunion.domains.congress.actions import calling, terms
from smartunion.domains.congress.models import Congress, Election, Meeting
from smartunion.domains.planning import public as planning
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Office, Person
from smartunion.site.play.congress import Laptops
from tests.cast import appoint, person, unit

NOV_20 = datetime(2025, 11, 20, 14, 0, tzinfo=CAMPUS)
SEATS, PRESENT = 15, 12


@dataclass
class Hall:
    """What a test says in one line; everything goes through the real actions."""

    congress: Congress
    meeting: Meeting
    keeper: Person
    people: list[Person]
    at: datetime = NOV_20

    def come(self, many: int) -> None:
        """Let so many sign in."""
        for one in self.people[:many]:
            terms.attend(meeting_id=self.meeting.pk, person_id=one.pk, by=one, at=self.at)

    def vote(self, **given: Any) -> Election:
        """Prepare a vote: 3 names for 2 seats, unless said otherwise."""
        asked: dict[str, Any] = {
            "meeting_id": self.meeting.pk, "kind": "election", "title": "补选校教代会代表",
            "seats": 2, "persons": [one.pk for one in self.people[:3]], "by": self.keeper,
            "at": self.at,
        }  # fmt: skip
        return calling.prepare(**{**asked, **given})

    def laptops(self, it: Election) -> Laptops:
        """Freeze the names; return the machines of the last three delegates of the roll."""
        sworn = [one.pk for one in self.people[-3:]]
        calling.freeze(election_id=it.pk, scrutineers=sworn, by=self.keeper, at=self.at)
        it.refresh_from_db()
        return Laptops(it, self.at)


@pytest.fixture
def hall(db: None) -> Hall:
    """Return the hall before anybody has come."""
    planning.import_year(year=2025, by=None, at=NOV_20, because="test")
    home = unit("B01", "外国语学院工会分会")
    for code, grants in (("congress_delegate", ["congress.own"]), ("college_liaison", [])):
        Office.objects.get_or_create(
            code=code, defaults={"title": "教代会代表", "grants": grants, "scope": "unit"}
        )
    keeper = person("keeper", "陈志远", home)
    appoint(keeper, "congress.keep")
    congress = terms.convene(
        unit_id=home.pk, session=4, since=date(2025, 1, 1), until=date(2030, 1, 1),
        by=keeper, at=NOV_20,
    )  # fmt: skip
    people = [person(f"d{n}", f"代表{n:02}", home) for n in range(1, SEATS + 1)]
    for one in people:
        terms.seat(
            congress_id=congress.pk, person_id=one.pk, delegation="第一代表团", by=keeper,
            at=NOV_20,
        )  # fmt: skip
    meeting = terms.call(
        congress_id=congress.pk, title="四届三次会议", place="报告厅", starts_at=NOV_20,
        agenda=["院长述职", "补选代表"], by=keeper, at=NOV_20,
    )  # fmt: skip
    return Hall(congress, meeting, keeper, people)
