"""Who talks and who assesses: never the person, their superior, or whom they asked to leave out."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from smartunion.domains.wellbeing.models import Population
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.duty import reads as duty
from smartunion.kernel.duty.rules import Post
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.people.reads import away, held_on, holders
from smartunion.kernel.procedures.models import StepRun

from .figures import Terms

CHAIRS = ("union_chair", "executive_vice_chair", "health_committee_chair")
"""Who takes over where the branch has no chair who may."""


@dataclass(frozen=True)
class Talkers:
    """Who talks, who stands in, who takes over at the limit; None where there is nobody."""

    officer: Person | None
    deputy: Person | None
    chair: Person | None


def talkers(
    *, unit: Unit | None, population: str, out: Collection[int], terms: Terms, at: datetime
) -> Talkers:
    """Return who cares for somebody of a unit: the officers with the fewest open talks first."""
    on = campus_day(at)
    shut = set(out) | set(away(on)) | superiors(unit, terms, at)
    found: list[Person] = []
    if unit is not None:
        for code in terms.officers[population]:
            here = [p for p in holders(code, unit.pk, on=on) if p.pk not in shut and p not in found]
            found += here
    chair = _chair(unit, shut, on=at)
    if population == Population.STAFF:
        found = sorted(found, key=_load(found))
    people = [*found, *([chair] if chair and chair not in found else [])]
    return Talkers(
        people[0] if people else None, people[1] if len(people) > 1 else None, chair
    )  # fmt: skip


def superiors(unit: Unit | None, terms: Terms, at: datetime) -> set[int]:
    """Return who counts as a direct superior of a unit's people (T46)."""
    held = held_on(campus_day(at)).filter(office__code__in=terms.superiors, unit=unit)
    return set(held.values_list("person_id", flat=True))


def _chair(unit: Unit | None, shut: Collection[int], *, on: datetime) -> Person | None:
    day = campus_day(on)
    places = [("branch_chair", unit.pk)] if unit else []
    for code, unit_id in [*places, *((code, None) for code in CHAIRS)]:
        for person in holders(code, unit_id, on=day):
            if person.pk not in shut:
                return person
    return None


@dataclass(frozen=True)
class Assessors:
    """Who assesses, and who answers for the centre."""

    psychologist: Person | None
    head: Person | None


def assessors(*, out: Collection[int], at: datetime) -> Assessors:
    """Return the psychologist with the fewest open assessments, and the centre's head."""
    on = campus_day(at)
    shut = set(out) | set(away(on))
    heads = [p for p in holders("psychology_head", on=on) if p.pk not in shut]
    head = heads[0] if heads else None
    here = [p for p in holders("psychologist", on=on) if p.pk not in shut and p != head]
    here.sort(key=_load(here))
    return Assessors(here[0] if here else head, head)


@dataclass(frozen=True)
class Reviewers:
    """Who of the centre looks first, and who when the first does not."""

    first: Person | None
    deputy: Person | None


def reviewers(*, out: Collection[int], at: datetime) -> Reviewers:
    """Return who is on duty for the centre now, then its head and the others; None for nobody."""
    on = campus_day(at)
    shut = set(out) | set(away(on))
    on_duty = duty.on_call(unit=None, posts=[Post.CENTRE], at=at, excluded=shut)[Post.CENTRE]
    others = [*holders("psychology_head", on=on), *holders("psychologist", on=on)]
    here = [p for p in (*on_duty.in_turn(), *others) if p.pk not in shut]
    found = [*dict.fromkeys(here), None, None]
    return Reviewers(found[0], found[1])


def count_officers(units: Collection[int], terms: Terms, at: datetime) -> int:
    """Return how many officers of the units can hold talks, each once."""
    codes = {code for offices in terms.officers.values() for code in offices} | {"branch_chair"}
    held = held_on(campus_day(at)).filter(office__code__in=codes, unit__in=units)
    gone = away(campus_day(at))
    return len(set(held.values_list("person_id", flat=True)) - set(gone))


def count_psychologists(at: datetime) -> int:
    """Return how many can assess."""
    on = campus_day(at)
    people = {p.pk for code in ("psychologist", "psychology_head") for p in holders(code, on=on)}
    return len(people - set(away(on)))


def _load(people: Collection[Person]) -> Callable[[Person], int]:
    """Return by what to sort: how many steps are open in a person's hands; ties stay in order."""
    runs = StepRun.objects.filter(state=StepRun.State.OPEN, lead__in=[p.pk for p in people])
    count = Counter(runs.values_list("lead_id", flat=True))
    return lambda person: count[person.pk]
