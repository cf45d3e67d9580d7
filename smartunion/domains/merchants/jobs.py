"""What the worker does for merchants: ask the rules every night, draw what is due."""

from datetime import datetime, timedelta

from smartunion.domains.merchants.actions import calling, detecting, publishing
from smartunion.domains.merchants.models import CallSample, HeatDay, Scan
from smartunion.domains.wallet import public as wallet
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


def publish(*, at: datetime) -> int:
    """Publish the heat map of every finished day of the trial (R050); return how many are new."""
    today = campus_day(at)
    try:
        days = wallet.trial_days(on=today)
    except Refused:
        return 0  # no plan covers the day
    there = set(HeatDay.objects.values_list("day", flat=True))
    due = [day for day in days if day < today and day not in there]
    for day in due:
        publishing.publish_heat(day=day, at=at)
    return len(due)


FIRST_DAYS = 5
"""How long the month before is still asked: late uploads come in until its review."""
