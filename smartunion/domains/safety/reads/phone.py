"""What a member sees: where one may sign up, one's own events, one's own duties."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from smartunion.domains.safety.models import Event, OnDuty, Participant
from smartunion.domains.safety.rules.gate import report_months
from smartunion.domains.safety.rules.kinds import EventKind
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate

from .figures import terms_on
from .surveys import signatures

State = Event.State
SOON = timedelta(minutes=60)
"""So long before and after a duty one counts as on duty."""


@dataclass(frozen=True)
class Mine:
    """One event as a member sees it."""

    event: Event
    place: Participant | None
    duty: OnDuty | None
    months: int
    asks_consent: bool
    asks_declaration: bool
    full: bool
    begun: bool


def event_for(event_id: int, person: Person, mandate: Mandate, *, at: datetime) -> Mine | None:
    """Return an event for a member: an open one, or one that they have to do with."""
    event = (
        Event.objects.select_related("venue", "survey__case", "organiser")
        .filter(pk=event_id)
        .first()
    )
    if event is None:
        return None
    mine = mine_of(event, person, at=at)
    shown = event.state == State.OPEN or mine.place or mine.duty
    return mine if shown or mandate.may("safety.view") else None


def mine_of(event: Event, person: Person, *, at: datetime) -> Mine:
    """Return an event with the person's place and duty."""
    kind = EventKind(event.kind)
    months = report_months(kind, terms_on(campus_day(event.starts_at)))
    place = Participant.objects.filter(event=event, person=person, withdrawn_at=None)
    duty = OnDuty.objects.filter(event=event, person=person)
    return Mine(
        event=event,
        place=place.select_related("check_made").first(),
        duty=duty.first(),
        months=months,
        asks_consent=bool(months),
        asks_declaration=kind == EventKind.RUN,
        full=event.taken >= event.places,
        begun=at >= event.starts_at,
    )


def open_events(person: Person, *, at: datetime) -> list[Mine]:
    """Return the events to which one may still sign up, the next first."""
    mine = Participant.objects.filter(person=person, withdrawn_at=None).values("event")
    events = Event.objects.filter(state=State.OPEN, starts_at__gt=at).exclude(pk__in=mine)
    rows = events.select_related("venue").order_by("starts_at")[:30]
    return [mine_of(event, person, at=at) for event in rows]


def my_events(person: Person, *, at: datetime) -> list[Mine]:
    """Return the events in which one has a place, the next first, those of the last month last."""
    mine = Participant.objects.filter(person=person, withdrawn_at=None).values("event")
    since = at - timedelta(days=30)
    events = Event.objects.filter(pk__in=mine, ends_at__gt=since).select_related("venue")
    return [mine_of(event, person, at=at) for event in events.order_by("starts_at")]


def my_duties(person: Person, *, at: datetime) -> list[OnDuty]:
    """Return one's duties that are not over, the next first."""
    rows = OnDuty.objects.filter(person=person, until__gt=at - SOON)
    rows = rows.filter(event__state__in=[State.PLANNED, State.OPEN])
    return list(rows.select_related("event__venue").order_by("since"))


def on_duty_now(person: Person, *, at: datetime) -> OnDuty | None:
    """Return the duty that one is on now, an hour's grace on both sides."""
    rows = OnDuty.objects.filter(
        person=person, event__state=State.OPEN, since__lte=at + SOON, until__gt=at - SOON
    )
    return rows.select_related("event__venue").order_by("since").first()


def survey_signed(event: Event) -> bool:
    """Test if all three have signed."""
    return all(one.by for one in signatures(event.survey))
