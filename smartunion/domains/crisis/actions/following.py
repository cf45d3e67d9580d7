"""What a case does when its clock moves: stamps its moments, settles, ends. Called by the hooks.

The same happens whether somebody tapped a link, spoke a word, or filled in the case's own form:
the form writes its details first and then answers, so what is there already stays.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from smartunion.domains.crisis.models import Call, Decision, RedCase, Referral, Scene, Vehicle
from smartunion.domains.crisis.protocol import (
    AMBULANCE,
    ARRIVE,
    CALL,
    DECIDE,
    GATE,
    HANDOVER,
    LOCATE,
    VEHICLE,
)
from smartunion.domains.crisis.reads import locks
from smartunion.domains.crisis.reads.figures import terms_on
from smartunion.kernel.people.models import Person
from smartunion.kernel.response.define import TIMEOUT
from smartunion.kernel.trail.record import record

from . import aftercare

State, Outcome = RedCase.State, RedCase.Outcome
LOST = {"no_answer", "wrong_number", TIMEOUT}
"""What of the call makes somebody be looked for."""

SETTLES = {"soothe": Outcome.SOOTHED, "false_alarm": Outcome.FALSE_ALARM}


@transaction.atomic
def follow(*, case_id: int, step: str, outcome: str, by: Person | None, at: datetime) -> RedCase:
    """Take note of a step's outcome; `by` is None where its limit has passed."""
    case = locks.locked(case_id)
    if case.state != State.RUNNING:
        return case
    _stamp(case, step, outcome, at)
    if by is not None:
        _keep_who(case, step, outcome, by, at)
    if step == DECIDE and outcome == Decision.REFER:
        _send_car(case, at)
    case.save()
    record("crisis.moved", case, by=by, at=at, step=step, outcome=outcome)
    if step == DECIDE and outcome in SETTLES:
        _settle(case, SETTLES[outcome], at)
    if step == HANDOVER and outcome == "delivered":
        Referral.objects.filter(case=case, delivered_at=None).update(delivered_at=at)
        _settle(case, Outcome.REFERRED, at)
    return case


def _stamp(case: RedCase, step: str, outcome: str, at: datetime) -> None:
    if step == CALL:
        case.needs_location = case.needs_location or outcome in LOST
        if outcome != TIMEOUT:
            case.called_at = case.called_at or at
    if outcome == TIMEOUT:
        return
    if step == LOCATE:
        case.located_at = case.located_at or at
    elif step == ARRIVE:
        case.arrived_at = case.arrived_at or at
    elif step == DECIDE:
        case.decided_at = case.decided_at or at


def _keep_who(case: RedCase, step: str, outcome: str, by: Person, at: datetime) -> None:
    """Write the row that the case's own form would have written; one that is there stays."""
    if step == CALL and not case.calls.filter(by=by, outcome=outcome).exists():
        Call.objects.create(case=case, outcome=outcome, by=by, at=at)
    elif step == ARRIVE:
        Scene.objects.get_or_create(case=case, defaults={"doctor": by, "arrived_at": at})
    elif step == DECIDE:
        scene, _ = Scene.objects.get_or_create(case=case, defaults={"doctor": by, "arrived_at": at})
        if not scene.decision:
            scene.decision, scene.decided_at = outcome, at
            scene.save(update_fields=["decision", "decided_at"])
    elif step == VEHICLE and outcome == "here":
        _came(case, Vehicle.Kind.DUTY, at)
    elif step == AMBULANCE:
        _ambulance(case, by, at)
    elif step == GATE:
        _ambulance(case, by, at)
        Vehicle.objects.filter(case=case, kind=Vehicle.Kind.AMBULANCE, wave_at=None).update(
            wave_at=at
        )
        _came(case, Vehicle.Kind.AMBULANCE, at)


def _came(case: RedCase, kind: str, at: datetime) -> None:
    Vehicle.objects.filter(case=case, kind=kind, arrived_at=None).update(arrived_at=at)


def _send_car(case: RedCase, at: datetime) -> None:
    """The union's car on duty is sent by the decision itself, with the plate of the plan."""
    terms = terms_on(at)
    Vehicle.objects.get_or_create(
        case=case,
        kind=Vehicle.Kind.DUTY,
        defaults={
            "plate": terms.words("plate"),
            "asked_at": at,
            "due_at": at + terms.span("vehicle_minutes"),
        },
    )


def _ambulance(case: RedCase, by: Person, at: datetime) -> None:
    Vehicle.objects.get_or_create(
        case=case,
        kind=Vehicle.Kind.AMBULANCE,
        defaults={
            "asked_by": by,
            "asked_at": at,
            "due_at": at + terms_on(at).span("ambulance_minutes"),
        },
    )


def _settle(case: RedCase, outcome: str, at: datetime) -> None:
    """The person is safe or handed over: after-care begins, or the case is over."""
    case.outcome, case.settled_at = outcome, at
    real = not case.is_drill and outcome != Outcome.FALSE_ALARM
    case.state = State.CARING if real else State.CLOSED
    case.closed_at = None if real else at
    case.save()
    record("crisis.settled", case, by=None, at=at, result=case.get_outcome_display())
    if real:
        aftercare.begin(case=case, at=at)
    aftercare.owe_telling(case=case, at=at)


@transaction.atomic
def end(*, case_id: int, stood_down: bool, at: datetime) -> RedCase:
    """Follow the end of the run: stood down with a reason, or nothing left to be done."""
    case = locks.locked(case_id)
    if case.state != State.RUNNING:
        return case
    if not stood_down:
        # every step is closed and nobody settled it by name: whoever came last has the person
        _settle(case, Outcome.SOOTHED, at)
        record("crisis.ended", case, by=None, at=at)
        return case
    case.outcome = case.outcome or Outcome.BY_PHONE
    case.state, case.settled_at, case.closed_at = State.STOOD_DOWN, at, at
    case.save()
    record("crisis.stood_down", case, by=None, at=at, result=case.get_outcome_display())
    aftercare.owe_telling(case=case, at=at)
    return case


@transaction.atomic
def close_when_cared_for(*, procedure_case_id: int, at: datetime) -> None:
    """Close a case whose after-care sheets are all closed."""
    of_it = (
        Q(escort_case=procedure_case_id)
        | Q(debrief_case=procedure_case_id)
        | Q(telling_case=procedure_case_id)
    )
    for case_id in RedCase.objects.filter(of_it, state=State.CARING).values_list("pk", flat=True):
        case = locks.locked(case_id)
        sheets = (case.escort_case, case.debrief_case, case.telling_case)
        done = all(sheet.closed_at for sheet in sheets if sheet is not None)
        if case.state == State.CARING and done:
            case.state, case.closed_at = State.CLOSED, at
            case.save(update_fields=["state", "closed_at"])
            record("crisis.closed", case, by=None, at=at)
