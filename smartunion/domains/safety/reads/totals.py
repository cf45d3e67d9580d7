"""What indicators count: events by staffing and survey, incidents by their clocks. No names."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from smartunion.domains.safety.models import Event, Incident
from smartunion.domains.safety.rules import staffing
from smartunion.domains.safety.rules.kinds import Role
from smartunion.kernel.base.days import campus_day, start_of

from . import gate, incidents
from .figures import terms_on


@dataclass(frozen=True)
class Staffed:
    """One event: how many were expected and on duty, and whether that was enough (K62)."""

    number: str
    title: str
    on: date
    expected: int
    medics: int
    guards: int
    volunteers: int
    need: int
    enough: bool


@dataclass(frozen=True)
class Surveyed:
    """One event: when its survey was due and signed by the third (K63)."""

    number: str
    title: str
    on: date
    due_at: datetime
    signed_at: datetime | None
    overridden: bool

    @property
    def in_time(self) -> bool:
        """Tell whether all three had signed by then."""
        return self.signed_at is not None and self.signed_at <= self.due_at


@dataclass(frozen=True)
class Responded:
    """One real incident: how long each leg took in seconds, None where it was not needed (K64)."""

    number: str
    on: date
    onsite_seconds: float | None
    medic_seconds: float | None
    hospital_seconds: float | None
    in_time: bool


def _held(first: date, until: date) -> QuerySet[Event]:
    """Return the events that were opened and began within the days."""
    began = Event.objects.filter(starts_at__gte=start_of(first), starts_at__lt=start_of(until))
    held = began.filter(state__in=[Event.State.OPEN, Event.State.CLOSED])
    return held.select_related("survey").order_by("starts_at", "pk")


def staffed(first: date, until: date) -> list[Staffed]:
    """Return the events of a period with who was on duty from their beginning to their end."""
    found = []
    for event in _held(first, until):
        on = campus_day(event.starts_at)
        terms = terms_on(on)
        need, have = staffing.need(event.expected, terms), gate.have(event)
        found.append(
            Staffed(
                event.number, event.title, on, event.expected, have[Role.MEDIC], have[Role.GUARD],
                have[Role.VOLUNTEER], need.each, not need.missing(have),
            )
        )  # fmt: skip
    return found


def surveyed(first: date, until: date) -> list[Surveyed]:
    """Return the events of a period with their surveys."""
    return [
        Surveyed(
            event.number,
            event.title,
            campus_day(event.starts_at),
            event.survey.due_at,
            event.survey.signed_at,
            hasattr(event, "override"),
        )
        for event in _held(first, until).select_related("override")
    ]


def responded(first: date, until: date) -> list[Responded]:
    """Return the real incidents of a period that are over."""
    rows = Incident.objects.filter(
        is_drill=False, reported_at__gte=start_of(first), reported_at__lt=start_of(until),
    ).exclude(ended_at=None)  # fmt: skip
    found = []
    for incident in rows.select_related("run__protocol").order_by("reported_at"):
        took = {
            one.code: one.took_seconds if one.applies else None for one in incidents.legs(incident)
        }
        found.append(
            Responded(
                incident.number,
                campus_day(incident.reported_at),
                took["onsite"],
                took["medics"],
                took["hospital"],
                incidents.in_time(incident),
            )
        )
    return found
