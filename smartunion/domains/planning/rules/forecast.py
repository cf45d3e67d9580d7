"""Where a project's money ends up at the year's end, in both readings of 1:1.2 (T04, T05)."""

import calendar
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor

from smartunion.kernel.base.days import next_month

ON_TOP, INCLUSIVE = "ON_TOP", "INCLUSIVE"
"""读法甲: the merchant gets the spending plus 1.2 of it. 读法乙: 1.2 of it in all."""


@dataclass(frozen=True)
class SubsidyTerms:
    """What the forecast takes from the year's terms."""

    cap_fen: int
    rate: Fraction
    allotment_fen: int
    mode: str
    launch_on: date
    closes_on: date
    active_share: Fraction


@dataclass(frozen=True)
class Forecast:
    """A year-end figure in both readings, in fen."""

    on_top_fen: int
    inclusive_fen: int


def month_fen(terms: SubsidyTerms, *, mode: str) -> int:
    """Return what one member who spends the whole allotment costs the union in one month.

    ON_TOP: 200 yuan earn the merchant 240 more. INCLUSIVE: the merchant is settled at 240 in all,
    of which 200 are the member's own spending, so the union adds 40 (T04).
    """
    full = min(terms.cap_fen, floor(terms.allotment_fen * terms.rate))
    return full if mode == ON_TOP else max(full - terms.allotment_fen, 0)


def months_left(terms: SubsidyTerms, *, on: date) -> Fraction:
    """Return how many months of subsidy come after the day, the current one in part."""
    left = Fraction(0)
    month = max(on.replace(day=1), terms.launch_on.replace(day=1))
    while month <= terms.closes_on:
        length = calendar.monthrange(month.year, month.month)[1]
        past = on.day if month == on.replace(day=1) else 0
        left += Fraction(length - past, length)
        month = next_month(month)
    return left


def of_subsidy(*, spent_fen: int, members: int, on: date, terms: SubsidyTerms) -> Forecast:
    """Return the mall's subsidy at the year's end in both readings (T05).

    What was spent is known in the mode in force; the other reading of the same purchases is that
    share of it which the reading would have cost. What is to come is
    cap × members × active share × months.
    """
    on_top, inclusive = (month_fen(terms, mode=mode) for mode in (ON_TOP, INCLUSIVE))
    in_force = on_top if terms.mode == ON_TOP else inclusive
    to_come = members * terms.active_share * months_left(terms, on=on)

    def year_end(per_month: int) -> int:
        spent = floor(Fraction(spent_fen * per_month, in_force)) if in_force else spent_fen
        return spent + floor(per_month * to_come)

    return Forecast(year_end(on_top), year_end(inclusive))


def most_members(budget_fen: int, *, months: int, terms: SubsidyTerms) -> int:
    """Return how many members the budget pays for at full use (T05: 2000 for ten months)."""
    return budget_fen // (month_fen(terms, mode=ON_TOP) * months)


def known_fen(*, spent_fen: int, encumbered_fen: int, planned_fen: int | None) -> int:
    """Return what a line will have cost at least: what is bound, or what the plan sets aside."""
    return max(spent_fen + encumbered_fen, planned_fen or 0)


def alarm(used_fen: int, budget_fen: int, percents: list[int]) -> int:
    """Return the highest alarm line reached (80, 90, 100), or 0 (T05).

    A project without a budget is past every line as soon as anything is spent.
    """
    if budget_fen == 0:
        return max(percents) if used_fen > 0 else 0
    return max((line for line in percents if used_fen * 100 >= budget_fen * line), default=0)
