"""What the officers' pages show: the register of events, one event's card, devices, insurance."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from smartunion.domains.safety.models import (
    Device,
    DeviceCheck,
    Event,
    EventDevice,
    OnDuty,
    Override,
    Policy,
    Venue,
)
from smartunion.domains.safety.rules import staffing
from smartunion.domains.safety.rules.kinds import EventKind, Party, Role
from smartunion.domains.safety.rules.terms import Terms
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.procedures.models import StepRun

from . import gate, surveys
from .figures import terms_on

State = Event.State
MARKS = {"planned": "wait", "open": "run", "closed": "ok", "canceled": "off"}
SEGMENTS = (("coming", "将举办"), ("past", "已结束"), ("canceled", "已取消"))


@dataclass(frozen=True)
class Row:
    """One event in the register."""

    event: Event
    mark: str
    signed: int
    risks: int
    have: "Counter[Role]"
    need: staffing.Need
    missing: list[Refused]


def row_of(event: Event, *, at: datetime) -> Row:
    """Return an event as the register shows it."""
    terms = terms_on(campus_day(event.starts_at))
    return Row(
        event=event,
        mark=MARKS[event.state],
        signed=len(Party) - len(surveys.unsigned(event.survey)),
        risks=surveys.counts(event.survey)[1],
        have=gate.have(event),
        need=staffing.need(event.expected, terms),
        missing=gate.why_not(event, at=at) if event.state == State.PLANNED else [],
    )


def register(seg: str, *, at: datetime) -> list[Row]:
    """Return the events of a segment, the next one first, the past ones newest first."""
    events = Event.objects.select_related("venue", "survey__case", "organiser")
    if seg == "canceled":
        events = events.filter(state=State.CANCELED).order_by("-starts_at")
    elif seg == "past":
        events = events.exclude(state=State.CANCELED).filter(ends_at__lte=at).order_by("-starts_at")
    else:
        events = events.exclude(state=State.CANCELED).filter(ends_at__gt=at).order_by("starts_at")
    return [row_of(event, at=at) for event in events[:100]]


def segments(*, at: datetime) -> list[tuple[str, str, int]]:
    """Return the segments of the register with how many events each holds."""
    alive = Event.objects.exclude(state=State.CANCELED)
    counts = {
        "coming": alive.filter(ends_at__gt=at).count(),
        "past": alive.filter(ends_at__lte=at).count(),
        "canceled": Event.objects.filter(state=State.CANCELED).count(),
    }
    return [(key, words, counts[key]) for key, words in SEGMENTS]


@dataclass(frozen=True)
class Carried:
    """A device with its last look and whether it is fit now; `why` says why not."""

    device: Device
    last: DeviceCheck | None
    why: str
    spot: str = ""


@dataclass(frozen=True)
class Card:
    """One event with everything that makes it safe."""

    row: Row
    terms: Terms
    signatures: list[surveys.Signed]
    items: list[surveys.Line]
    posts: list[OnDuty]
    devices: list[Carried]
    override: Override | None
    mode: str


def card(event_id: int, *, at: datetime) -> Card | None:
    """Return an event's card; None for no such event."""
    found = Event.objects.select_related("venue", "survey__case", "organiser", "opened_by")
    event = found.filter(pk=event_id).first()
    if event is None:
        return None
    terms = terms_on(campus_day(event.starts_at))
    posts = OnDuty.objects.filter(event=event).select_related("person__unit")
    brought = EventDevice.objects.filter(event=event).select_related("device")
    return Card(
        row=row_of(event, at=at),
        terms=terms,
        signatures=surveys.signatures(event.survey),
        items=surveys.lines(event.survey, {}),
        posts=sorted(posts, key=lambda p: (list(Role).index(Role(p.role)), p.person.username)),
        devices=[
            carried(one.device, terms, at=at, spot=one.spot)
            for one in brought.order_by("device__number")
        ],
        override=Override.objects.filter(event=event).select_related("by", "reviewed_by").first(),
        mode=gate.MODES[terms.staff_mode],
    )


def carried(device: Device, terms: Terms, *, at: datetime, spot: str = "") -> Carried:
    """Return a device with its last look."""
    return Carried(device, gate.last_check(device, at=at), gate.unfit(device, terms, at=at), spot)


def devices(*, at: datetime) -> list[Carried]:
    """Return every device in use, AEDs first."""
    terms = terms_on(campus_day(at))
    using = Device.objects.filter(retired_at=None).order_by("kind", "number")
    return [carried(device, terms, at=at) for device in using]


def fit_devices(*, at: datetime) -> list[tuple[str, str]]:
    """Return the devices that may stand by, as choices of a form."""
    return [
        (str(one.device.pk), f"{one.device.number} {one.device.get_kind_display()}")
        for one in devices(at=at)
        if not one.why
    ]


def venues() -> list[Venue]:
    """Return every venue by its name."""
    return list(Venue.objects.order_by("name"))


def policies() -> list[Policy]:
    """Return every policy, the earliest period first."""
    return list(Policy.objects.select_related("insurer").order_by("since", "pk"))


def insurer() -> Unit | None:
    """Return the insurance company that has the contract."""
    return Unit.objects.filter(code=INSURER).first()


INSURER = "X04"


def person_numbered(number: str) -> Person | None:
    """Return a member of staff by number."""
    staff = Person.objects.filter(kind=Person.Kind.STAFF, is_active=True)
    return staff.filter(username__iexact=number.strip()).first()


def insured_events(on: date) -> list[tuple[Event, int]]:
    """Return the events of a year with how many are insured there, the newest first."""
    events = Event.objects.filter(starts_at__year=on.year, state__in=[State.OPEN, State.CLOSED])
    return [(event, event.taken) for event in events.order_by("-starts_at")[:100]]


def kind_of(event: Event) -> EventKind:
    """Return the kind of an event."""
    return EventKind(event.kind)


def step_of(event: Event, person: Person) -> int | None:
    """Return the survey's step that leads to its page: one's own open one, else the newest."""
    runs = StepRun.objects.filter(case=event.survey.case_id).order_by("-pk")
    mine = next(
        (r for r in runs if r.state == "open" and person.pk in (r.lead_id, r.backup_id)), None
    )
    newest = runs.first()
    return mine.pk if mine else newest.pk if newest else None
