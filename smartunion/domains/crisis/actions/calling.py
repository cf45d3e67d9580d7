"""What came of the call (Step2), and the number that was wrong."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.crisis.models import Call, RedCase
from smartunion.domains.crisis.reads import cases, locks
from smartunion.domains.crisis.rules import refusals
from smartunion.domains.crisis.rules.parts import Part
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions as private
from smartunion.kernel.trail.record import record

from . import running, sealing


@transaction.atomic
def report_call(
    *,
    case_id: int,
    outcome: str,
    safe: str,
    place: str,
    note: str,
    by: Person,
    at: datetime,
    via: str = "page",
) -> Call:
    """Say what came of the call: 已接通, 无人接听 or 空号; no answer starts the locating at once.

    Whether the person is safe and where they are is sealed; B and C read it while the case runs.
    """
    case = locks.locked(case_id)
    if cases.is_about(case, by):
        raise refusals.OwnCase(number=case.number)
    if case.state != RedCase.State.RUNNING:
        raise refusals.CaseOver(number=case.number, state=case.get_state_display(), what="登记通话")
    made = Call.objects.create(case=case, outcome=Call.Outcome(outcome), by=by, at=at)
    sealing.keep(
        case=case, part=Part.CALL, data={"safe": safe, "place": place, "note": note}, by=by, at=at
    )
    record("crisis.called", case, by=by, at=at, result=made.get_outcome_display())
    running.answer(case=case, step="call", outcome=outcome, by=by, at=at, via=via)
    return made


@transaction.atomic
def correct_number(*, case_id: int, phone: str, by: Person, at: datetime, because: str) -> RedCase:
    """Put the right number of the person in place of a wrong one (排错②, R131)."""
    case = locks.locked(case_id)
    if cases.is_about(case, by):
        raise refusals.OwnCase(number=case.number)
    data = private.open_sealed(
        about=cases.about(case), kind=Part.SUBJECT, by=by, purpose="act：人工修正号码", at=at
    )
    private.seal(
        about=cases.about(case), kind=Part.SUBJECT, data={**data, "phone": phone}, by=by, at=at
    )
    record("crisis.number_corrected", case, by=by, at=at, because=because)
    return case
