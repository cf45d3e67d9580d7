"""The year's figures for buying, and what a budget line still has."""

from dataclasses import dataclass
from datetime import date

from smartunion.domains.planning import public as planning
from smartunion.domains.procurement.rules import refusals
from smartunion.domains.procurement.rules.limits import Terms, terms_of


@dataclass(frozen=True)
class Line:
    """A budget line that can be bought from; sums in fen."""

    code: str
    budget_code: str
    title: str
    fund_source: str
    left_fen: int
    """What its project has neither spent nor set aside."""


def terms_on(day: date) -> Terms:
    """Return the terms of the plan year that covers the day; refused without a plan."""
    return terms_of(planning.terms("procurement", on=day))


def lines_on(day: date) -> list[Line]:
    """Return the budget lines below a project, with what the project has left."""
    year = planning.current_year(on=day)
    left = {
        fact.project: fact.budget_fen - fact.used_fen for fact in planning.execution(year, on=day)
    }
    return [
        Line(
            code=line.code,
            budget_code=line.budget_code,
            title=line.title,
            fund_source=line.fund_source,
            left_fen=left.get(line.project, 0),
        )
        for line in planning.budget_lines(year)
        if line.fund_source and not line.outside
    ]


def title_of(budget_code: str) -> str:
    """Return a budget line's title, whatever year it belongs to; its code when it has gone."""
    lines = planning.budget_lines(int(budget_code.split("/", 1)[0]))
    return next((each.title for each in lines if each.budget_code == budget_code), budget_code)


def line_on(day: date, code: str) -> Line:
    """Return one budget line of the year, or refuse."""
    for line in lines_on(day):
        if code in {line.code, line.budget_code}:
            return line
    raise refusals.BudgetUnknown(line=code)
