"""The founded organization finds an A and a B for every step that a branch's office leads."""

from datetime import date, timedelta

import pytest

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Absence, Appointment, Unit
from smartunion.kernel.people.reads import acting, mandate_of
from smartunion.kernel.procedures import staffing
from smartunion.kernel.procedures.models import Case
from smartunion.site.org import founding
from smartunion.site.wiring import SHEETS
from tests.cast import MARCH_5

LED_BY_BRANCHES = [
    step for sheet in SHEETS for step in sheet.steps if step.duty.lead == "branch_chair"
]


@pytest.fixture
def campus(db: None) -> list[Unit]:
    """Return the 22 branches of a campus whose committees are full."""
    founding.found(year=2025, people=300, seed=1, at=MARCH_5)
    return list(Unit.objects.filter(kind=Unit.Kind.BRANCH))


@pytest.mark.clause("R033")
def test_every_branch_has_an_a_and_a_b_for_what_its_chair_leads(campus: list[Unit]) -> None:
    """The plan names no B for a branch's chair: the first of the three members is it."""
    assert len(campus) == 22
    assert LED_BY_BRANCHES
    for branch in campus:
        case = Case(unit=branch, facts={})
        for step in LED_BY_BRANCHES:
            staff = staffing.staff_of(step, case, MARCH_5)
            assert staff.lead is not None, f"{branch} {step.code}"
            assert staff.backup is not None, f"{branch} {step.code}"
            assert staff.lead != staff.backup
            assert {staff.lead.unit, staff.backup.unit} == {branch}, "no other branch stands in"


@pytest.mark.clause("R033")
def test_the_deputy_acts_and_may_what_the_chair_may_only_while_the_chair_is_away(
    campus: list[Unit],
) -> None:
    branch, on = campus[7], campus_day(MARCH_5)
    deputy = Appointment.objects.get(office__code="branch_chair", unit=branch, part="B").person
    chair = acting("branch_chair", branch.pk, on=on)
    assert chair is not None
    assert not mandate_of(deputy, on=on).may("plan.view", branch.pk)
    Absence.objects.create(person=chair.person, since=on, until=on + timedelta(days=5))
    now = acting("branch_chair", branch.pk, on=on)
    assert now is not None
    assert (now.person, now.part) == (deputy, "B")
    assert mandate_of(deputy, on=on).may("plan.view", branch.pk)
    step = LED_BY_BRANCHES[0]
    staff = staffing.staff_of(step, Case(unit=branch, facts={}), MARCH_5)
    assert staff.lead == deputy
    assert staff.backup not in (None, deputy, chair.person)


def test_founding_again_adds_no_second_deputy(campus: list[Unit]) -> None:
    deputies = Appointment.objects.filter(office__code="branch_chair", part="B")
    assert deputies.count() == len(campus)
    founding.found(year=2025, people=300, seed=1, at=MARCH_5)
    assert deputies.count() == len(campus)
    assert set(deputies.values_list("since", flat=True)) == {date(2025, 1, 1)}
