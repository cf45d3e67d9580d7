"""A branch with a rota of two, and the plan's terms."""

from datetime import date, datetime, timedelta

import pytest

from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.duty import actions, reads
from smartunion.kernel.duty.rules import Part, Post, Terms
from smartunion.kernel.people.models import Appointment, Office, Person, Unit
from tests.cast import unit

MONDAY = date(2025, 3, 3)
NOON = datetime(2025, 3, 5, 12, tzinfo=CAMPUS)
HOUR = timedelta(hours=1)
TERMS = Terms(weeks_ahead=5, gap_days=14, verify_days=30, answer_days=3)


def hold(office: str, who: Person, where: Unit, part: str = "A") -> None:
    """Appoint without seats: tests of rosters need no establishment."""
    post, _ = Office.objects.get_or_create(code=office, defaults={"title": office})
    Appointment.objects.create(
        office=post, unit=where, person=who, part=part, since=date(2025, 1, 1)
    )


@pytest.fixture
def b01(db: None) -> Unit:
    return unit("B01", "外国语学院工会分会")


@pytest.fixture
def rota(b01: Unit, lin: Person, chen: Person) -> Unit:
    """Lin and Chen take A of the branch in turns of a week, one behind the other."""
    hold("contact_a", lin, b01)
    hold("branch_member", chen, b01)
    for part, persons in ((Part.PRIMARY, [lin, chen]), (Part.DEPUTY, [chen, lin])):
        actions.set_pattern(
            unit=b01, post=Post.A, part=part, persons=persons, first_on=MONDAY, by=None, at=NOON
        )
    actions.lay(until=NOON + timedelta(weeks=3), by=None, at=NOON)
    return b01


@pytest.fixture
def terms(monkeypatch: pytest.MonkeyPatch) -> Terms:
    """Put a plan year's terms in force."""
    monkeypatch.setattr(reads, "terms_at", lambda at: TERMS)
    return TERMS
