"""A year of the campus calendar as month grids."""

import calendar
from dataclasses import dataclass
from datetime import date

from smartunion.kernel.base import calendar as campus_calendar
from smartunion.kernel.base.models import CalendarDay, CalendarYear
from smartunion.kernel.base.workdays import DayFact
from smartunion.kernel.trail.models import Entry
from smartunion.kernel.trail.reads import search

RECENT = 12
"""How many entries of the trail the page shows."""


@dataclass(frozen=True)
class Month:
    """One month: weeks of seven cells from Monday, None outside the month."""

    title: str
    weeks: tuple[tuple[DayFact | None, ...], ...]
    working: int


@dataclass(frozen=True)
class YearView:
    """The months, what officers laid down, and how certain the year is."""

    months: tuple[Month, ...]
    working: int
    provisional: bool
    confirmed: CalendarYear | None
    rulings: tuple[CalendarDay, ...]
    entries: tuple[Entry, ...]
    """What officers did to the calendar, the newest first."""
    meetings: tuple[tuple[date, date], ...]
    """The fifth of each month that is a day off, and the day to which the meeting moves (T26)."""


def year_view(year: int) -> YearView:
    """Return the year's grids with day types, the meetings that move, the officers' rulings."""
    ours = campus_calendar.campus()
    months = []
    for month in range(1, 13):
        weeks = tuple(
            tuple(ours.fact(date(year, month, day)) if day else None for day in week)
            for week in calendar.Calendar().monthdayscalendar(year, month)
        )
        working = sum(1 for week in weeks for fact in week if fact and fact.is_working)
        months.append(Month(f"{month}月", weeks, working))
    fifths = [date(year, month, 5) for month in range(1, 13)]
    return YearView(
        months=tuple(months),
        working=sum(one.working for one in months),
        provisional=any(ours.is_provisional(date(year, month, 28)) for month in range(1, 13)),
        confirmed=CalendarYear.objects.filter(year=year).first(),
        entries=tuple(search(what="calendar")[:RECENT]),
        rulings=tuple(CalendarDay.objects.filter(day__year=year).order_by("day")),
        meetings=tuple(
            (day, ours.next_working_day(day)) for day in fifths if not ours.is_working_day(day)
        ),
    )
