"""The campus calendar is changed by an officer with a reason, from today on."""

from datetime import date, datetime

from django.db import transaction

from smartunion.domains.planning.rules.refusals import DayPast, ReasonMissing, YearPublished
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.models import CalendarDay, CalendarYear
from smartunion.kernel.base.workdays import published
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record


def _words(by: Person) -> str:
    return f"{by.name}（{by.username}）"


@transaction.atomic
def rule_day(
    *, day: date, is_working: bool, label: str, by: Person, at: datetime, because: str
) -> CalendarDay:
    """Lay down that the campus works or rests on a day, over the state's calendar (T30).

    Raises DayPast for a day before today, because deadlines have been counted by it; ReasonMissing.
    """
    if not because.strip():
        raise ReasonMissing
    if day < campus_day(at):
        raise DayPast(day=day.isoformat())
    row, _ = CalendarDay.objects.update_or_create(
        day=day,
        defaults={
            "is_working": is_working,
            "label": label,
            "because": because,
            "by": _words(by),
            "at": at,
        },
    )
    record(
        "calendar.day_ruled",
        row,
        by=by,
        at=at,
        because=because,
        day=day.isoformat(),
        is_working="上班" if is_working else "休息",
        label=label,
    )
    return row


@transaction.atomic
def lift_day(*, day: date, by: Person, at: datetime, because: str) -> None:
    """Take back what was laid down for a day; the state's calendar holds again."""
    if not because.strip():
        raise ReasonMissing
    if day < campus_day(at):
        raise DayPast(day=day.isoformat())
    row = CalendarDay.objects.select_for_update().filter(day=day).first()
    if row is not None:
        record("calendar.day_lifted", row, by=by, at=at, because=because, day=day.isoformat())
        row.delete()


@transaction.atomic
def confirm_year(*, year: int, by: Person, at: datetime, because: str) -> None:
    """Confirm a year that was computed as Monday to Friday; confirming twice keeps the first."""
    if not because.strip():
        raise ReasonMissing
    if published(date(year, 1, 1)) is not None and published(date(year, 12, 31)) is not None:
        raise YearPublished(year=year)
    row, fresh = CalendarYear.objects.get_or_create(
        year=year, defaults={"because": because, "by": _words(by), "at": at}
    )
    if fresh:
        record("calendar.year_confirmed", row, by=by, at=at, because=because, year=year)
