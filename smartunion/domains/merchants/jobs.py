"""What the worker does for merchants: ask the rules every night, draw what is due."""

from datetime import datetime, timedelta

from smartunion.domains.merchants.actions import calling, detecting
from smartunion.domains.merchants.models import CallSample, Scan
from smartunion.kernel.base.days import campus_day, campus_month
from smartunion.kernel.base.refusals import Refused


def watch(*, at: datetime) -> None:
    """Ask the rules once a day of this month and, in its first days, of the one before.

    Draw last month's sample as soon as there is one to draw. Safe to run at any time.
    """
    this = campus_month(at)
    before = campus_month(at - timedelta(days=campus_day(at).day))
    for month in (before, this) if campus_day(at).day <= FIRST_DAYS else (this,):
        last = Scan.objects.filter(month=month).order_by("-at").first()
        if last is None or campus_day(last.at) < campus_day(at):
            try:
                detecting.scan(month=month, by=None, at=at)
            except Refused:
                return  # no plan covers the day
    if not CallSample.objects.filter(month=before).exists():
        try:
            calling.draw(month=before, by=None, at=at)
        except Refused:
            return  # nothing was sold, or the books have no block yet: asked again later


FIRST_DAYS = 5
"""How long the month before is still asked: late uploads come in until its review."""
