"""How the person gets there (Step5): the car on duty; 120 and the green wave where it fails."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.crisis.models import RedCase, Vehicle
from smartunion.domains.crisis.reads import cases, locks
from smartunion.domains.crisis.reads.figures import terms_on
from smartunion.domains.crisis.rules import refusals
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import running

Kind = Vehicle.Kind


@transaction.atomic
def send_car(*, case_id: int, plate: str, by: Person | None, at: datetime) -> Vehicle:
    """Send the union's car on duty; it is due in its term from the decision (R123)."""
    case = _locked(case_id, by)
    return _send(case, Kind.DUTY, "vehicle_minutes", at, by, plate=plate)


@transaction.atomic
def call_120(*, case_id: int, log_number: str, by: Person | None, at: datetime) -> Vehicle:
    """Note that 120 has taken the call; from now the ambulance is due at the gate (R132)."""
    case = _locked(case_id, by)
    made = _send(case, Kind.AMBULANCE, "ambulance_minutes", at, by, log_number=log_number)
    if by is not None:
        running.answer(case=case, step="ambulance", outcome="called", by=by, at=at, via="page")
    return made


@transaction.atomic
def note_log_number(*, case_id: int, log_number: str, by: Person, at: datetime) -> Vehicle:
    """Add the number under which 120 keeps the call."""
    vehicle = _of(_locked(case_id, by), Kind.AMBULANCE)
    vehicle.log_number = log_number
    vehicle.save(update_fields=["log_number"])
    record("crisis.log_number", vehicle.case, by=by, at=at)
    return vehicle


@transaction.atomic
def open_wave(*, case_id: int, by: Person, at: datetime) -> Vehicle:
    """Note that security has opened the green wave for the ambulance (R132)."""
    vehicle = _of(_locked(case_id, by), Kind.AMBULANCE)
    if vehicle.wave_at is None:
        vehicle.wave_at = at
        vehicle.save(update_fields=["wave_at"])
        record("crisis.wave_opened", vehicle.case, by=by, at=at)
    return vehicle


@transaction.atomic
def come(*, case_id: int, kind: str, by: Person, at: datetime, via: str = "page") -> Vehicle:
    """Note that a vehicle has come: the car at the scene, the ambulance inside the gate (R133)."""
    case = _locked(case_id, by)
    vehicle = _of(case, Kind(kind))
    if vehicle.arrived_at is None:
        vehicle.arrived_at = at
        vehicle.save(update_fields=["arrived_at"])
        record(
            "crisis.vehicle_came", case, by=by, at=at, vehicle=vehicle.get_kind_display(),
            late=int(at > vehicle.due_at),
        )  # fmt: skip
        step, outcome = ("vehicle", "here") if kind == Kind.DUTY else ("gate", "in")
        running.answer(case=case, step=step, outcome=outcome, by=by, at=at, via=via)
    return vehicle


def _send(
    case: RedCase, kind: str, term: str, at: datetime, by: Person | None, **given: str
) -> Vehicle:
    known = Vehicle.objects.filter(case=case, kind=kind).first()
    if known is not None:
        raise refusals.VehicleAlready(
            number=case.number, kind=known.get_kind_display(), at=known.asked_at
        )
    made = Vehicle.objects.create(
        case=case, kind=kind, asked_by=by, asked_at=at, due_at=at + terms_on(at).span(term), **given
    )
    record("crisis.vehicle_sent", case, by=by, at=at, vehicle=made.get_kind_display())
    return made


def _locked(case_id: int, by: Person | None) -> RedCase:
    case = locks.locked(case_id)
    if by is not None and cases.is_about(case, by):
        raise refusals.OwnCase(number=case.number)
    if case.state != RedCase.State.RUNNING:
        raise refusals.CaseOver(number=case.number, state=case.get_state_display(), what="调派车辆")
    return case


def _of(case: RedCase, kind: str) -> Vehicle:
    vehicle = Vehicle.objects.select_for_update().filter(case=case, kind=kind).first()
    if vehicle is None:
        raise refusals.NoVehicle(number=case.number, kind=Kind(kind).label)
    vehicle.case = case
    return vehicle
