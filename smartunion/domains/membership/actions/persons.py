"""Register persons, invite outside parties, close their accounts."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from smartunion.domains.membership import rules
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Office, Person, Unit
from smartunion.kernel.people.reads import unit_named
from smartunion.kernel.trail.record import record

from .terms import appoint


@dataclass(frozen=True)
class NewPerson:
    """A member of staff to be registered."""

    number: str
    name: str
    branch: str
    phone: str = ""
    joined_on: date | None = None


@transaction.atomic
def register_person(
    *, person: NewPerson, by: Person | None, at: datetime, because: str = ""
) -> Person:
    """Register a member of staff in a branch, named officially or by an older name (T64)."""
    if taken := Person.objects.filter(username=person.number).first():
        raise rules.NumberTaken(number=person.number, holder=taken.name)
    unit = unit_named(person.branch)
    if unit is None or unit.kind != Unit.Kind.BRANCH:
        raise rules.NotABranch(name=person.branch)
    made = Person.objects.create(
        username=person.number,
        name=person.name,
        unit=unit,
        phone=person.phone,
        joined_on=person.joined_on or campus_day(at),
    )
    record("people.registered", made, by=by, at=at, because=because, name=made.name, unit=unit.name)
    return made


@transaction.atomic
def invite(
    *,
    username: str,
    name: str,
    office: str,
    unit_id: int,
    until: date,
    by: Person | None,
    at: datetime,
    because: str = "",
) -> Person:
    """Open an account for a merchant's or an outside party's user until a day (P26–P32, P39, P40).

    No password is set: the person sets the first one through a link that works once.
    """
    post = Office.objects.get(code=office)
    unit = Unit.objects.get(pk=unit_id)
    kinds = {
        Unit.Kind.MERCHANT.value: Person.Kind.MERCHANT,
        Unit.Kind.OUTSIDE.value: Person.Kind.OUTSIDE,
    }
    if post.kind not in kinds:
        raise rules.NotInvited(office=post.title)
    if until <= campus_day(at):
        raise rules.AccessEnded(until=until)
    if taken := Person.objects.filter(username=username).first():
        raise rules.NumberTaken(number=username, holder=taken.name)
    guest = Person.objects.create(
        username=username,
        name=name,
        unit=unit,
        kind=kinds[post.kind],
        access_until=until,
    )
    appoint(
        office=office,
        unit_id=unit_id,
        person_id=guest.pk,
        since=campus_day(at),
        until=until,
        by=by,
        at=at,
        because=because,
    )
    record(
        "people.invited",
        guest,
        by=by,
        at=at,
        because=because,
        name=name,
        unit=unit.name,
        until=until.isoformat(),
    )
    return guest


@transaction.atomic
def close_account(*, person_id: int, by: Person | None, at: datetime, because: str) -> None:
    """Let an outside account end today; closing it twice keeps the first day."""
    guest = Person.objects.select_for_update().filter(pk=person_id).first()
    if guest is None or guest.kind not in {Person.Kind.MERCHANT, Person.Kind.OUTSIDE}:
        raise rules.Gone(what="校外账号")
    today = campus_day(at)
    if guest.access_until is None or guest.access_until > today:
        guest.access_until = today
        guest.save(update_fields=["access_until"])
        record("people.account_closed", guest, by=by, at=at, because=because, name=guest.name)


@transaction.atomic
def give_password_link(*, person_id: int, by: Person, at: datetime) -> None:
    """Note that somebody was given a link to set their password; nobody gives one to themself."""
    if person_id == by.pk:
        raise rules.OwnLink(person=by.name)
    person = Person.objects.get(pk=person_id)
    record("people.password_link_given", person, by=by, at=at, name=person.name)
