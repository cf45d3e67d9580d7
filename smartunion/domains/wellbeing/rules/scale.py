"""The ninety answers and what they add up to: integers, half-open bands (3.2-2, T39–T41). Pure.

The numbers and factors of the scale are its structure and stand here; its wording does not (see
reads/instrument.py). A draft is never scored: without ninety whole answers there is no result.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from . import refusals

ALGORITHM = "1"
"""Changes when the way of counting does: a stored result says by which it was counted."""

ITEMS, LEAST, MOST = 90, 1, 5


class Band(StrEnum):
    """Which way a result leads; the words are the plan's, never shown to the person."""

    NONE = "none"
    BLUE = "blue"
    YELLOW = "yellow"
    REVIEW = "review"
    """A single answer asks for red: a person of the centre looks first, against a clock (T41)."""
    RED = "red"

    @property
    def rank(self) -> int:
        """Return how grave it is, 0 for none."""
        return list(Band).index(self)

    @property
    def words(self) -> str:
        """Return the plan's word for the desk of the centre."""
        return {
            "none": "无预警", "blue": "蓝色", "yellow": "黄色", "review": "红色前复核",
            "red": "红色",
        }[self.value]  # fmt: skip


@dataclass(frozen=True)
class Factor:
    """One factor: its items by number."""

    code: str
    name: str
    items: tuple[int, ...]
    clinical: bool = True
    """The tenth gathers what is left (sleep, food …) and counts in no band unless policy says."""


FACTORS = (
    Factor("SOM", "躯体化", (1, 4, 12, 27, 40, 42, 48, 49, 52, 53, 56, 58)),
    Factor("OC", "强迫", (3, 9, 10, 28, 38, 45, 46, 51, 55, 65)),
    Factor("INT", "人际关系敏感", (6, 21, 34, 36, 37, 41, 61, 69, 73)),
    Factor("DEP", "抑郁", (5, 14, 15, 20, 22, 26, 29, 30, 31, 32, 54, 71, 79)),
    Factor("ANX", "焦虑", (2, 17, 23, 33, 39, 57, 72, 78, 80, 86)),
    Factor("HOS", "敌对", (11, 24, 63, 67, 74, 81)),
    Factor("PHOB", "恐怖", (13, 25, 47, 50, 70, 75, 82)),
    Factor("PAR", "偏执", (8, 18, 43, 68, 76, 83)),
    Factor("PSY", "精神病性", (7, 16, 35, 62, 77, 84, 85, 87, 88, 90)),
    Factor("ADD", "其他", (19, 44, 59, 60, 64, 66, 89), clinical=False),
)
NAMES = {factor.code: factor.name for factor in FACTORS}


@dataclass(frozen=True)
class Floor:
    """A single answer that lifts the band: this item, answered so or higher, at least this band."""

    item: int
    at_least: int
    band: Band


@dataclass(frozen=True)
class Policy:
    """How results are counted: the plan's three borders, the switches, the signed floor."""

    borders: tuple[int, int, int]
    count_additional: bool = False
    floor: tuple[Floor, ...] = ()
    """Empty until the head of the centre has signed it."""

    def told(self) -> dict[str, Any]:
        """Return the policy as data: it is kept with every result counted by it."""
        return {
            "score": "max_factor",
            "borders": list(self.borders),
            "count_additional": self.count_additional,
            "floor": [[one.item, one.at_least, one.band.value] for one in self.floor],
        }


def policy_of(told: Mapping[str, Any]) -> Policy:
    """Return the policy that data tell, as `Policy.told` wrote them."""
    if told.get("score", "max_factor") != "max_factor":
        raise ValueError(f"no such way to count: {told['score']}")
    blue, yellow, red = told["borders"]
    assert LEAST < blue < yellow < red <= MOST
    return Policy(
        (blue, yellow, red), bool(told.get("count_additional")), floor_of(told.get("floor", ()))
    )


def floor_of(rows: Sequence[Sequence[Any]]) -> tuple[Floor, ...]:
    """Return the floor from its rows [item, least answer, band]."""
    floor = tuple(Floor(int(item), int(least), Band(band)) for item, least, band in rows)
    assert all(1 <= one.item <= ITEMS and LEAST <= one.at_least <= MOST for one in floor)
    return floor


@dataclass(frozen=True)
class Result:
    """What ninety answers add up to."""

    sums: Mapping[str, int]
    total: int
    positive: int
    """Items answered two or higher."""
    band: Band
    plan_band: Band
    """By the factors alone, before the floor."""
    top: str
    critical: tuple[int, ...]
    """Items of the floor that have lifted, or would have."""

    @property
    def is_lifted(self) -> bool:
        """Test if a single answer has lifted the band above that of the factors."""
        return self.band != self.plan_band

    def text(self) -> str:
        """Return the result as the one text that is stored, the same bytes for the same answers."""
        told = {
            "algorithm": ALGORITHM,
            "sums": dict(self.sums),
            "total": self.total,
            "positive": self.positive,
            "band": self.band.value,
            "plan_band": self.plan_band.value,
            "top": self.top,
            "critical": list(self.critical),
        }
        return json.dumps(told, sort_keys=True, separators=(",", ":"))


def result_of(text: str) -> Result:
    """Return the result that a stored text tells."""
    told = json.loads(text)
    return Result(
        sums=told["sums"],
        total=told["total"],
        positive=told["positive"],
        band=Band(told["band"]),
        plan_band=Band(told["plan_band"]),
        top=told["top"],
        critical=tuple(told["critical"]),
    )


def checked(raw: object) -> tuple[int, ...]:
    """Return ninety whole answers of 1 to 5; refuse anything else, naming what is wrong."""
    if not isinstance(raw, Sequence) or isinstance(raw, str | bytes) or len(raw) != ITEMS:
        given = len(raw) if isinstance(raw, Sequence) else 0
        raise refusals.AnswersMissing(given=given, needed=ITEMS)
    for number, value in enumerate(raw, 1):
        if type(value) is not int or not LEAST <= value <= MOST:
            raise refusals.AnswerOutside(item=number, value=value, least=LEAST, most=MOST)
    return tuple(raw)


def score(answers: Sequence[int], policy: Policy) -> Result:
    """Return what the answers add up to under a policy; they must be whole (`checked`)."""
    assert len(answers) == ITEMS
    assert all(LEAST <= one <= MOST for one in answers)
    sums = {factor.code: sum(answers[n - 1] for n in factor.items) for factor in FACTORS}
    counted = [f for f in FACTORS if f.clinical or policy.count_additional]
    top = counted[0]
    for factor in counted[1:]:
        if sums[factor.code] * len(top.items) > sums[top.code] * len(factor.items):
            top = factor
    plan_band = max(
        (band_of(sums[f.code], len(f.items), policy.borders) for f in counted),
        key=lambda band: band.rank,
    )
    struck = [one for one in policy.floor if answers[one.item - 1] >= one.at_least]
    return Result(
        sums=sums,
        total=sum(answers),
        positive=sum(1 for one in answers if one > LEAST),
        band=max([plan_band, *(one.band for one in struck)], key=lambda band: band.rank),
        plan_band=plan_band,
        top=top.code,
        critical=tuple(sorted({one.item for one in struck})),
    )


def band_of(total: int, items: int, borders: tuple[int, int, int]) -> Band:
    """Return the band of one factor: [2,3) blue, [3,4) yellow, [4,5] red, by unrounded fractions.

    A border is met when the sum reaches that many times the number of items (T39): nothing is
    divided, so nothing is rounded.
    """
    blue, yellow, red = borders
    if total >= red * items:
        return Band.RED
    if total >= yellow * items:
        return Band.YELLOW
    return Band.BLUE if total >= blue * items else Band.NONE


def tenths(total: int, items: int) -> int:
    """Return a factor's score in tenths, rounded half up: for the eye only, never for a band."""
    return (20 * total + items) // (2 * items)


def flags(answers: Sequence[int], seconds: int | None, *, least_seconds: int) -> tuple[str, ...]:
    """Return what speaks against the answers' being meant; for the centre, never for the band."""
    found = []
    if len(set(answers)) == 1:
        found.append("全部题目选了同一个答案")
    if seconds is not None and seconds < least_seconds:
        found.append(f"作答不足 {least_seconds} 秒")
    return tuple(found)
