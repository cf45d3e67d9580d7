"""Who acts for somebody who is away: office by office."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from smartunion.kernel.people.models import Absence, Appointment, Person
from smartunion.kernel.people.reads import acting, held_on


@dataclass(frozen=True)
class Substitute:
    """代理: one office of mine, and who does its work while I am away; None for nobody."""

    office: str
    unit: str
    person: Person | None
    why: str


def substitutes(person: Person, *, on: date) -> list[Substitute]:
    """Return who acts for each office that the person leads on a day."""
    own = held_on(on).filter(person=person, part=Appointment.Part.LEAD)
    found = []
    for post in own.select_related("office", "unit").order_by("office__role", "pk"):
        who = acting(post.office.code, post.unit_id, on=on, excluding={person.pk})
        why = "B角" if who else "没有 B角：您离岗期间无人接手，请先请办公室任命"
        found.append(
            Substitute(post.office.title, post.unit.name, who.person if who else None, why)
        )
    return found


def absences(person: Person, *, on: date) -> tuple[Sequence[Absence], Sequence[Absence]]:
    """Return the person's absences: those that run or are to come, and the last that are over."""
    own = Absence.objects.filter(person=person)
    coming = own.filter(until__gt=on).order_by("since")
    return list(coming), list(own.filter(until__lte=on).order_by("-until")[:5])


def away_now(person: Person, *, on: date) -> Absence | None:
    """Return the absence that the person is on, if any."""
    return Absence.objects.filter(person=person, since__lte=on, until__gt=on).first()
