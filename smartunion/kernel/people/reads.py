"""Who may do what, where, on a day; who holds an office, and who acts for them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from .models import Absence, Appointment, Office, Permission, Person, Seat, Unit, UnitAlias

MEMBER_GRANTS = "member"
"""The office that every member of staff holds by being staff; it grants what is one's own."""


@dataclass(frozen=True)
class Mandate:
    """What a person's offices grant on a day: permission -> unit ids, None for the whole campus."""

    units: dict[str, frozenset[int] | None]

    def may(self, permission: str, unit_id: int | None = None) -> bool:
        """Test if the permission is granted, in the given unit where one is named."""
        if permission not in self.units:
            return False
        where = self.units[permission]
        return unit_id is None or where is None or unit_id in where


@dataclass(frozen=True)
class Ground:
    """Why somebody may do something: the office, the unit, the clause, and until when."""

    permission: str
    words: str
    office: str
    office_code: str
    unit: str
    scope: str
    clause: str
    until: date | None
    everyday: bool
    dormant: bool = False
    """True for a B part whose A part is at work: nothing is granted until it takes over."""


@dataclass(frozen=True)
class Acting:
    """Who does an office's work on a day: the A part, or the B part and why."""

    person: Person
    part: str
    because: str


@dataclass(frozen=True)
class Conflict:
    """T17: who audits a body and sits on it; what that person must stay out of."""

    appointment_id: int
    person: Person
    office: str
    body: Unit
    text: str


def held_on(on: date) -> QuerySet[Appointment]:
    """Return the appointments in force on a campus day."""
    return Appointment.objects.filter(since__lte=on).filter(Q(until__isnull=True) | Q(until__gt=on))


def has_access(person: Person, *, on: date) -> bool:
    """Test if the account may be used: an outside account ends on its day."""
    return person.access_until is None or on < person.access_until


def mandate_of(person: Person, *, on: date) -> Mandate:
    """Return what the person may do on a campus day."""
    units: dict[str, frozenset[int] | None] = {}
    if not has_access(person, on=on):
        return Mandate(units)
    for appointment in held_on(on).filter(person=person).select_related("office__within"):
        if appointment.part == Appointment.Part.BACKUP and _lead_works(appointment, on=on):
            continue  # the B part's powers begin when the A part is vacant or away
        office = appointment.office
        for granting in (office, office.within):
            if granting is None:
                continue
            for permission in granting.grants:
                here = _where(granting.scope, appointment.unit_id)
                before = units.get(permission, frozenset())
                units[permission] = None if here is None or before is None else before | here
    if person.kind == Person.Kind.STAFF:
        for grants in Office.objects.filter(code=MEMBER_GRANTS).values_list("grants", flat=True):
            for permission in grants:
                units.setdefault(permission, frozenset())
    return Mandate(units)


def _lead_works(backup: Appointment, *, on: date) -> bool:
    """Test if somebody holds the A part of the same post and is there on a day."""
    leads = held_on(on).filter(
        office=backup.office, unit=backup.unit, seat=backup.seat, part=Appointment.Part.LEAD
    )
    absent = Absence.objects.filter(since__lte=on, until__gt=on).values("person_id")
    return leads.exclude(person_id__in=absent).exists()


def _where(scope: str, unit_id: int) -> frozenset[int] | None:
    """Return the units that a scope reaches from a unit; none of them where only oneself counts."""
    if scope == Office.Scope.ALL:
        return None
    return frozenset({unit_id}) if scope == Office.Scope.UNIT else frozenset()


def grounds_of(person: Person, *, on: date) -> list[Ground]:
    """Return what the person may do and why, officers' work first, in the order of offices."""
    if not has_access(person, on=on):
        return []
    words = {p.code: p for p in Permission.objects.all()}
    held = held_on(on).filter(person=person).select_related("office__within", "unit")
    posts: list[tuple[Office, str, date | None, bool]] = []
    for appointment in held.order_by("office__role", "pk"):
        until = appointment.until or person.access_until
        backup = appointment.part == Appointment.Part.BACKUP
        dormant = backup and _lead_works(appointment, on=on)
        posts.append((appointment.office, appointment.unit.name, until, dormant))
        if appointment.office.within:
            posts.append((appointment.office.within, appointment.unit.name, until, dormant))
    if person.kind == Person.Kind.STAFF:
        posts += [(o, "", None, False) for o in Office.objects.filter(code=MEMBER_GRANTS)]
    return [
        Ground(
            permission=code,
            words=words[code].words if code in words else code,
            office=office.title,
            office_code=office.code,
            unit=unit,
            scope=office.get_scope_display(),
            clause=(words[code].clause if code in words else "") or office.clause,
            until=until,
            everyday=code in words and words[code].everyday,
            dormant=dormant,
        )
        for office, unit, until, dormant in posts
        for code in office.grants
    ]


def holders(office_code: str, unit_id: int | None = None, *, on: date) -> list[Person]:
    """Return who holds the office on a day, A parts first, then by seat.

    An office within another counts: the seven who sit on the standing committee are its members
    (P05) by the chair's, the vice-chairs' and the audit director's offices.
    """
    held = held_on(on).filter(Q(office__code=office_code) | Q(office__within__code=office_code))
    if unit_id is not None:
        held = held.filter(unit_id=unit_id)
    ordered = held.select_related("person").order_by("part", "unit__code", "seat__number", "pk")
    return [appointment.person for appointment in ordered]


def granted(permission: str, *, on: date) -> list[Person]:
    """Return who holds an office that grants a permission on a day, each once, A and B parts."""
    granting = Q(office__grants__contains=permission) | Q(
        office__within__grants__contains=permission
    )
    posts = held_on(on).filter(granting).select_related("person").order_by("pk")
    return list({post.person_id: post.person for post in posts}.values())


def away(on: date) -> dict[int, Absence]:
    """Return who is away on a day, by person."""
    return {a.person_id: a for a in Absence.objects.filter(since__lte=on, until__gt=on)}


def acting(
    office_code: str, unit_id: int | None = None, *, on: date, excluding: Collection[int] = ()
) -> Acting | None:
    """Return who does the office's work today: A, or B when A is vacant, away or excluded.

    `excluding` are the persons who must keep out of a matter: the applicant, or the one who is
    to be helped where the fixed contact would be that very person or a boss of theirs (T46).
    """
    held = held_on(on).filter(office__code=office_code)
    if unit_id is not None:
        held = held.filter(unit_id=unit_id)
    absent = away(on)
    because = "A角空缺，由B角接手"
    for appointment in held.select_related("person").order_by("part", "seat__number", "pk"):
        person = appointment.person
        if person.pk in excluding:
            because = f"{person.name} 与本事项有关，回避"
        elif gone := absent.get(person.pk):
            because = f"{person.name} 离岗至 {gone.until:%-m月%-d日}"
        else:
            lead = appointment.part == Appointment.Part.LEAD
            return Acting(person, appointment.part, "" if lead else because)
    return None


def members(*, on: date) -> QuerySet[Person]:
    """Return the union's members on a day (在册会员): staff who have joined and not left."""
    return Person.objects.filter(kind=Person.Kind.STAFF, is_active=True).filter(
        Q(joined_on__isnull=True) | Q(joined_on__lte=on),
        Q(left_on__isnull=True) | Q(left_on__gt=on),
    )


def unit_named(name: str) -> Unit | None:
    """Return the unit of an official name, a short name or an alias (T64, T72)."""
    unit = Unit.objects.filter(Q(name=name) | Q(alias=name)).first()
    if unit is None and (
        alias := UnitAlias.objects.filter(name=name).select_related("unit").first()
    ):
        return alias.unit
    return unit


def vacant_seats(*, on: date) -> list[Seat]:
    """Return the seats that nobody holds as A on a day (R020, R024, R025)."""
    taken = held_on(on).filter(part=Appointment.Part.LEAD, seat__isnull=False).values("seat_id")
    vacant = Seat.objects.exclude(pk__in=taken).select_related("unit", "office")
    return list(vacant.order_by("unit__kind", "unit__code", "number"))


def conflicts(*, on: date) -> list[Conflict]:
    """Return who sits on a body that their own office audits (T17)."""
    held = held_on(on).exclude(office__audits="").select_related("person", "office", "unit")
    found = []
    for appointment in held.order_by("pk"):
        body = Unit.objects.filter(code=appointment.office.audits).first()
        if body is None:
            continue
        seats = held_on(on).filter(person=appointment.person, unit=body, seat__isnull=False)
        if seats.exists():
            found.append(
                Conflict(
                    appointment_id=appointment.pk,
                    person=appointment.person,
                    office=appointment.office.title,
                    body=body,
                    text=f"{appointment.person.name} 是{appointment.office.title}，"
                    f"又在其审查的{body.name}占一席：审查本机构的事项须回避并留痕",
                )
            )
    return found
