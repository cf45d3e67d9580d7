"""What the year's indicators count, and that stored results are what their answers give."""

from datetime import timedelta

import pytest

from smartunion.domains.performance.reads.catalog import MEASURES
from smartunion.domains.performance.rules.periods import Period
from smartunion.domains.wellbeing.actions import caring, opening
from smartunion.domains.wellbeing.models import Response, Task
from smartunion.domains.wellbeing.reads import answers
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions as private

from .conftest import BLUE, CALM, RED, YELLOW, House


def done(house: House, task: Task) -> None:
    run = task.case.runs.select_related("lead", "backup").get()
    by = run.backup if run.taken_over_at else run.lead
    assert by is not None
    caring.finish(
        run_id=run.pk, kind=task.kind, met_at=house.at, way="当面", summary="x", outcome="close",
        by=by, at=house.at,
    )  # fmt: skip


def figure(house: House, code: str) -> tuple[int, int]:
    day = house.at.date()
    month = Period(day.replace(day=1), (day.replace(day=28) + timedelta(days=9)).replace(day=1))
    rows = [row for row in MEASURES[code].rows(month, day) if not row.excluded]
    return sum(row.hit for row in rows), len(rows)


@pytest.mark.clause("R108")
@pytest.mark.clause("K27")
@pytest.mark.clause("K28")
@pytest.mark.clause("K35")
def test_each_clock_counts_its_own_and_coverage_counts_whoever_came(house: House) -> None:
    """One talk in time, one never held, an assessment a minute too late, a red one handed over."""
    people = house.people
    house.open()
    for name, told in (("lin", BLUE), ("wu", BLUE), ("tan", YELLOW), ("he", RED)):
        house.answer(people[name], told)
    first, second = Task.objects.filter(kind="talk").order_by("pk")
    assessment = Task.objects.get(kind="assessment")
    assert [figure(house, code) for code in ("K27", "K28", "K35")] == [(0, 0), (0, 0), (1, 1)]
    house.at += timedelta(hours=1)
    done(house, first)
    house.at = assessment.due_at
    house.later(minutes=1)
    done(house, assessment)
    house.later(days=1)
    assert figure(house, "K27") == (1, 2)
    assert figure(house, "K28") == (0, 1)
    assert figure(house, "K35") == (3, 4), "late is come as well; nobody came to the second"
    shown = [cell for code in ("K27", "K28", "K35") for row in MEASURES[code].rows(
        Period(house.at.date().replace(day=1), house.at.date()), house.at.date())
        for cell in row.cells]  # fmt: skip
    names = set(Person.objects.values_list("name", flat=True))
    assert not names & set(shown)
    assert not any("工会" in str(cell) for cell in shown)
    done(house, second)
    assert figure(house, "K35") == (4, 4)


@pytest.mark.clause("T41")
def test_a_stored_result_that_its_answers_do_not_give_is_named(house: House) -> None:
    house.open()
    for name, told in (("lin", BLUE), ("wu", CALM)):
        house.answer(house.people[name], told)
    assert opening.differing(limit=20, at=house.at) == []
    made = Response.objects.get(person=house.people["wu"])
    private.seal(
        about=answers.about(made.pk), kind="wellbeing.answers",
        data={"answers": "2" * 90, "seconds": 600}, subject=made.person, by=None, at=house.at,
    )  # fmt: skip
    ((where, what),) = opening.differing(limit=20, at=house.at)
    assert where == f"wellbeing_response {made.pk}"
    assert "2222" not in what
