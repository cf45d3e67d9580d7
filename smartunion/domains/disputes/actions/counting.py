"""Count who came to ask, and hold an earlier year's number: what K03 is measured against."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.disputes.models import EarlierYear, Inquiry
from smartunion.domains.disputes.rules import refusals
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record


@transaction.atomic
def count_inquiry(*, way: str, topic: str, by: Person, at: datetime) -> Inquiry:
    """Count somebody who asked for advice; who it was is neither asked nor kept."""
    made = Inquiry.objects.create(on=campus_day(at), way=way, topic=topic, by=by)
    record("disputes.inquired", made, by=by, at=at)
    return made


@transaction.atomic
def say_year(*, year: int, cases: int, source: str, by: Person, at: datetime) -> EarlierYear:
    """Say how many cases an earlier year had and where that stands; another person confirms."""
    there = EarlierYear.objects.select_for_update().filter(year=year).first()
    if there is not None and there.confirmed_by_id is not None:
        raise refusals.YearThere(year=year)
    made, _ = EarlierYear.objects.update_or_create(
        year=year, defaults={"cases": cases, "source": source, "by": by, "at": at}
    )
    record("disputes.year_said", made, by=by, at=at, because=source, cases=cases)
    return made


@transaction.atomic
def confirm_year(*, year: int, by: Person, at: datetime) -> EarlierYear:
    """Hold an earlier year's number to its source; never one's own entry."""
    it = EarlierYear.objects.select_for_update().get(year=year)
    if it.confirmed_by_id is not None:
        raise refusals.YearThere(year=year)
    if it.by_id == by.pk:
        raise refusals.SameHand(year=year)
    it.confirmed_by, it.confirmed_at = by, at
    it.save(update_fields=["confirmed_by", "confirmed_at"])
    record("disputes.year_confirmed", it, by=by, at=at, cases=it.cases)
    return it
