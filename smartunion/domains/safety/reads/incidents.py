"""Incidents: who is the crew, how the clocks stood, who may look."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from smartunion.domains.safety.models import Event, Incident, OnDuty
from smartunion.domains.safety.protocol import AED, HOSPITAL, INCIDENT, MEDICS, ONSITE
from smartunion.domains.safety.rules.clocks import Leg, all_in_time, leg
from smartunion.domains.safety.rules.kinds import Role
from smartunion.kernel.duty.reads import on_call
from smartunion.kernel.duty.rules import Post
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate
from smartunion.kernel.response.markers import Marker
from smartunion.kernel.response.models import Asked, Run, StepRun

from .phone import SOON

DEBRIEFS = "safety.exercise"
"""Who holds the exercises of chapter 7 looks back at what really happened, too."""

ABOUT = "safety.incident"
LEGS = {
    ONSITE: "onsite_seconds",
    AED: "aed_seconds",
    MEDICS: "medic_seconds",
    HOSPITAL: "hospital_seconds",
}
"""The legs of the response and the terms of their limits, in order."""


def of_run(run: Run) -> Incident | None:
    """Return the incident that a run is about."""
    label, _, key = run.about.partition(":")
    if label != ABOUT or not key.isdigit():
        return None
    return Incident.objects.select_related("event__venue").filter(pk=int(key)).first()


STAND_IN = {
    Role.MEDIC.value: Post.C,
    Role.GUARD.value: Post.SECURITY,
    Role.VOLUNTEER.value: Post.A,
}
"""Whom a drill between events calls instead of an event's crew: the roster of the branch."""


def crew(run: Run, posts: Collection[str], at: datetime) -> Mapping[str, Sequence[Person]]:
    """Return those on duty at the event for each of its own posts, whoever is there now first.

    A drill that no event stands behind (the monthly one) calls the roster of its branch.
    """
    incident = of_run(run)
    roles = {role.value for role in Role}
    found: dict[str, Sequence[Person]] = {post: [] for post in posts if post in roles}
    if incident is None:
        asked = {post: STAND_IN[post] for post in found}
        pairs = on_call(unit=run.unit, posts=list(asked.values()), at=at)
        return {post: pairs[stands].in_turn() for post, stands in asked.items()}
    rows = OnDuty.objects.filter(event=incident.event_id, role__in=found)
    ordered = sorted(
        rows.select_related("person"), key=lambda r: (not r.since <= at < r.until, r.pk)
    )
    for post in found:
        found[post] = [row.person for row in ordered if row.role == post]
    return found


def may_see(run: Run, person: Person, mandate: Mandate) -> bool:
    """Test if somebody may see the run of an incident: the desk, and whoever is on duty there."""
    incident = of_run(run)
    if incident is None:
        return run.is_drill and mandate.may("safety.view")
    return marker_of(incident, person) is not None or mandate.may("safety.view")


CAME_AS = {
    Post.DRIVER: Marker.VEHICLE, Post.SECURITY: Marker.GUARD, Post.C: Marker.MEDIC,
    Post.LEADER: Marker.ESCORT,
}  # fmt: skip
"""As what those of the campus's roster stand on the board who were called to an incident."""


def marker_of(incident: Incident, person: Person) -> Marker | None:
    """Return as what somebody responds: by their post at the event, or as they were called.

    None for whoever has nothing to do with it: they are located by nobody.
    """
    duty = incident.event.on_duty.filter(person=person).first()
    if duty is not None:
        return Marker(duty.role)
    called = Asked.objects.filter(run=incident.run_id, person=person).exclude(told_at=None)
    posts = called.order_by("pk").values_list("post", flat=True)
    return next((CAME_AS[Post(post)] for post in posts if post in CAME_AS), None)


def marker_in(run: Run, person: Person) -> Marker | None:
    """Return as what somebody responds in the run of an incident; None in a drill without one."""
    incident = of_run(run)
    return marker_of(incident, person) if incident is not None else None


def duty_at(event: Event, person: Person, *, at: datetime) -> OnDuty | None:
    """Return the duty of somebody who is on duty at the event now, an hour's grace."""
    rows = OnDuty.objects.filter(
        event=event, person=person, since__lte=at + SOON, until__gt=at - SOON
    )
    return rows.first()


def running(event: Event, *, drill: bool, place: str) -> Incident | None:
    """Return the incident that goes on at a place, if there is one."""
    rows = Incident.objects.filter(event=event, place=place, is_drill=drill, ended_at=None)
    return rows.select_related("run").first()


def seen(incident_id: int, person: Person, mandate: Mandate) -> Incident | None:
    """Return an incident for whoever may look at it; None for everybody else."""
    incident = (
        Incident.objects.select_related("event__venue", "run__protocol", "reported_by")
        .filter(pk=incident_id)
        .first()
    )
    if incident is None or incident.run is None:
        return None
    return incident if may_see(incident.run, person, mandate) else None


def legs(incident: Incident) -> list[Leg]:
    """Return the four legs as they went, all counted from t0 (T43)."""
    run = incident.run
    if run is None:
        return []
    rows = {row.code: row for row in StepRun.objects.filter(run=run)}
    found = []
    for code, term in LEGS.items():
        row = rows.get(code)
        done = row is not None and row.state == StepRun.State.DONE and row.closed_at is not None
        outcome = INCIDENT.step(code).outcome(row.outcome) if row and done else None
        found.append(
            leg(
                code,
                INCIDENT.name_of(code),
                limit_seconds=int(run.limits[term]),
                t0=run.t0,
                closed_at=row.closed_at if row and done else None,
                outcome=outcome.code if outcome else "",
                words=outcome.name if outcome else "",
                canceled=bool(row and row.state == StepRun.State.CANCELED),
            )
        )
    return found


def in_time(incident: Incident) -> bool:
    """Test if 30 seconds, 4 minutes and 8 minutes were all kept (K64)."""
    return all_in_time(legs(incident))


@dataclass(frozen=True)
class Doing:
    """One open step with its buttons, for the phone."""

    step: str
    name: str
    ask: str
    advice: str
    due_at: datetime | None
    outcomes: list[tuple[str, str, str]]


def to_do(incident: Incident) -> list[Doing]:
    """Return what is still to be answered."""
    if incident.run is None or incident.ended_at is not None:
        return []
    rows = StepRun.objects.filter(run=incident.run, state=StepRun.State.OPEN).order_by("number")
    found = []
    for row in rows:
        step = INCIDENT.step(row.code)
        outcomes = [(one.code, one.name, one.hint) for one in step.outcomes]
        found.append(Doing(step.code, step.name, step.ask, step.advice, row.due_at, outcomes))
    return found


def may_read_account(incident: Incident, person: Person, mandate: Mandate) -> bool:
    """Test if somebody may open the sealed account: who planned the event, or who debriefs it."""
    handles = person.pk == incident.event.organiser_id or mandate.may(DEBRIEFS)
    return incident.written_at is not None and handles


def is_asked(incident: Incident, person: Person) -> bool:
    """Test if somebody is asked in the incident's run."""
    return Asked.objects.filter(run=incident.run_id, person=person).exists()


def listed() -> list[tuple[Incident, list[Leg], bool]]:
    """Return every incident, the newest first, with how its clocks stood."""
    rows = Incident.objects.select_related("event", "run__protocol").order_by("-reported_at")
    return [(one, legs(one), in_time(one)) for one in rows[:100]]


def of_event(event: Event) -> list[Incident]:
    """Return the incidents of an event, the newest first."""
    return list(Incident.objects.filter(event=event).order_by("-reported_at"))
