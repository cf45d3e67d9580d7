"""Who comes next, in plain rules. Asks no table."""

from collections.abc import Sequence

from smartunion.kernel.duty.reads import Pair
from smartunion.kernel.people.models import Person

from .define import Part


def in_turn(own: Pair | None, leaders: Pair | None) -> list[tuple[Part, Person]]:
    """Return who is asked for a post, one after the other; nobody twice.

    The duty, the deputy, then the duty leader and the leader's deputy (design 4.B.2).
    """
    named: list[tuple[Part, Person | None]] = []
    if own is not None:
        named += [(Part.PRIMARY, own.primary), (Part.DEPUTY, own.deputy)]
    if leaders is not None:
        named += [(Part.LEADER, leaders.primary), (Part.LEADER, leaders.deputy)]
    found: dict[int, tuple[Part, Person]] = {}
    for part, person in named:
        if person is not None:
            found.setdefault(person.pk, (part, person))
    return list(found.values())


def in_line(
    crew: Sequence[Person], leaders: Sequence[tuple[Part, Person]]
) -> list[tuple[Part, Person]]:
    """Return a crew in turn, the first its primary and the others deputies, then the leaders."""
    named = [(Part.DEPUTY if n else Part.PRIMARY, person) for n, person in enumerate(crew)]
    there = {person.pk for person in crew}
    return named + [(part, person) for part, person in leaders if person.pk not in there]


def next_after(free: Sequence[bool], turn: int) -> int | None:
    """Return the next turn after this one that is free, None when there is none."""
    return next((n for n in range(turn + 1, len(free)) if free[n]), None)
