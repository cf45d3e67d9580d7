"""Report an incident, answer its clocks, share where one is while it runs, write the account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from smartunion.domains.safety.models import Event, Incident, Tracking
from smartunion.domains.safety.protocol import INCIDENT
from smartunion.domains.safety.reads import incidents as reads
from smartunion.domains.safety.reads import locks
from smartunion.domains.safety.reads.phone import SOON
from smartunion.domains.safety.rules import refusals
from smartunion.domains.safety.rules.kinds import Marker
from smartunion.domains.safety.rules.records import POSITION, REPORT
from smartunion.kernel.base.numbers import next_number
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions as private
from smartunion.kernel.private.refusals import NoPurpose, NothingSealed
from smartunion.kernel.response import actions as response
from smartunion.kernel.response.models import Run
from smartunion.kernel.trail.record import name_of_subject, record

WORDING = (
    "我同意在我值守或被叫到的活动发生突发事件时，从报告起到处置结束，把我手机的位置共享给保卫处指挥中心，"
    "只用于调度。处置结束立即停止，30日后销毁；谁看过我都查得到，随时可以撤回。"
)
POLES, DATE_LINE = 90, 180
STALE = timedelta(seconds=60)
"""A point older than this says nothing about where somebody is now."""


@transaction.atomic
def report(*, event_id: int, place: str, drill: bool = False, by: Person, at: datetime) -> Incident:
    """Report that somebody is hurt: every clock starts, everybody on duty is called (R235–R237).

    Whoever is on duty at the event may, or its organiser. A second report of the same place while
    it runs joins the first. Raises NotOnDuty or EventNotRunning.
    """
    event = locks.event(event_id)
    if reads.duty_at(event, by, at=at) is None and by.pk != event.organiser_id:
        raise refusals.NotOnDuty(by=by.name, number=event.number)
    goes_on = event.starts_at - SOON <= at < event.ends_at + SOON
    if event.state != Event.State.OPEN or not (goes_on or drill):
        raise refusals.EventNotRunning(number=event.number, state=event.get_state_display())
    if here := reads.running(event, drill=drill, place=place):
        return here
    incident = Incident.objects.create(
        number=next_number(Incident, "YL" if drill else "TF", at),
        event=event,
        place=place,
        is_drill=drill,
        reported_by=by,
        reported_at=at,
    )
    incident.run = response.open_run(
        protocol=INCIDENT.code,
        about=name_of_subject(incident),
        unit=None,
        number=incident.number,
        drill=drill,
        by=by,
        at=at,
        place=f"{event.venue.name} {place}",
    )
    incident.save(update_fields=["run"])
    record("safety.incident_reported", incident, by=by, at=at, number=incident.number)
    return incident


@transaction.atomic
def answer(
    *, incident_id: int, step: str, outcome: str, via: str = "page", by: Person, at: datetime
) -> bool:
    """Answer one clock; whoever is asked may. A late answer is logged and changes nothing."""
    incident = Incident.objects.select_related("run").get(pk=incident_id)
    assert incident.run is not None
    counted = response.answer(
        run_id=incident.run.pk, step=step, outcome=outcome, by=by, at=at, via=via
    )
    if counted:
        record("safety.incident_answered", incident, by=by, at=at, number=incident.number)
    return counted


@transaction.atomic
def ended(*, run: Run, at: datetime) -> None:
    """Follow the end of a run: the incident is over, and so is every tracking (R238)."""
    incident = reads.of_run(run)
    if incident is None or incident.ended_at is not None:
        return
    incident.ended_at = at
    incident.save(update_fields=["ended_at"])
    Tracking.objects.filter(incident=incident, stopped_at=None).update(stopped_at=at)
    record("safety.incident_ended", incident, by=None, at=at, number=incident.number)


@transaction.atomic
def agree_to_be_located(*, by: Person, at: datetime) -> None:
    """Agree, for oneself, to be located while an incident runs (PIPL 29)."""
    given = private.consent(subject=by, purpose=reads.PURPOSE, wording=WORDING, by=by, at=at)
    record("safety.agreed_to_be_located", given, by=by, at=at)


@transaction.atomic
def send_position(
    *, incident_id: int, latitude: float, longitude: float, by: Person, at: datetime
) -> Tracking:
    """Seal where a responder is, during the incident only and by their consent (R238).

    Raises NotOnDuty, PositionConsentMissing, NotAPlace or IncidentOver.
    """
    if abs(latitude) > POLES or abs(longitude) > DATE_LINE:
        raise refusals.NotAPlace(latitude=latitude, longitude=longitude)
    incident = Incident.objects.select_for_update(of=("self",)).get(pk=incident_id)
    if incident.ended_at is not None:
        raise refusals.IncidentOver(number=incident.number)
    marker = reads.marker_of(incident, by)
    if marker is None:
        raise refusals.NotOnDuty(by=by.name, number=incident.event.number)
    if not reads.may_share(by, at=at):
        raise refusals.PositionConsentMissing
    turn = Tracking.objects.filter(incident=incident, role=marker.value).count() + 1
    row, made = Tracking.objects.get_or_create(
        incident=incident, person=by,
        defaults={"role": marker.value, "turn": turn, "started_at": at},
    )  # fmt: skip
    private.seal(
        about=name_of_subject(row),
        kind=POSITION.code,
        data={"latitude": latitude, "longitude": longitude, "at": at.isoformat()},
        subject=by,
        by=by,
        at=at,
    )
    row.last_at, row.points, row.stopped_at = at, row.points + 1, None
    row.save(update_fields=["last_at", "points", "stopped_at"])
    if made:
        record("safety.tracking_began", incident, by=by, at=at, number=incident.number)
    return row


@transaction.atomic
def stop_sharing(*, incident_id: int, by: Person, at: datetime) -> None:
    """Stop sharing one's own position; what was shared stays sealed until it is destroyed."""
    changed = Tracking.objects.filter(incident=incident_id, person=by, stopped_at=None)
    row = changed.select_related("incident").first()
    if row is not None:
        changed.update(stopped_at=at)
        record("safety.tracking_stopped", row.incident, by=by, at=at, number=row.incident.number)


@dataclass(frozen=True)
class Position:
    """Where a responder is, for the command board: a role and a number, never a name."""

    incident: str
    label: str
    role: str
    latitude: float
    longitude: float
    at: datetime
    is_drill: bool


@transaction.atomic
def look_at_positions(*, by: Person, at: datetime) -> list[Position]:
    """Return where the responders of running incidents are now; each new point read is logged.

    Whether `by` may look at the board is the caller's question. What is older than a minute, was
    stopped or belongs to an incident that is over is not there.
    """
    going = Tracking.objects.filter(
        incident__ended_at=None, stopped_at=None, last_at__gt=at - STALE, last_at__lte=at
    )
    found = []
    for row in going.select_related("incident").order_by("incident", "role", "turn"):
        try:
            point = _point(row, by, at)
        except NothingSealed:
            continue
        found.append(
            Position(
                incident=row.incident.number,
                label=f"{Marker(row.role).words}{row.turn}",
                role=row.role,
                latitude=float(point["latitude"]),
                longitude=float(point["longitude"]),
                at=row.last_at or at,
                is_drill=row.incident.is_drill,
            )
        )
    return found


_OPENED: dict[tuple[int, int, int, datetime], Mapping[str, str]] = {}
"""What a reader has opened a moment ago: the same point for the same reader is one look."""

MOST_OPENED = 500


def _point(row: Tracking, by: Person, at: datetime) -> Mapping[str, str]:
    """Open a responder's newest point; the first look at a responder leaves a line in the trail."""
    key = (row.pk, row.points, by.pk, row.last_at or at)
    if key not in _OPENED:
        if not any((one[0], one[2]) == (row.pk, by.pk) for one in _OPENED):
            record("safety.positions_seen", row.incident, by=by, at=at, number=row.incident.number)
        if len(_OPENED) >= MOST_OPENED:
            _OPENED.clear()
        _OPENED[key] = private.open_sealed(
            about=name_of_subject(row), kind=POSITION.code, by=by, purpose="command", at=at
        )
    return _OPENED[key]


@transaction.atomic
def write_account(
    *, incident_id: int, account: str, hurt: Person | None = None, by: Person, at: datetime
) -> Incident:
    """Write, sealed, what happened to whom and what was done, after the incident has ended.

    It is sealed as of whoever was hurt, so that they see on their own page who has read it.
    """
    incident = Incident.objects.select_for_update(of=("self",)).get(pk=incident_id)
    private.seal(
        about=name_of_subject(incident), kind=REPORT.code, data={"account": account}, subject=hurt,
        by=by, at=at,
    )  # fmt: skip
    incident.written_at = at
    incident.save(update_fields=["written_at"])
    record("safety.account_written", incident, by=by, at=at, number=incident.number)
    return incident


@transaction.atomic
def read_account(*, incident_id: int, purpose: str, by: Person, at: datetime) -> str:
    """Open what happened, for a purpose in the reader's own words; it stands in the access log.

    Who may is the caller's question (`reads.may_read_account`). Raises NoPurpose or NothingSealed.
    """
    if not purpose.strip():
        raise NoPurpose
    incident = Incident.objects.get(pk=incident_id)
    data = private.open_sealed(
        about=name_of_subject(incident),
        kind=REPORT.code,
        by=by,
        purpose=f"handle：{purpose}",
        at=at,
    )
    record("safety.account_read", incident, by=by, at=at, number=incident.number)
    return str(data["account"])
