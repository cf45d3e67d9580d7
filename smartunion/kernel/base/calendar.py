"""The campus calendar (校历), with what officers have laid down. Ask once, pass the Calendar on."""

from datetime import date

from .models import CalendarDay, CalendarYear
from .workdays import Calendar, Ruling


def campus() -> Calendar:
    """Return the calendar in force now: two small queries; pure from here on."""
    return Calendar(
        rulings={
            day: Ruling(is_working, label)
            for day, is_working, label in CalendarDay.objects.values_list(
                "day", "is_working", "label"
            )
        },
        confirmed_years=frozenset(CalendarYear.objects.values_list("year", flat=True)),
    )


def is_working_day(day: date) -> bool:
    """Test if the campus works on the day, make-up Saturdays included (T30)."""
    return campus().is_working_day(day)


def is_provisional(day: date) -> bool:
    """Test if the day's year is computed as Monday to Friday and not yet confirmed."""
    return campus().is_provisional(day)


def add_working_days(day: date, n: int) -> date:
    """Return the n-th working day after the day, which is itself not counted (5.1§7, T30)."""
    return campus().add_working_days(day, n)


def next_working_day(day: date) -> date:
    """Return the day itself if the campus works, else the next day on which it does (T26)."""
    return campus().next_working_day(day)


def working_days_between(a: date, b: date) -> int:
    """Return how many working days lie after `a` up to and including `b`."""
    return campus().working_days_between(a, b)
