"""Days on campus. Pure: rules may use it."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CAMPUS = ZoneInfo("Asia/Shanghai")


def campus_day(at: datetime) -> date:
    """Return the calendar day on campus, which is what the plan's dates mean."""
    return at.astimezone(CAMPUS).date()


def campus_month(at: datetime) -> date:
    """Return the first day of the campus month."""
    return campus_day(at).replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def start_of(day: date) -> datetime:
    """Return the first moment of a campus day."""
    return datetime.combine(day, time.min, CAMPUS)


def end_of(day: date) -> datetime:
    """Return the exclusive end of a campus day: 前 and 以内 include the day (T77)."""
    return start_of(day + timedelta(days=1))
