"""The alarm: a number, a moment, a sealed record. Nothing in clear says who it is."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from smartunion.domains.crisis import public
from smartunion.domains.crisis.models import RedCase
from smartunion.domains.crisis.reads import cases
from smartunion.kernel.people.models import Person
from smartunion.kernel.private.actions import open_sealed
from smartunion.kernel.private.reads import accesses
from smartunion.kernel.trail.models import Entry
from tests.cast import MARCH_5


def alarm(subject: Person, **given: object) -> str:
    asked: Any = {
        "subject": subject, "unit": subject.unit, "source": "screening",
        "basis": "wellbeing.result:12", "at": MARCH_5, **given,
    }  # fmt: skip
    return public.open_case(**asked)


@pytest.mark.clause("R106")
def test_an_alarm_is_a_numbered_case_whose_person_lies_sealed(lin: Person, chen: Person) -> None:
    lin.phone = "13800001234"
    lin.save(update_fields=["phone"])
    assert alarm(lin) == "R2025-001"
    case = RedCase.objects.get()
    assert (case.state, case.opened_at) == ("running", MARCH_5)
    clear = [str(value) for value in RedCase.objects.values().get().values()]
    clear += [f"{e.subject} {e.facts} {e.because}" for e in Entry.objects.all()]
    assert not any(word in text for text in clear for word in ("林晓梅", "13800001234"))
    told = open_sealed(
        about=cases.about(case), kind="crisis.subject", by=chen, purpose="call", at=MARCH_5
    )
    assert told == {"name": "林晓梅", "phone": "13800001234", "basis": "wellbeing.result:12"}
    assert [one.by_id for one in accesses(cases.about(case))] == [chen.pk]
    assert cases.is_about(case, lin)
    assert not cases.is_about(case, chen)


def test_a_second_alarm_joins_the_running_case_and_a_later_one_opens_the_next(
    lin: Person, mo: Person
) -> None:
    first = alarm(lin)
    assert alarm(lin, at=MARCH_5 + timedelta(minutes=3)) == first
    assert alarm(mo) == "R2025-002"
    RedCase.objects.filter(number=first).update(
        state="caring", outcome="soothed", settled_at=MARCH_5 + timedelta(minutes=9)
    )
    assert alarm(lin, at=MARCH_5 + timedelta(hours=3)) == "R2025-003"
    assert Entry.objects.filter(what="crisis.alarmed_again").count() == 1


def test_a_drill_has_numbers_of_its_own_and_never_becomes_real(lin: Person) -> None:
    assert alarm(lin, drill=True) == "Y2025-001"
    assert alarm(lin) == "R2025-001"
    drill = RedCase.objects.filter(is_drill=True)
    for change in ({"is_drill": False}, {"is_drill": False, "number": "R2025-009"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            drill.update(**change)


@pytest.mark.django_db(transaction=True)
def test_two_alarms_at_once_are_one_case(lin: Person, mo: Person) -> None:
    """Two servers hear of the same result in the same moment; a third of another person."""
    found: list[str] = []

    def hear(subject: Person) -> None:
        try:
            found.append(alarm(subject))
        finally:
            connection.close()

    threads = [threading.Thread(target=hear, args=[who]) for who in (lin, lin, mo, lin)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert RedCase.objects.count() == 2
    assert set(found) == {"R2025-001", "R2025-002"}
