"""One unit, one office, one person: who, since when, and what has happened."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from smartunion.domains.membership.models import Recusal
from smartunion.domains.membership.reads.organization import Body, bodies
from smartunion.kernel.people.models import Appointment, Office, Permission, Person, Seat, Unit
from smartunion.kernel.people.reads import held_on, members
from smartunion.kernel.trail.models import Entry


@dataclass(frozen=True)
class UnitFacts:
    """A unit as its page shows it."""

    unit: Unit
    body: Body | None
    posts: list[Appointment]
    past: list[Appointment]
    members: int
    recusals: list[Recusal]
    merchant: bool


@dataclass(frozen=True)
class OfficeFacts:
    """An office as its page shows it: the head of a duty sheet."""

    office: Office
    grants: list[Permission]
    held: list[Appointment]
    seats: int
    clauses: list[str]


@dataclass(frozen=True)
class PersonFacts:
    """A person as their page shows them."""

    person: Person
    held: list[Appointment]
    past: list[Appointment]
    happened: list[Entry]


def unit_facts(unit_id: int, *, on: date) -> UnitFacts | None:
    """Return what the page of a unit shows on a day, or None where there is none."""
    unit = Unit.objects.filter(pk=unit_id).prefetch_related("aliases").first()
    if unit is None:
        return None
    named = Appointment.objects.filter(unit=unit).select_related("person", "office", "seat")
    over = named.filter(Q(until__lte=on) | Q(since__gt=on))
    posts = held_on(on).filter(unit=unit, seat__isnull=True).select_related("person", "office")
    return UnitFacts(
        unit=unit,
        body=bodies(on=on, unit_id=unit_id).get(unit_id),
        posts=list(posts.order_by("office__role", "pk")),
        past=list(over.order_by("-since", "-pk")[:50]),
        members=members(on=on).filter(unit=unit).count(),
        recusals=list(
            Recusal.objects.filter(appointment__unit=unit)
            .select_related("appointment__person")
            .order_by("-recorded_at")[:20]
        ),
        merchant=unit.kind == Unit.Kind.MERCHANT,
    )


def offices() -> list[tuple[Office, int]]:
    """Return every office and how many permissions it gives, in the order of the plan's roles."""
    found = Office.objects.select_related("within").order_by("role", "code")
    return [(o, len({*o.grants, *(o.within.grants if o.within else [])})) for o in found]


def office_facts(code: str, *, on: date) -> OfficeFacts | None:
    """Return what the page of an office shows on a day, or None where there is none."""
    office = Office.objects.filter(code=code).select_related("within").first()
    if office is None:
        return None
    codes = [*office.grants, *(office.within.grants if office.within else [])]
    words = {p.code: p for p in Permission.objects.filter(code__in=codes)}
    held = held_on(on).filter(Q(office=office) | Q(office__within=office))
    return OfficeFacts(
        office=office,
        grants=[words[c] for c in dict.fromkeys(codes) if c in words],
        held=list(
            held.select_related("person", "unit", "seat", "office").order_by(
                "unit__code", "seat__number", "part"
            )
        ),
        seats=Seat.objects.filter(office=office).count(),
        clauses=sorted({p.clause for p in words.values() if p.clause}),
    )


def persons_in(units: frozenset[int] | None) -> QuerySet[Person]:
    """Return the persons of the units that a permission reaches; all of them where it is None."""
    found = Person.objects.select_related("unit")
    return found if units is None else found.filter(unit_id__in=units)


def person_facts(person_id: int, *, units: frozenset[int] | None, on: date) -> PersonFacts | None:
    """Return what the page of a person shows, if the person is within the units."""
    person = persons_in(units).filter(pk=person_id).first()
    if person is None:
        return None
    named = Appointment.objects.filter(person=person).select_related("office", "unit", "seat")
    over = Q(until__lte=on) | Q(since__gt=on)
    return PersonFacts(
        person=person,
        held=list(named.exclude(over).order_by("office__role", "pk")),
        past=list(named.filter(over).order_by("-since", "-pk")),
        happened=list(
            Entry.objects.filter(
                Q(subject=f"people.person:{person.pk}")
                | Q(
                    subject__in=[
                        f"people.appointment:{pk}" for pk in named.values_list("pk", flat=True)
                    ]
                )
            )
            .select_related("by")
            .order_by("-pk")[:30]
        ),
    )


def vacant_seat(seat_id: int, *, on: date) -> tuple[Seat | None, bool]:
    """Return a seat and whether its A part is vacant on a day."""
    seat = Seat.objects.select_related("unit", "office").filter(pk=seat_id).first()
    taken = held_on(on).filter(seat_id=seat_id, part=Appointment.Part.LEAD).exists()
    return seat, not taken


def appointment(appointment_id: int) -> Appointment | None:
    """Return an appointment with its names."""
    found = Appointment.objects.select_related("person", "office", "unit", "seat")
    return found.filter(pk=appointment_id).first()


def candidates(words: str, *, unit: Unit | None = None) -> list[Person]:
    """Return up to 20 members of staff whom the words find, the unit's own first."""
    found = Person.objects.filter(kind=Person.Kind.STAFF, is_active=True).select_related("unit")
    if unit is not None and unit.kind == Unit.Kind.BRANCH:
        found = found.filter(unit=unit)
    if words:
        found = found.filter(
            Q(name__icontains=words) | Q(username__icontains=words) | Q(phone__endswith=words)
        )
    return list(found.order_by("username")[:20])
