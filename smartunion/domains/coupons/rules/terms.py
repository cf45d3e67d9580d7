"""The numbers of coupons, dated terms of the plan year. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

SPORT, RESEARCH = "sport", "research"


@dataclass(frozen=True)
class Terms:
    """What a coupon is worth, how long, where and how often. Amounts in fen."""

    face_fen: Mapping[str, int]
    line: Mapping[str, str]
    """The budget line that each kind is charged to, within the year."""
    valid_days: Mapping[str, int]
    remind_days: int
    venue_categories: tuple[str, ...]
    items: tuple[str, ...]
    research_sources: tuple[str, ...]
    most_of_one: int
    """How many sport coupons one person can earn in a year (T10)."""
    most_research: int


def terms_of(
    given: Mapping[str, Any], *, runs: Mapping[str, Any], growth: Mapping[str, Any]
) -> Terms:
    """Return the terms out of the plan's own words; a missing number is never guessed."""
    return Terms(
        face_fen={SPORT: int(runs["reward_fen"]), RESEARCH: int(growth["voucher_fen"])},
        line={kind: str(given["budget_lines"][kind]) for kind in (SPORT, RESEARCH)},
        valid_days={kind: int(given["valid_days"][kind]) for kind in (SPORT, RESEARCH)},
        remind_days=int(given["remind_days"]),
        venue_categories=tuple(given["venue_categories"]),
        items=tuple(given["items"]),
        research_sources=tuple(given["research_sources"]),
        most_of_one=int(runs["season_runs"]) // int(runs["reward_every"]),
        most_research=int(growth["voucher_count"]),
    )


def expires_on(kind: str, issued_on: date, terms: Terms) -> date:
    """Return the last day of a coupon: so many days after its issue, never past the year."""
    last = issued_on + timedelta(days=terms.valid_days[kind])
    return min(last, date(issued_on.year, 12, 31))


def most_of(kind: str, terms: Terms) -> int:
    """Return how many there can be in a year: of one person (sport), of all (research)."""
    return terms.most_of_one if kind == SPORT else terms.most_research
