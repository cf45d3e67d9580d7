"""Each day of the trial, its heat map is archived and published, for good (R050, T59)."""

import hashlib
import json
from datetime import date, datetime

from django.db import transaction

from smartunion.domains.merchants.models import HeatDay
from smartunion.domains.merchants.rules import refusals
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.trail.record import record


@transaction.atomic
def publish_heat(*, day: date, at: datetime) -> HeatDay:
    """Archive a finished day's cells; publishing it again returns the first. Never a small cell."""
    there = HeatDay.objects.filter(day=day).first()
    if there is not None:
        return there
    if campus_day(at) <= day:
        raise refusals.DayNotOver(day=f"{day:%m-%d}")
    cells = [[one.merchant, one.slot, one.count] for one in wallet.heat_cells(day)]
    told = json.dumps(cells, ensure_ascii=False, separators=(",", ":"))
    made = HeatDay.objects.create(
        day=day, cells=cells, least=wallet.least_payers(on=day),
        sha256=hashlib.sha256(told.encode()).hexdigest(), published_at=at,
    )  # fmt: skip
    record("merchants.heat_published", made, by=None, at=at)
    return made
