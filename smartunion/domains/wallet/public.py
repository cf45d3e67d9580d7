"""The one door of the shop for other domains: ids and frozen facts."""

from datetime import date, datetime

from .reads import controls, overview
from .reads.controls import Admissions, FreezingFacts
from .reads.overview import DaySums, HeatCell, MonthOfMember, Sale, SubsidyOfMember


def monthly_active(month: date) -> list[MonthOfMember]:
    """Return every registered member with what they bought in the month (K07, R053)."""
    return overview.monthly_active(month)


def monthly_active_count(month: date) -> tuple[int, int]:
    """Return the active members of the month and all registered ones, without the rows."""
    return overview.monthly_active_count(month)


def subsidies(month: date) -> list[SubsidyOfMember]:
    """Return a row for each person with a subsidy in the consumption month, and the cap (K13)."""
    return overview.subsidies(month)


def over_cap_count(month: date) -> tuple[int, int]:
    """Return for how many persons the month's subsidy passes the cap, and how many earned one."""
    return overview.over_cap_count(month)


def sales_of_month(month: date) -> list[Sale]:
    """Return what was sold in a consumption month (K22). Never a payer."""
    return overview.sales_of_month(month)


def sale_count(month: date) -> int:
    """Return how many purchases a consumption month holds."""
    return overview.sale_count(month)


def sales_of_day(day: date, *, limit: int | None = None) -> list[Sale]:
    """Return the day's purchases and declined attempts, newest first; with a limit only sales."""
    return overview.sales_of_day(day, limit=limit)


def sums_of_day(day: date) -> DaySums:
    """Return a day's turnover (fen), how many purchases and how many declined."""
    return overview.sums_of_day(day)


def heat_cells(day: date) -> list[HeatCell]:
    """Return merchant × half hour of a day; cells of too few payers hold no count (R050, T59)."""
    return overview.heat_cells(day)


def last_trading_day(*, before: date) -> date | None:
    """Return the newest day before the given one on which something was sold."""
    return overview.last_trading_day(before=before)


def admissions(*, at: datetime) -> Admissions:
    """Return how many merchants trade, and how many have signed and paid in full (7.1①, R241)."""
    return controls.admissions(at=at)


def freezing_facts() -> FreezingFacts:
    """Return when the freezing rule was last asked and last struck (7.1②, R241)."""
    return controls.freezing_facts()
