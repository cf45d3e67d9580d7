"""Found the organization for a year from units.yaml and offices.yaml, again and again.

What stands already stays: units, offices and permissions follow the files, persons and terms are
only added. A larger campus contains the smaller: person n is the same for one seed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Model

from smartunion.kernel.base import yamls
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import (
    Appointment,
    Establishment,
    Office,
    Permission,
    Person,
    Seat,
    Unit,
    UnitAlias,
)
from smartunion.kernel.people.reads import held_on, vacant_seats
from smartunion.kernel.trail.record import record
from smartunion.site.cast import CAST, mail_of
from smartunion.site.org import names

HERE = Path(__file__).parent
MERCHANTS = HERE.parent / "play" / "merchants.yaml"

FIRST_NUMBER = 10001
"""The first staff number, A10001."""

RANK = {Unit.Kind.STANDING: 0, Unit.Kind.SPECIAL: 1, Unit.Kind.BRANCH: 2}
"""Whose seats are filled first where people are few."""

SEATS_OF_BRANCH = 8
"""Five of the committee and three contacts: so many members of each branch come first."""

VICE_CHAIR_HOMES = {"教学": "B04", "科研": "B05", "医口": "B17", "附属学校": "B20"}
"""The branch from whose members the demonstration takes each part-time vice-chair."""

HOSPITAL_HOME = "B18"
"""The branch of which the campus hospital's staff are members: contacts C come from it (R114)."""

DOCTORS = 44
"""Two doctors for each branch: so many staff come to the hospital's branch after the first ones."""

FIRST_DOCTOR = f"A{FIRST_NUMBER + 22 * SEATS_OF_BRANCH}"
"""The first of them by staff number, in a campus of 22 branches."""

LIAISON, CLERK = "college_liaison", "branch_asset_manager"
"""Who handles a college's papers: where nobody else is appointed, its clerk for the assets."""

DEPUTIES = {"branch_chair": "branch_member"}
"""B of an office, where the plan names none: the first holder of another office of the same unit.

The plan says that every matter has an A and a B part (R033) but not who is B to a branch's chair.
Its committee is 1+3+1 (R024) without an 组织委员 by title, so the first of the three members it is,
until the branch has somebody else appointed.
"""

POSTS_FILLED = {
    "psychologist": 2,
    "command_centre": 2,
    "duty_driver": 2,
    "congress_executive": 3,
    "audit_office": 1,
    "discipline_officer": 1,
    "title_office": 1,
    "finance_clerk": 1,
    "welfare_officer": 2,
    "event_organiser": 2,
    "survey_hospital": 2,
    "survey_security": 2,
    "survey_union": 2,
    "event_guard": 3,
    "psychology_head": 1,
}
"""Posts of departments that the demonstration fills, and by how many."""


@dataclass(frozen=True)
class Founded:
    """What the founding left standing."""

    units: int
    seats: int
    vacant: int
    persons: int
    merchants: int


def load(name: str) -> dict[str, Any]:
    """Return one of the files beside this module."""
    data: dict[str, Any] = yamls.read(HERE / name)
    return data


@transaction.atomic
def found(*, year: int, people: int, seed: int, at: datetime) -> Founded:
    """Found the organization for a plan year with so many staff; the cast are among them."""
    since, until = date(year, 1, 1), date(year + 1, 1, 1)
    before = _standing(since)
    structure(at=at)
    persons = {p.username: p for p in Person.objects.all()}
    _cast(persons, since, until)
    _staff(persons, people, seed)
    _merchants(persons, until)
    _fill_seats(since)
    _deputize(since)
    _fill_posts(since)
    _liaisons(since)
    founded = _standing(since)
    if founded != before:
        record(
            "people.founded",
            Unit.objects.get(kind=Unit.Kind.STANDING),
            by=None,
            at=at,
            because=f"{year} 年度组织架构 1+6+22",
            **vars(founded),
        )
    return founded


def _standing(on: date) -> Founded:
    """Return what stands now."""
    return Founded(
        units=Unit.objects.exclude(kind=Unit.Kind.MERCHANT).count(),
        seats=Seat.objects.count(),
        vacant=len(vacant_seats(on=on)),
        persons=Person.objects.filter(kind=Person.Kind.STAFF).count(),
        merchants=Unit.objects.filter(kind=Unit.Kind.MERCHANT).count(),
    )


@transaction.atomic
def structure(*, at: datetime) -> None:
    """Write permissions, offices, units, aliases and seats as the two files say."""
    offices, units = load("offices.yaml"), load("units.yaml")
    _keep(Establishment, "kind", units["establishments"])
    _keep(Permission, "code", [{"code": c, **row} for c, row in offices["permissions"].items()])
    _offices(offices["offices"])
    _units(units, on=campus_day(at))
    _seats(units["lines"], offices["offices"])


def _keep(model: type[Model], key: str, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows by their key: what stands follows the file, what is new is added."""
    given = list(rows)
    fields = sorted({name for row in given for name in row} - {key})
    model._default_manager.bulk_create(
        [model(**row) for row in given],
        update_conflicts=True,
        unique_fields=[key],
        update_fields=fields,
    )


def _offices(rows: list[dict[str, Any]]) -> None:
    """Write the offices, then which of them are within another."""
    _keep(
        Office,
        "code",
        [{k: v for k, v in row.items() if k not in {"within", "unit"}} for row in rows],
    )
    made = {office.code: office for office in Office.objects.all()}
    for row in rows:
        made[row["code"]].within = made.get(row.get("within", ""))
    Office.objects.bulk_update(made.values(), ["within"])


def _units(rows: dict[str, Any], *, on: date) -> None:
    """Write the units and the names under which old texts know them (T64, T72).

    A branch that was renamed keeps its new name: the file only founds it.
    """
    aliases = list(rows["aliases"])
    for kind in ("standing", "special", "department", "outside"):
        given = rows[f"{kind}s" if kind == "department" else kind]
        _keep(Unit, "code", [{**row, "kind": kind} for row in given])
    fresh = []
    for code, base in rows["branches"].items():
        fresh.append(Unit(code=code, name=f"{base}工会分会", alias=base, kind=Unit.Kind.BRANCH))
        aliases += [
            {"unit": code, "name": f"{base}分工会", "reading": "计划第三、五、六章仍用的旧称"},
            {"unit": code, "name": f"{base}部门工会", "reading": "已取消的模糊称谓（2.1）"},
        ]
    known = set(Unit.objects.values_list("code", flat=True))
    Unit.objects.bulk_create([unit for unit in fresh if unit.code not in known])
    by_code = {unit.code: unit for unit in Unit.objects.all()}
    UnitAlias.objects.bulk_create(
        [
            UnitAlias(unit=by_code[a["unit"]], name=a["name"], reading=a["reading"], since=on)
            for a in aliases
        ],
        ignore_conflicts=True,
    )


def _seats(lines: list[str], rows: list[dict[str, Any]]) -> None:
    """Give every unit the seats of its kind's offices, in the order of the file."""
    home = {row["code"]: row.get("unit") for row in rows}
    offices = {o.code: o for o in Office.objects.exclude(seats=None)}
    taken = set(Seat.objects.values_list("unit__code", "number"))
    fresh = []
    for unit in Unit.objects.filter(kind__in={o.kind for o in offices.values()}).order_by("code"):
        number = 0
        for code in (row["code"] for row in rows if row["code"] in offices):
            office = offices[code]
            if office.kind != unit.kind or home[code] not in (None, unit.code):
                continue
            for place in range(office.seats or 0):
                number += 1
                if (unit.code, number) not in taken:
                    line = lines[place] if code == "vice_chair" else ""
                    fresh.append(Seat(unit=unit, office=office, number=number, line=line))
    Seat.objects.bulk_create(fresh)


def _person(username: str, name: str, unit: Unit, **values: Any) -> Person:
    """Return a new person, unsaved and without a password."""
    return Person(username=username, name=name, unit=unit, **values)


def _cast(persons: dict[str, Person], since: date, until: date) -> None:
    """Add the cast and their posts."""
    units = {u.code: u for u in Unit.objects.all()}
    units |= _merchant_units(
        [{"code": "M01", "name": "第一食堂"}, {"code": "M38", "name": "游泳馆"}]
    )
    fresh = []
    for role in CAST:
        if role.username not in persons:
            staff = role.kind == Person.Kind.STAFF
            persons[role.username] = _person(
                role.username,
                role.name,
                units[role.unit],
                kind=role.kind,
                joined_on=since if staff else None,
                access_until=None if staff else until,
                phone=role.phone,
                email=role.email,
            )
            fresh.append(persons[role.username])
    Person.objects.bulk_create(fresh)
    _posts(persons, units, since)


def _posts(persons: dict[str, Person], units: dict[str, Unit], since: date) -> None:
    """Appoint the cast to the posts of their roles, where those are free."""
    offices = {office.code: office for office in Office.objects.all()}
    seats: dict[tuple[int, int], Seat] = {}
    for seat in Seat.objects.order_by("number"):
        seats.setdefault((seat.office_id, seat.unit_id), seat)
    held = {
        (one.office_id, one.unit_id, one.part, about)
        for one in Appointment.objects.all()
        for about in (("seat", one.seat_id), ("person", one.person_id))
    }
    fresh = []
    for role in CAST:
        person = persons[role.username]
        for post in role.posts:
            office, unit = offices[post.office], units[post.unit]
            first = seats.get((office.pk, unit.pk))
            place = ("seat", first.pk) if first else ("person", person.pk)
            if (office.pk, unit.pk, post.part, place) not in held:
                held.add((office.pk, unit.pk, post.part, place))
                until = _end_of_term(office, since)
                fresh.append(
                    Appointment(
                        office=office,
                        unit=unit,
                        person=person,
                        part=post.part,
                        seat=first,
                        since=since,
                        until=until,
                    )
                )
    Appointment.objects.bulk_create(fresh)


def _end_of_term(office: Office, since: date) -> date | None:
    """Return the day after the term, or None for a post without terms."""
    return since.replace(year=since.year + office.term_years) if office.term_years else None


def _staff(persons: dict[str, Person], people: int, seed: int) -> None:
    """Add staff until there are so many; branches differ in size as they do in life."""
    branches = list(Unit.objects.filter(kind=Unit.Kind.BRANCH).order_by("code"))
    weights = [2 + names.repeatable(seed, branch.code).random() * 4 for branch in branches]
    have = sum(1 for p in persons.values() if p.kind == Person.Kind.STAFF)
    numbered = sum(1 for username in persons if username.startswith("A1"))
    in_turn = len(branches) * SEATS_OF_BRANCH
    hospital = next(branch for branch in branches if branch.code == HOSPITAL_HOME)
    fresh = []
    for index in range(numbered, numbered + max(0, people - have)):
        rng = names.repeatable(seed, index)
        # the first come to the branches in turn, so that a small campus has full committees
        turn = branches[index % len(branches)]
        branch = turn if index < in_turn else rng.choices(branches, weights)[0]
        if in_turn <= index < in_turn + DOCTORS:
            branch = hospital
        person = _person(
            f"A{FIRST_NUMBER + index}",
            names.name(rng),
            branch,
            phone=f"139{rng.randrange(10**8):08}",
            email=mail_of(f"A{FIRST_NUMBER + index}"),
            joined_on=date(1990 + rng.randrange(35), 1 + rng.randrange(12), 1 + rng.randrange(28)),
        )
        fresh.append(person)
    for person in Person.objects.bulk_create(fresh, batch_size=1000):
        persons[person.username] = person


def _merchant_units(rows: list[dict[str, Any]]) -> dict[str, Unit]:
    """Return the merchants' units by code, made on first use."""
    units = {u.code: u for u in Unit.objects.filter(code__in=[row["code"] for row in rows])}
    fresh = [row for row in rows if row["code"] not in units]
    made = [Unit(code=r["code"], name=r["name"], kind=Unit.Kind.MERCHANT) for r in fresh]
    return units | {unit.code: unit for unit in Unit.objects.bulk_create(made)}


def _merchants(persons: dict[str, Person], until: date) -> None:
    """Give every merchant of the demonstration a unit and an owner's account until a day."""
    rows = yamls.read(MERCHANTS)["merchants"]
    units = _merchant_units(rows)
    owner = Office.objects.get(code="merchant_owner")
    owned = set(Appointment.objects.filter(office=owner).values_list("unit_id", flat=True))
    fresh = []
    for n, row in enumerate(rows):
        unit = units[row["code"]]
        username = f"shop{n + 1:02}"
        if unit.pk not in owned and username not in persons:
            rng = names.repeatable("owner", row["code"])
            fresh.append(
                _person(
                    username,
                    names.name(rng),
                    unit,
                    kind=Person.Kind.MERCHANT,
                    access_until=until,
                )
            )
    since = until.replace(year=until.year - 1)
    Appointment.objects.bulk_create(
        Appointment(office=owner, unit=p.unit, person=p, since=since)
        for p in Person.objects.bulk_create(fresh)
    )


def _fill_seats(since: date) -> None:
    """Fill the vacant seats of the year's first day from the members at hand, in order."""
    pool = spare_members(since)
    used: set[int] = set()
    doctors = _free(doctors_of(pool), used)
    vacant = sorted(vacant_seats(on=since), key=lambda seat: RANK[Unit.Kind(seat.unit.kind)])
    own = Counter(VICE_CHAIR_HOMES.get(seat.line, seat.unit.code) for seat in vacant)
    over = [p for code, people in pool.items() for p in people[own[code] :][::-1]]
    spare = _free(over + [p for people in pool.values() for p in people[::-1]], used)
    in_branch = {code: _free(people, used) for code, people in pool.items()}
    terms = []
    for seat in vacant:
        home: Iterator[Person] | None
        if seat.office.code == "contact_c" and (doctor := next(doctors, None)):
            home = iter([doctor])
        elif seat.unit.kind == Unit.Kind.BRANCH:
            home = in_branch.get(seat.unit.code)
        elif seat.line:
            home = in_branch.get(VICE_CHAIR_HOMES[seat.line])
        else:
            home = spare
        if home and (person := next(home, None)):
            terms.append(
                Appointment(
                    office=seat.office,
                    unit=seat.unit,
                    person=person,
                    seat=seat,
                    since=since,
                    until=_end_of_term(seat.office, since),
                )
            )
    Appointment.objects.bulk_create(terms)


def _deputize(since: date) -> None:
    """Give every office that the plan leaves without a B its deputy from the same unit."""
    backup = Appointment.Part.BACKUP
    terms = []
    for code, deputies in DEPUTIES.items():
        office = Office.objects.get(code=code)
        known = set(Appointment.objects.filter(office=office, part=backup).values_list("unit_id"))
        first: dict[int, Appointment] = {}
        for member in held_on(since).filter(office__code=deputies).order_by("seat__number", "pk"):
            first.setdefault(member.unit_id, member)
        for seat in Seat.objects.filter(office=office).order_by("unit__code"):
            deputy = first.get(seat.unit_id)
            if deputy is not None and (seat.unit_id,) not in known:
                terms.append(
                    Appointment(
                        office=office,
                        unit_id=seat.unit_id,
                        person_id=deputy.person_id,
                        part=backup,
                        seat=seat,
                        since=since,
                        until=_end_of_term(office, since),
                    )
                )
    Appointment.objects.bulk_create(terms)


def spare_members(since: date) -> dict[str, list[Person]]:
    """Return staff without any post on a day, by branch, in the order of their numbers."""
    busy = set(held_on(since).values_list("person_id", flat=True))
    cast = {role.username for role in CAST}
    pool: dict[str, list[Person]] = defaultdict(list)
    staff = Person.objects.filter(kind=Person.Kind.STAFF, unit__kind=Unit.Kind.BRANCH)
    for person in staff.select_related("unit").order_by("username"):
        if person.pk not in busy and person.username not in cast and person.unit:
            pool[person.unit.code].append(person)
    return pool


def doctors_of(pool: dict[str, list[Person]]) -> list[Person]:
    """Return the hospital's staff among spare members: those who came after its first ones."""
    return [person for person in pool.get(HOSPITAL_HOME, ()) if person.username >= FIRST_DOCTOR]


def _free(people: Iterable[Person], used: set[int]) -> Iterator[Person]:
    """Yield each person once."""
    for person in people:
        if person.pk not in used:
            used.add(person.pk)
            yield person


def _liaisons(since: date) -> None:
    """Appoint a liaison to every branch that has none."""
    office = Office.objects.get(code=LIAISON)
    known = set(held_on(since).filter(office=office).values_list("unit_id", flat=True))
    clerks = held_on(since).filter(office__code=CLERK).order_by("unit__code")
    Appointment.objects.bulk_create(
        Appointment(office=office, unit_id=one.unit_id, person_id=one.person_id, since=since)
        for one in clerks
        if one.unit_id not in known
    )


def _fill_posts(since: date) -> None:
    """Fill the departments' posts that have no seats, from members who hold no post."""
    home = {row["code"]: row.get("unit") for row in load("offices.yaml")["offices"]}
    spare = iter([p for people in spare_members(since).values() for p in people[::-1]])
    terms = []
    for code, count in POSTS_FILLED.items():
        office = Office.objects.get(code=code)
        unit = Unit.objects.get(code=home[code])
        held = held_on(since).filter(office=office).count()
        for _ in range(count - held):
            if person := next(spare, None):
                terms.append(Appointment(office=office, unit=unit, person=person, since=since))
    Appointment.objects.bulk_create(terms)
