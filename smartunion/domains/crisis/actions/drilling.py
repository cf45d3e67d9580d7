"""A drill: the same code, the same roster, about nobody (B.7)."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.crisis.models import RedCase
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.trail.record import record

from . import opening


@transaction.atomic
def begin(*, unit: Unit | None, by: Person | None, at: datetime) -> RedCase:
    """Open a drill for a unit: its number begins with Y, and no person stands behind it."""
    case = opening.open_case(
        subject=None,
        unit=unit,
        source=RedCase.Source.REPORT,
        drill=True,
        basis="演练",
        by=by,
        at=at,
    )
    record("crisis.drilled", case, by=by, at=at)
    return case
