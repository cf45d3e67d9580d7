"""Being away by one's own word: from when until when, and back earlier than said."""

from datetime import date, datetime

from django.db import transaction

from smartunion.domains.membership import rules
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Absence, Person
from smartunion.kernel.trail.record import record

from .terms import leave_post


@transaction.atomic
def go_away(*, since: date, until: date, by: Person, at: datetime, because: str) -> Absence:
    """Say that one is away oneself, from today or later, until the day one is back (2.2).

    :raises Refused: it begins in the past, ends before it begins, or meets another absence
    """
    Person.objects.select_for_update().get(pk=by.pk)
    if since < campus_day(at):
        raise rules.AwayInThePast(since=_day(since), today=_day(campus_day(at)))
    other = Absence.objects.filter(person=by, since__lt=until, until__gt=since).first()
    if other is not None:
        raise rules.AwayAlready(since=_day(other.since), until=_day(other.until))
    return leave_post(person_id=by.pk, since=since, until=until, by=by, at=at, because=because)


@transaction.atomic
def come_back(*, absence_id: int, by: Person, at: datetime, because: str) -> None:
    """End one's own absence today; one that has not begun is taken back whole.

    :raises Refused: it is somebody else's, or over already
    """
    absence = Absence.objects.select_for_update().filter(pk=absence_id, person=by).first()
    today = campus_day(at)
    if absence is None:
        raise rules.Gone(what="离岗登记")
    if absence.until <= today:
        raise rules.AlreadyOver(person=by.name, until=_day(absence.until))
    if absence.since >= today:
        record(
            "people.absence_canceled", by, by=by, at=at, because=because,
            since=absence.since.isoformat(), until=absence.until.isoformat(),
        )  # fmt: skip
        absence.delete()
        return
    absence.until = today
    absence.save(update_fields=["until"])
    record("people.back", absence, by=by, at=at, because=because, until=today.isoformat())


def _day(on: date) -> str:
    return f"{on.month}月{on.day}日"
