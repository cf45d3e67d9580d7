"""Freezing a figure: the snapshot of a closed period."""

from datetime import date, datetime

from django.db import transaction

from smartunion.domains.performance.models import Measurement
from smartunion.domains.performance.reads import figures
from smartunion.domains.performance.rules.counting import fingerprint
from smartunion.domains.performance.rules.refusals import PeriodOpen
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record


@transaction.atomic
def freeze(
    *, code: str, first: date, by: Person | None, at: datetime, because: str = ""
) -> Measurement | None:
    """Freeze a closed period's figure with the hash of its rows (4.2, R209).

    The same rows twice are one snapshot; None where the period does not count at all. Refuses an
    unknown indicator, one that nothing counts yet, and a period that has not ended.
    """
    on = campus_day(at)
    found, rows = figures.rows_of(code, on=on, first=first)
    point, measure = found.now, found.measure
    assert measure is not None
    if not point.period.is_closed(on):
        raise PeriodOpen(code=code, period=point.period.label)
    if point.tally is None:
        return None
    snapshot, is_new = Measurement.objects.get_or_create(
        code=code,
        since=point.period.first,
        until=point.period.until,
        version=measure.version,
        rows_sha256=fingerprint(rows),
        defaults={
            "kind": measure.kind,
            "as_of": point.period.last,
            "part": point.tally.part,
            "whole": point.tally.whole,
            "n": point.tally.n,
            "hits": point.tally.hits,
            "excluded": list(point.tally.excluded),
            "op": found.fact.op,
            "target": found.fact.target,
            "state": point.state,
            "at": at,
            "by": by,
            "because": because,
        },
    )
    if is_new:
        record(
            "performance.frozen", snapshot, by=by, at=at, because=because,
            indicator=code, period=point.period.label, rows_sha256=snapshot.rows_sha256,
        )  # fmt: skip
    return snapshot
