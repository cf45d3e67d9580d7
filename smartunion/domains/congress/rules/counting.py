"""When a vote may be opened, and how its ballots count (选举法 §40-45, 3.4-1①). Pure.

The numbers come from the plan's terms: the differential, the quorum, whose majority it takes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

ABSTAIN, YES, NO = range(3)
BALLOT_ABSTAINS = 101
"""A score that says: I give none."""

FULL = 100

PATTERN = 6
"""With more names than these a ballot has more than 700 faces: one can be agreed beforehand."""

CHOICES = 2
"""Yes and no: what is summed where only the sums are opened."""


@dataclass(frozen=True)
class Rules:
    """How one vote counts, frozen when its names are.

    `base` is entitled (应到), present (实到) or valid (有效票); `writes` is the highest number of
    the roll that may be written in, 0 where nobody may.
    """

    seats: int
    names: int
    entitled: int
    present: int
    base: str = "entitled"
    writes: int = 0

    @property
    def most(self) -> int:
        """Return the largest value that a ballot can say."""
        return int(3**self.names) * (self.writes + 1) - 1


def names_needed(seats: int, percent: int) -> int:
    """Return how many names so many seats need: a share of the seats more, rounded up (T60)."""
    return seats + ceil(Fraction(seats * percent, 100))


def quorum(entitled: int, share: tuple[int, int]) -> int:
    """Return how many must be present."""
    return ceil(Fraction(entitled * share[0], share[1]))


def said(value: int | None, rules: Rules) -> tuple[list[int], int] | None:
    """Return a ballot's mark for each name and the number written in; None for a spoilt one."""
    if value is None or not 0 <= value <= rules.most:
        return None
    found = []
    for _ in range(rules.names):
        value, each = divmod(value, 3)
        found.append(each)
    chosen = found.count(YES) + (1 if value else 0)
    return (found, value) if chosen <= rules.seats else None


def value_of(marks: Sequence[int], written: int = 0) -> int:
    """Return the one integer that a ballot is."""
    value = written
    for each in reversed(marks):
        value = value * 3 + each
    return value


def counted(opened: Sequence[int | None], rules: Rules) -> dict[str, Any]:
    """Return the count: elected is who has the majority, the most votes first, nobody of a tie.

    Names are told as c1, c2 … in the ballot's order, who was written in as w and their number.
    """
    ballots = [said(one, rules) for one in opened]
    good = [one for one in ballots if one is not None]
    yes = [sum(marks[at] == YES for marks, _ in good) for at in range(rules.names)]
    no = [sum(marks[at] == NO for marks, _ in good) for at in range(rules.names)]
    written = Counter(number for _, number in good if number)
    bases: Mapping[str, int] = {
        "entitled": rules.entitled, "present": rules.present, "valid": len(good),
    }  # fmt: skip
    need = bases[rules.base] // 2 + 1
    votes = {f"c{at + 1}": each for at, each in enumerate(yes)}
    votes |= {f"w{number}": each for number, each in written.items()}
    rank = sorted((one for one in votes if votes[one] >= need), key=lambda one: -votes[one])
    elected, tied = rank[: rules.seats], []
    if len(rank) > rules.seats and votes[rank[rules.seats - 1]] == votes[rank[rules.seats]]:
        level = votes[rank[rules.seats]]
        elected = [one for one in rank if votes[one] > level]
        tied = [one for one in rank if votes[one] == level]
    return {
        "yes": yes, "no": no, "written": {str(n): each for n, each in written.items()},
        "spoilt": len(ballots) - len(good), "need": need,
        "elected": sorted(elected), "tied": sorted(tied),
    }  # fmt: skip


def totalled(opened: Sequence[int | None], ballots: int, rules: Rules) -> dict[str, Any]:
    """Return the count of a vote of which only yes and no were summed; the rest abstained."""
    yes, no = (one or 0 for one in opened)
    need = {"entitled": rules.entitled, "present": rules.present}.get(rules.base, ballots) // 2 + 1
    return {
        "yes": [yes], "no": [no], "abstained": ballots - yes - no, "written": {}, "spoilt": 0,
        "need": need, "elected": ["c1"] if yes >= need else [], "tied": [],
    }  # fmt: skip


def scored(opened: Sequence[int | None]) -> dict[str, int]:
    """Return the count of an appraisal: how many scores, their sum; the mean is never rounded."""
    good = [one for one in opened if one is not None and one <= FULL]
    abstained = sum(one == BALLOT_ABSTAINS for one in opened)
    return {
        "valid": len(good), "sum": sum(good), "abstained": abstained,
        "spoilt": len(opened) - len(good) - abstained,
    }  # fmt: skip


def mean(count: Mapping[str, int]) -> Fraction | None:
    """Return the exact mean of the valid scores; None for none."""
    return Fraction(count["sum"], count["valid"]) if count["valid"] else None


def short(rules: Rules, count: Mapping[str, Any]) -> int:
    """Return how many seats stay empty beside those of a tie."""
    left = rules.seats - len(count["elected"])
    return max(0, left - len(count["tied"]))


def decimals(mean: Fraction) -> str:
    """Return a mean with as many decimals as tell it apart from a whole number, never rounded up.

    79.9999 stays below 80 on paper: six decimals, cut, not rounded.
    """
    cut = int(mean * 10**6)
    return f"{cut // 10**6}.{cut % 10**6:06}".rstrip("0").rstrip(".")
