"""When a limit ends: the Civil Code's reading (民法典 §200–204, §1259). Pure.

Hours, minutes and seconds run at once and through days off. Days do not count the day of the
event; a last day off rolls to the next working day unless the union promised otherwise. Working
days are those of the campus calendar. A day ends at 24:00. T29–T32, T77.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from smartunion.kernel.base.days import campus_day, end_of
from smartunion.kernel.base.workdays import Calendar

from .define import AsSet, By, Limit, Since, Unit, Within

AT_EVENT = frozenset({Since.EVENT, Since.BEFORE})
RUNNING = {Unit.SECONDS: "seconds", Unit.MINUTES: "minutes", Unit.HOURS: "hours"}


def at_event(limit: Limit | None) -> bool:
    """Test if the limit counts from the case's event, and has no end while that has no time."""
    return isinstance(limit, AsSet) or (isinstance(limit, Within) and limit.since in AT_EVENT)


@dataclass(frozen=True)
class Start:
    """The three moments that a limit may count from."""

    step_at: datetime
    trigger_at: datetime
    event_at: datetime | None = None

    def of(self, since: Since) -> datetime:
        """Return the moment that the limit counts from."""
        if since in AT_EVENT:
            if self.event_at is None:
                raise ValueError("the limit counts from an event that has no time yet")
            return self.event_at
        return self.trigger_at if since == Since.TRIGGER else self.step_at


@dataclass(frozen=True)
class Due:
    """The exclusive end of a limit; provisional while it lies in a year not yet published."""

    at: datetime
    provisional: bool = False


def due(limit: Limit, start: Start, calendar: Calendar) -> Due:
    """Return the moment after which the limit has passed."""
    if isinstance(limit, AsSet):
        return Due(start.of(Since.EVENT))
    if isinstance(limit, By):
        last = date(campus_day(start.trigger_at).year, limit.month, limit.day)
        return Due(end_of(last))
    begin = start.of(limit.since)
    if limit.since == Since.BEFORE and limit.unit not in RUNNING:
        raise ValueError("only hours, minutes and seconds count backwards from an event")
    if limit.unit in RUNNING:
        span = timedelta(**{RUNNING[limit.unit]: limit.amount})
        return Due(begin - span if limit.since == Since.BEFORE else begin + span)
    last = last_day(limit, campus_day(begin), calendar)
    return Due(end_of(last), calendar.is_provisional(last))


def last_day(limit: Within, day: date, calendar: Calendar) -> date:
    """Return the last day of a limit in days or working days; the day itself is not counted."""
    if limit.unit == Unit.WORKING_DAYS:
        return calendar.add_working_days(day, limit.amount)
    last = day + timedelta(days=limit.amount)
    return calendar.next_working_day(last) if limit.roll else last


def share(start_at: datetime, due_at: datetime, percent: int) -> datetime:
    """Return the moment at which so many per cent of the limit have passed."""
    return start_at + (due_at - start_at) * percent / 100
