"""Open a red case: one row, one sealed record of whom it is about, one line in the journal."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from smartunion.domains.crisis.models import RedCase
from smartunion.domains.crisis.procedure import mark_of, mark_of_drill
from smartunion.domains.crisis.reads import cases, locks
from smartunion.domains.crisis.rules.parts import Part
from smartunion.kernel.base.numbers import alone
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.private import actions as private
from smartunion.kernel.response.engine import moment
from smartunion.kernel.trail.record import record

from . import running


@transaction.atomic
def open_case(
    *,
    subject: Person | None,
    unit: Unit | None,
    source: str,
    drill: bool,
    basis: str,
    conflicted: Collection[int] = (),
    by: Person | None,
    at: datetime,
) -> RedCase:
    """Open a case and return it; a second alarm about a person already in hand joins that case.

    `basis` names what raised the alarm (a result, a report); it is sealed with the person's data.
    `conflicted` are persons who must keep out besides the person and their superiors (T46). A drill
    may be about nobody.
    """
    assert subject is not None or drill, "a real alarm is about somebody"
    mark = mark_of(subject.pk) if subject else mark_of_drill(unit.pk if unit else None, at)
    at = moment(at)
    alone(f"crisis.open.{drill}")
    there = RedCase.objects.filter(
        subject_mark=mark, is_drill=drill, state=RedCase.State.RUNNING
    ).first()
    if there is not None:
        record("crisis.alarmed_again", there, by=by, at=at, source=RedCase.Source(source).label)
        return there
    case = RedCase.objects.create(
        number=locks.next_number(at, drill=drill),
        is_drill=drill,
        subject_mark=mark,
        unit=unit,
        source=RedCase.Source(source),
        opened_by=by,
        opened_at=at,
    )
    private.seal(
        about=cases.about(case),
        kind=Part.SUBJECT,
        data=_of(subject, basis),
        subject=subject,
        by=by,
        at=at,
    )
    running.start(case=case, subject=subject, conflicted=conflicted, by=by, at=at)
    record("crisis.opened", case, by=by, at=at, source=case.get_source_display())
    return case


def _of(subject: Person | None, basis: str) -> dict[str, object]:
    """Return what is sealed of the person; a drill has a stand-in that nobody can call."""
    if subject is None:
        return {"person": None, "name": "演练对象甲", "phone": "", "basis": basis}
    return {"person": subject.pk, "name": subject.name, "phone": subject.phone, "basis": basis}
