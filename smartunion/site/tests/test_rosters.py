"""The demonstration's rosters: no hour of the year without its three contacts."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from smartunion.kernel.base.days import CAMPUS, start_of
from smartunion.kernel.duty import reads
from smartunion.kernel.duty.models import Shift
from smartunion.kernel.duty.rules import OF_A_BRANCH, OF_THE_CAMPUS
from smartunion.kernel.people.models import Unit
from smartunion.kernel.people.reads import held_on
from smartunion.site.org import founding, rosters

NEW_YEAR = datetime(2025, 1, 2, 8, 30, tzinfo=CAMPUS)


@pytest.mark.django_db
@pytest.mark.clause("R114")
@pytest.mark.clause("R112")
def test_every_branch_has_its_three_contacts_at_every_hour_of_the_year() -> None:
    """22 branches × A, B, C × primary and deputy, and the campus's four posts; no gap."""
    founding.found(year=2025, people=300, seed=2025, at=NEW_YEAR)
    laid = rosters.lay(year=2025, at=NEW_YEAR)
    assert laid == Shift.objects.count() > 22 * 6 * 52
    assert reads.gaps(since=start_of(date(2025, 1, 2)), until=start_of(date(2026, 1, 15))) == []
    branches = Unit.objects.filter(kind=Unit.Kind.BRANCH)
    for day in (1, 90, 200):
        at = NEW_YEAR + timedelta(days=day)
        called: list[int] = []
        for branch in branches:
            pairs = reads.on_call(unit=branch, posts=OF_A_BRANCH, at=at)
            called += [person.pk for pair in pairs.values() for person in pair.in_turn()]
        campus = reads.on_call(unit=None, posts=OF_THE_CAMPUS, at=at)
        called += [person.pk for pair in campus.values() for person in pair.in_turn()]
        assert len(called) == len(set(called)) == (22 * 3 + 4) * 2
    doctors = {appointment.person for appointment in held_on(NEW_YEAR.date()).filter(
        office__code="contact_c").select_related("person__unit")}  # fmt: skip
    homes = Counter(doctor.unit.code for doctor in doctors if doctor.unit)
    assert (len(doctors), homes) == (44, {founding.HOSPITAL_HOME: 43, "B17": 1})
    for post, count in (("college_liaison", 22), ("health_committee_chair", 1)):
        assert held_on(NEW_YEAR.date()).filter(office__code=post).count() == count
    assert reads.is_number(reads.hotline(at=NEW_YEAR))
    assert rosters.lay(year=2025, at=NEW_YEAR) == 0
