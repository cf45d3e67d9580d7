"""The coupons' terms and budget on a day."""

from dataclasses import dataclass
from datetime import date

from smartunion.domains.coupons.rules.terms import Terms, terms_of
from smartunion.domains.planning import public as planning


def terms_on(day: date) -> Terms:
    """Return the terms of the plan year that covers the day; refused without a plan."""
    return terms_of(
        planning.terms("coupons", on=day),
        runs=planning.terms("runs", on=day),
        growth=planning.terms("growth", on=day),
    )


@dataclass(frozen=True)
class Line:
    """The budget line of a kind; what it can still bear in fen, None where nothing bounds it."""

    budget_code: str
    title: str
    fund_source: str
    left_fen: int | None


def line_on(day: date, code: str) -> Line:
    """Return the budget line with what is left of it, or of its project where it has no sum."""
    year = planning.current_year(on=day)
    found = next(each for each in planning.budget_lines(year) if each.code == code)
    left: int | None = None
    if not found.outside:
        left = next(
            fact.budget_fen - fact.used_fen
            for fact in planning.execution(year, on=day)
            if fact.project == found.project
        )
    return Line(found.budget_code, found.title, found.fund_source, left)
