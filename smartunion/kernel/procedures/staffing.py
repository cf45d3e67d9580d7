"""Who does a step: A, B, and who may never do it because the matter is their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Appointment, Office, Person, Unit
from smartunion.kernel.people.reads import (
    acting,
    away,
    granted,
    held_on,
    holders,
    mandate_of,
)

from . import refusals
from .define import APPLICANT, NAMED, Kind, Step
from .models import Case, StepRun

ASSIGN = "procedures.assign"
"""The permission to name who does a step that nobody else can do."""


@dataclass(frozen=True)
class Staff:
    """A and B of a step on a day; `because` says why B has to act from the start."""

    lead: Person | None
    backup: Person | None
    because: str = ""


def staff_of(step: Step, case: Case, at: datetime) -> Staff:
    """Return who does the step now: holders who are there and whose own matter it is not."""
    if step.duty.lead == APPLICANT:
        return Staff(case.applicant, None)
    lead = _who(step.duty.lead, step, case, at, taken=())
    backup = _who(step.duty.backup, step, case, at, taken=(lead,) if lead else ())
    return Staff(lead, backup, "" if lead else "A角空缺、离岗或须回避")


def stand_in(step: Step, case: Case, lead: Person | None, at: datetime) -> Person | None:
    """Return who may stand in for an A: the B office's holder, or another of the A office."""
    taken = (lead,) if lead else ()
    for office in (step.duty.backup, step.duty.lead):
        if found := _who(office, step, case, at, taken):
            return found
    return None


def _who(
    office: str | None, step: Step, case: Case, at: datetime, taken: Iterable[Person]
) -> Person | None:
    """Return who acts for the office, passing over whoever must keep out of the matter."""
    if office is None:
        return None
    if office == APPLICANT:
        return case.applicant
    on = campus_day(at)
    if office.startswith(NAMED):
        named = Person.objects.filter(pk=case.facts.get(office[1:]) or 0).first()
        if named is None or named in taken or own_matter(step, case, named):
            return None
        return None if named.pk in away(on) else named
    out = {person.pk for person in taken} | ({case.applicant_id} if case.applicant_id else set())
    for unit_id in places(office, case):
        while found := acting(office, unit_id, on=on, excluding=out):
            if not own_matter(step, case, found.person):
                return found.person
            out.add(found.person.pk)
    return None


def places(office: str, case: Case) -> list[int | None]:
    """Return where to look for an office's holder: the case's unit, then anywhere.

    A branch's office is that branch's alone: no other branch's chair stands in.
    """
    branch = Office.objects.filter(code=office, kind=Unit.Kind.BRANCH).exists()
    if branch:
        return [case.unit_id] if case.unit_id else []
    return [case.unit_id, None] if case.unit_id else [None]


def own_matter(step: Step, case: Case, person: Person) -> bool:
    """Test if the case is the person's own, by its applicant or by the step's recusal rules."""
    if step.duty.lead == APPLICANT:
        return False
    if case.applicant_id == person.pk:
        return True
    return any(rule({**case.facts, "by": person.pk}) for rule in step.duty.recuse)


def holders_for(office: str, case: Case, on: date) -> list[Person]:
    """Return who is to hear of a case as an office: its holders in the case's unit, or all."""
    if office == APPLICANT:
        return [case.applicant] if case.applicant else []
    if office.startswith(NAMED):
        return list(Person.objects.filter(pk=case.facts.get(office[1:]) or 0))
    for unit_id in places(office, case):
        if found := holders(office, unit_id, on=on):
            return found
    return []


def body_of(offices: Iterable[str], case: Case, on: date) -> list[Person]:
    """Return the members of a body on a day: who holds its offices as A, each once."""
    found: dict[int, Person] = {}
    for office in offices:
        seated = held_on(on).filter(
            Q(office__code=office) | Q(office__within__code=office),
            part=Appointment.Part.LEAD,
        )
        for unit_id in places(office, case):
            here = seated if unit_id is None else seated.filter(unit_id=unit_id)
            members = [one.person for one in here.select_related("person").order_by("seat", "pk")]
            found |= {person.pk: person for person in members}
            if members:
                break
    return list(found.values())


def check(run: StepRun, case: Case, step: Step, by: Person) -> None:
    """Refuse whoever is neither A nor B, nor one of several who sign, or whose matter it is."""
    if own_matter(step, case, by):
        raise refusals.OwnMatter(by=by.name, case=case.title)
    people = [person for person in (run.lead, run.backup) if person is not None]
    if by in people or (step.duty.staff > 1 and by in colleagues(run, case, step)):
        return
    names = "、".join(person.name for person in people) or "（空缺）"
    raise refusals.NotYours(step=step.name, holders=names, by=by.name)


def colleagues(run: StepRun, case: Case, step: Step) -> list[Person]:
    """Return who else may sign a step that several sign."""
    return holders_for(step.duty.lead, case, campus_day(run.opened_at))


def is_vacant(run: StepRun, step: Step) -> bool:
    """Test if an open step waits for somebody to be named: no A, no B, not the applicant's own."""
    human = step.kind in (Kind.HUMAN, Kind.OUTSIDE) and step.duty.lead != APPLICANT
    return human and run.lead is None and run.backup is None


def assigners(step: Step, case: Case, on: date) -> list[Person]:
    """Return who may name somebody for a step of a case: not in their own matter."""
    named = granted(ASSIGN, on=on)
    return [person for person in named if not own_matter(step, case, person)]


def may(person: Person, permission: str, at: datetime) -> bool:
    """Test if the person's offices grant a permission now."""
    return mandate_of(person, on=campus_day(at)).may(permission)
