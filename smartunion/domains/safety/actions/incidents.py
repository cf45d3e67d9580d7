"""Report an incident, answer its clocks, write the account and read it back."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.safety.models import Event, Incident
from smartunion.domains.safety.protocol import INCIDENT
from smartunion.domains.safety.reads import incidents as reads
from smartunion.domains.safety.reads import locks
from smartunion.domains.safety.reads.phone import SOON
from smartunion.domains.safety.rules import refusals
from smartunion.domains.safety.rules.records import REPORT
from smartunion.kernel.base.numbers import next_number
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions as private
from smartunion.kernel.private.refusals import NoPurpose
from smartunion.kernel.response import actions as response
from smartunion.kernel.response.models import Run
from smartunion.kernel.trail.record import name_of_subject, record


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
    """Follow the end of a run: the incident is over."""
    incident = reads.of_run(run)
    if incident is None or incident.ended_at is not None:
        return
    incident.ended_at = at
    incident.save(update_fields=["ended_at"])
    record("safety.incident_ended", incident, by=None, at=at, number=incident.number)


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
