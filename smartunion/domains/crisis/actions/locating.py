"""Where somebody is: asked for on a ground, released by another, over by itself, told afterwards.

T50: strongly intrusive, so nobody alone. B asks, the command centre releases; the right to look
ends with the case or after the term, whichever is first; the person hears of it (PIPL 18).
"""

from datetime import datetime

from django.db import transaction

from smartunion.domains.crisis.models import LocationRequest
from smartunion.domains.crisis.reads import cases, locks
from smartunion.domains.crisis.reads.figures import terms_on
from smartunion.domains.crisis.rules import refusals
from smartunion.domains.crisis.rules.grounds import LocationBasis
from smartunion.domains.crisis.rules.parts import Part
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Person
from smartunion.kernel.timers.actions import set_timer
from smartunion.kernel.trail.record import record

from . import sealing

State = LocationRequest.State


@transaction.atomic
def request_location(
    *,
    case_id: int,
    basis: str,
    by_camera: bool,
    by_position: bool,
    by: Person,
    at: datetime,
    because: str,
) -> LocationRequest:
    """Ask the command centre to look, with the legal basis and why it must be (R119)."""
    case = locks.running(case_id, by, "申请定位")
    missing = [
        word
        for word, there in (
            ("法定依据", basis in set(LocationBasis)),
            ("理由", because.strip()),
            ("方式", by_camera or by_position),
        )
        if not there
    ]
    if missing:
        raise refusals.NoReason(missing="、".join(missing))
    last = case.locations.order_by("-pk").first()
    if last is not None and cases.stands(last, at=at):
        raise refusals.AskedAlready(
            number=case.number, at=last.requested_at, state=last.get_state_display()
        )
    made = LocationRequest.objects.create(
        case=case, basis=basis, by_camera=by_camera, by_position=by_position,
        requested_by=by, requested_at=at,
    )  # fmt: skip
    sealing.keep(case=case, part=Part.WHY, data={"reason": because}, by=by, at=at)
    record("crisis.location_asked", case, by=by, at=at, basis=made.get_basis_display())
    return made


@transaction.atomic
def release_location(*, request_id: int, by: Person, at: datetime) -> LocationRequest:
    """Let the desk look, for the term or until the case is settled; never one's own request."""
    asked = _locked(request_id, by, State.ASKED, "放行定位")
    if asked.requested_by_id == by.pk:
        raise refusals.SameTwo(by=by.name)
    asked.state, asked.answered_by, asked.answered_at = State.RELEASED, by, at
    asked.expires_at = at + terms_on(at).span("location_minutes")
    asked.save(update_fields=["state", "answered_by", "answered_at", "expires_at"])
    set_timer(
        kind="crisis.location_expires", key=f"crisis.location/{asked.pk}",
        due_at=asked.expires_at, payload={"request": asked.pk}, at=at,
    )  # fmt: skip
    record("crisis.location_released", asked.case, by=by, at=at, until=_clock(asked.expires_at))
    return asked


@transaction.atomic
def refuse_location(*, request_id: int, by: Person, at: datetime, because: str) -> LocationRequest:
    """Say that there will be no looking, and why."""
    asked = _locked(request_id, by, State.ASKED, "答复定位申请")
    if asked.requested_by_id == by.pk:
        raise refusals.SameTwo(by=by.name)
    if not because.strip():
        raise refusals.NoReason(missing="不放行的理由")
    asked.state, asked.answered_by, asked.answered_at = State.REFUSED, by, at
    asked.because = because
    asked.save(update_fields=["state", "answered_by", "answered_at", "because"])
    record("crisis.location_refused", asked.case, by=by, at=at)
    return asked


@transaction.atomic
def note_place(
    *, request_id: int, place: str, seen: str, photo: str, by: Person, at: datetime
) -> LocationRequest:
    """Enter where and when the person was last seen, sealed, while the release holds (R119)."""
    asked = _locked(request_id, by, State.RELEASED, "登记位置")
    if asked.expires_at is None or at >= asked.expires_at:
        raise refusals.NotReleased(number=asked.case.number, state="已失效")
    sealing.keep(
        case=asked.case, part=Part.LOCATION,
        data={"place": place, "seen": seen, "photo": photo}, by=by, at=at,
    )  # fmt: skip
    asked.state, asked.found_at = State.FOUND, at
    asked.save(update_fields=["state", "found_at"])
    record("crisis.location_noted", asked.case, by=by, at=at)
    return asked


@transaction.atomic
def expire_location(*, request_id: int, at: datetime) -> None:
    """Note that a release has run out; from that moment on nothing of it opens any more."""
    asked = LocationRequest.objects.select_related("case").get(pk=request_id)
    if asked.expires_at is not None and at >= asked.expires_at:
        record("crisis.location_expired", asked.case, by=None, at=at)


def _locked(request_id: int, by: Person, state: str, what: str) -> LocationRequest:
    """Return a request of a running case in a state, after the case's lock."""
    case_id = LocationRequest.objects.values_list("case_id", flat=True).get(pk=request_id)
    case = locks.running(case_id, by, what)
    asked = LocationRequest.objects.select_for_update(of=("self",)).get(pk=request_id)
    asked.case = case
    if asked.state != state:
        raise refusals.NotReleased(number=case.number, state=asked.get_state_display())
    return asked


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(CAMPUS):%H:%M:%S}"
