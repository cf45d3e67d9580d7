"""The organization on a day: seats and who holds them, vacancies, who is away."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count

from smartunion.kernel.people.models import Appointment, Establishment, Person, Seat, Unit
from smartunion.kernel.people.reads import Conflict, away, conflicts, held_on, members


@dataclass(frozen=True)
class Holder:
    """Somebody in a post on a day."""

    appointment_id: int
    person: Person
    since: date
    until: date | None
    away: str


@dataclass(frozen=True)
class Place:
    """One seat as the chart shows it: its A part, its B part, whether it is vacant."""

    seat_id: int
    number: int
    office: str
    office_code: str
    line: str
    body: bool
    lead: Holder | None
    backup: Holder | None
    flagged: str

    @property
    def title(self) -> str:
        """Return the seat's title with its line."""
        return f"{self.office}（联系{self.line}）" if self.line else self.office


@dataclass(frozen=True)
class Body:
    """A unit with its seats, in order, and how many members it has."""

    unit: Unit
    places: list[Place]
    members: int = 0

    @property
    def committee(self) -> list[Place]:
        """Return the seats of the committee itself."""
        return [p for p in self.places if p.body]

    @property
    def seated(self) -> int:
        """Return how many seats of the committee are held."""
        return sum(1 for p in self.committee if p.lead)

    @property
    def contacts(self) -> list[Place]:
        """Return the posts beside the committee (contacts A, B, C; a committee's chair)."""
        return [p for p in self.places if not p.body]

    @property
    def vacant(self) -> list[Place]:
        """Return the seats without an A part."""
        return [p for p in self.places if p.lead is None]

    def holder(self, office_code: str) -> Holder | None:
        """Return who holds an office of this unit."""
        return next((p.lead for p in self.places if p.office_code == office_code), None)


@dataclass(frozen=True)
class Alarm:
    """Something about the structure that somebody must mend."""

    text: str
    unit: Unit
    state: str


@dataclass(frozen=True)
class Organization:
    """1+6+22 and everybody around it."""

    standing: list[Body]
    special: list[Body]
    branches: list[Body]
    others: dict[str, list[Unit]]
    alarms: list[Alarm]
    conflicts: list[Conflict]
    establishments: dict[str, Establishment]
    members: int
    seats: int = 0
    vacant: int = 0
    counts: dict[str, int] = field(default_factory=dict)


def bodies(*, on: date, unit_id: int | None = None) -> dict[int, Body]:
    """Return the units that have seats, with their places, by unit id: five queries in all."""
    seats = Seat.objects.select_related("unit", "office").order_by("unit__code", "number")
    held = held_on(on).filter(seat__isnull=False).select_related("person", "office")
    if unit_id is not None:
        seats, held = seats.filter(unit_id=unit_id), held.filter(unit_id=unit_id)
    gone = away(on)
    flagged = {c.appointment_id: c.text for c in conflicts(on=on)}
    holders: dict[tuple[int, str], Holder] = {}
    for a in held:
        if a.seat_id is not None:
            absent = gone.get(a.person_id)
            holders[a.seat_id, a.part] = Holder(
                appointment_id=a.pk,
                person=a.person,
                since=a.since,
                until=a.until,
                away=f"离岗至 {absent.until:%-m月%-d日}" if absent else "",
            )
    places: dict[int, list[Place]] = defaultdict(list)
    units: dict[int, Unit] = {}
    for seat in seats:
        lead = holders.get((seat.pk, Appointment.Part.LEAD))
        units[seat.unit_id] = seat.unit
        places[seat.unit_id].append(
            Place(
                seat_id=seat.pk,
                number=seat.number,
                office=seat.office.title,
                office_code=seat.office.code,
                line=seat.line,
                body=seat.office.body,
                lead=lead,
                backup=holders.get((seat.pk, Appointment.Part.BACKUP)),
                flagged=flagged.get(lead.appointment_id, "") if lead else "",
            )
        )
    sizes = dict(members(on=on).values_list("unit").annotate(n=Count("pk")).order_by())
    return {pk: Body(unit, places[pk], sizes.get(pk, 0)) for pk, unit in units.items()}


def organization(*, on: date) -> Organization:
    """Return the whole organization on a day, with its vacancies and alarms."""
    found = bodies(on=on)
    by_kind: dict[str, list[Body]] = defaultdict(list)
    for body in found.values():
        by_kind[body.unit.kind].append(body)
    plain = (Unit.Kind.DEPARTMENT, Unit.Kind.OUTSIDE, Unit.Kind.MERCHANT)
    others: dict[str, list[Unit]] = {str(kind.label): [] for kind in plain}
    for unit in Unit.objects.filter(kind__in=plain).order_by("code"):
        others[str(Unit.Kind(unit.kind).label)].append(unit)
    flagged = conflicts(on=on)
    return Organization(
        standing=by_kind[Unit.Kind.STANDING],
        special=by_kind[Unit.Kind.SPECIAL],
        branches=by_kind[Unit.Kind.BRANCH],
        others=others,
        alarms=_alarms(list(found.values())),
        conflicts=flagged,
        establishments={e.kind: e for e in Establishment.objects.all()},
        members=sum(body.members for body in found.values()),
        seats=sum(len(body.committee) for body in found.values()),
        vacant=sum(len(body.vacant) for body in found.values()),
    )


def _alarms(found: list[Body]) -> list[Alarm]:
    """Return what is vacant, the asset managers first (R025), then who is away without a B part."""
    alarms = []
    for body in found:
        for place in body.vacant:
            keeper = place.office_code == "branch_asset_manager"
            text = f"{place.title}空缺"
            text += "：5 席中 1 人必须是资产管理员" if keeper else ""
            alarms.append(Alarm(text, body.unit, "late" if keeper else "wait"))
        alarms += [
            Alarm(f"{p.title} {p.lead.person} {p.lead.away}，没有 B角可接手", body.unit, "wait")
            for p in body.places
            if p.lead and p.lead.away and p.backup is None
        ]
    return sorted(alarms, key=lambda alarm: alarm.state != "late")
