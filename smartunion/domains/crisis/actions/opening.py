"""Open a red case: one row, one sealed record of whom it is about, one line in the journal."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from smartunion.domains.crisis.models import RedCase
from smartunion.domains.crisis.reads import cases, locks
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.private import actions as private
from smartunion.kernel.trail.record import record


@transaction.atomic
def open_case(
    *,
    subject: Person,
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
    `conflicted` are persons who must keep out besides the person and their superiors (T46).
    """
    mark = cases.mark_of(subject.pk)
    locks.alone(f"crisis.open.{drill}")
    running = RedCase.objects.filter(
        subject_mark=mark, is_drill=drill, state=RedCase.State.RUNNING
    ).first()
    if running is not None:
        record("crisis.alarmed_again", running, by=by, at=at, source=RedCase.Source(source).label)
        return running
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
        kind=cases.SUBJECT,
        data={"name": subject.name, "phone": subject.phone, "basis": basis},
        subject=subject,
        by=by,
        at=at,
    )
    record("crisis.opened", case, by=by, at=at, source=case.get_source_display())
    return case
