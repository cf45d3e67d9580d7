"""What every page of the plan starts from: which year, which day."""

from dataclasses import dataclass
from datetime import date

from smartunion.domains.planning.reads import plan
from smartunion.domains.planning.rules.refusals import NoPlan
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.web.page import PersonRequest


@dataclass(frozen=True)
class Frame:
    """The year asked for by ?year=, else the one covering today, else the newest."""

    year: int
    years: list[int]
    on: date
    within: date
    """Today, or the nearest day of the year: money and terms are those of a day of the year."""


def frame(request: PersonRequest) -> Frame:
    """Return the page's frame; raise NoPlan when there is no such year or no plan at all."""
    on = campus_day(clock.now())
    years = plan.years()
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdigit() else plan.shown_year(on=on)
    if year not in years:
        raise NoPlan(year=year or on.year)
    own = plan.plan_of(year)
    return Frame(year, years, on, min(max(on, own.starts_on), own.closes_on))
