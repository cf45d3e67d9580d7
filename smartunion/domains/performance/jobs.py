"""What the clock asks of the indicators."""

import logging
from datetime import datetime

from smartunion.domains.performance import actions
from smartunion.domains.performance.models import Measurement
from smartunion.domains.performance.reads import figures
from smartunion.domains.performance.reads.catalog import MEASURES
from smartunion.domains.performance.rules.periods import periods_of
from smartunion.domains.planning import public as planning
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused

log = logging.getLogger(__name__)


def freeze_closed_periods(*, at: datetime) -> list[Measurement]:
    """Freeze every closed period of the year that has no snapshot yet; safe to repeat.

    A day that no adopted plan year covers has nothing to freeze.
    """
    on = campus_day(at)
    try:
        year = planning.current_year(on=on)
    except Refused as no:
        log.debug("nothing to freeze: %s", no)
        return []
    kept = figures.snapshots(year)
    frozen = []
    for fact in planning.indicators(year):
        if fact.code not in MEASURES:
            continue
        for period in periods_of(fact.freq, year, until=on):
            if period.is_closed(on) and (fact.code, period.first) not in kept:
                snapshot = actions.freeze(
                    code=fact.code, first=period.first, by=None, at=at, because="账期结束"
                )
                if snapshot is not None:
                    frozen.append(snapshot)
    return frozen
