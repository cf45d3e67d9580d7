"""The alarm: a number, a moment, a sealed record. Nothing in clear says who it is."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from smartunion.domains.crisis.models import RedCase
from smartunion.domains.crisis.reads import cases
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Person
from smartunion.kernel.private.actions import open_sealed
from smartunion.kernel.private.reads import accesses
from smartunion.kernel.response.models import Asked, Run
from smartunion.kernel.trail.models import Entry

from .conftest import MARCH_5, Campus, furnish


@pytest.mark.clause("R106")
@pytest.mark.clause("R116")
def test_an_alarm_tells_a_b_c_and_their_deputies_and_names_nobody(campus: Campus) -> None:
    """三方联动: the run stands, everybody is told at T0, and no row in clear says who it is."""
    case = campus.alarm()
    assert (case.number, case.state, case.opened_at) == ("R2025-001", "running", MARCH_5)
    told = set(
        Asked.objects.filter(run=case.run_id)
        .exclude(told_at=None)
        .values_list("person__name", flat=True)
    )
    assert {"吴敏", "何静", "周航", "何伟", "邱雨"} <= told
    from smartunion.kernel.notices.models import Message, Notice

    ways = set(
        Message.objects.filter(notice__person__name="吴敏").values_list("channel", flat=True)
    )
    assert {"sms", "wecom"} <= ways
    clear = [str(value) for value in RedCase.objects.values().get().values()]
    clear += [
        f"{e.subject} {e.facts} {e.because}"
        for e in Entry.objects.exclude(what__startswith="people.")
    ]
    clear += [f"{n.title} {n.text} {n.link} {n.about}" for n in Notice.objects.all()]
    clear += [str(value) for value in Run.objects.values().get().values()]
    assert not any(word in text for text in clear for word in ("林晓梅", "13800001234"))
    assert campus["lin"].pk not in Run.objects.get().excluded
    told_now = open_sealed(
        about=cases.about(case),
        kind="crisis.subject",
        by=campus["wu"],
        purpose="act：电话联系",
        at=MARCH_5,
    )
    assert (told_now["name"], told_now["phone"]) == ("林晓梅", "13800001234")
    assert campus["wu"].pk in [one.by_id for one in accesses(cases.about(case))]
    assert cases.is_about(case, campus["lin"])
    assert not cases.is_about(case, campus["mo"])


def test_an_alarm_does_not_wait_for_the_new_years_plan(campus: Campus) -> None:
    """No plan of 2026 is adopted: the last limits stand, and whoever holds the post is called."""
    case = campus.alarm(at=datetime(2026, 1, 1, 3, 0, tzinfo=CAMPUS))
    assert case.number == "R2026-001"
    run = campus.run(case)
    assert (run.steps.get(code="call").due_at - run.t0).total_seconds() == 30


def test_a_second_alarm_joins_the_running_case_and_a_later_one_opens_the_next(
    campus: Campus,
) -> None:
    first = campus.alarm()
    assert campus.alarm(at=MARCH_5 + timedelta(minutes=3)) == first
    assert campus.alarm(subject=campus["mo"]).number == "R2025-002"
    campus.soothed(first)
    campus.later(hours=3)
    assert campus.alarm().number == "R2025-003"
    assert Entry.objects.filter(what="crisis.alarmed_again").count() == 1


def test_a_drill_has_numbers_of_its_own_and_never_becomes_real(campus: Campus) -> None:
    assert campus.alarm(drill=True).number == "Y2025-001"
    assert campus.alarm().number == "R2025-001"
    drill = RedCase.objects.filter(is_drill=True)
    for change in ({"is_drill": False}, {"is_drill": False, "number": "R2025-009"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            drill.update(**change)


def test_the_thousandth_number_follows_the_nine_hundred_and_ninety_ninth(campus: Campus) -> None:
    mark = {"source": "report", "opened_at": MARCH_5, "is_drill": True}
    for number in ("Y2025-999", "Y2025-1000"):
        RedCase.objects.create(number=number, subject_mark=number.zfill(64), **mark)
    assert campus.alarm(drill=True).number == "Y2025-1001"


@pytest.mark.clause("T46")
def test_whoever_it_is_about_and_their_superiors_are_passed_over_for_the_deputy(
    campus: Campus,
) -> None:
    """A is the one in danger: the deputy is asked, and A neither sees nor answers the case."""
    from smartunion.domains.crisis.reads import duties

    case = campus.alarm(subject=campus["wu"], conflicted=[campus["he"].pk])
    asked = set(Asked.objects.filter(run=case.run_id).values_list("person__username", flat=True))
    assert {"wu2", "zhoufu", "he2"} <= asked
    assert not {"wu", "he"} & asked
    assert duties.roles_on(case, campus["wu"], campus.mandate("wu")) == []


@pytest.mark.django_db(transaction=True)
def test_two_alarms_at_once_are_one_case() -> None:
    """Two servers hear of the same result in the same moment; a third of another person."""
    campus = furnish()
    found: list[str] = []

    def hear(subject: Person) -> None:
        try:
            found.append(campus.alarm(subject=subject).number)
        finally:
            connection.close()

    who = (campus["lin"], campus["lin"], campus["mo"], campus["lin"])
    threads = [threading.Thread(target=hear, args=[one]) for one in who]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert set(found) == {"R2025-001", "R2025-002"}
