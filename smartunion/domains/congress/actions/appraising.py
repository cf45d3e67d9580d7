"""Below the pass mark: the report in writing, its posting, the vote anew (3.4-1③, R161, R162)."""

from datetime import datetime
from fractions import Fraction

from django.db import transaction

from smartunion.domains.congress.models import Election, Rectification
from smartunion.domains.congress.procedure import RECTIFICATION
from smartunion.domains.congress.rules.counting import decimals
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.trail.record import record


@transaction.atomic
def demand(*, election: Election, mean: Fraction, by: Person, at: datetime) -> Rectification:
    """Open the rectification of an appraisal; the ten days count from the meeting."""
    there = Rectification.objects.filter(election=election).first()
    if there is not None:
        return there
    names = "、".join(election.candidates.order_by("number").values_list("words", flat=True))
    case = engine.open_case(
        sheet=RECTIFICATION,
        title=f"{election.meeting.congress} {names}评议整改",
        facts={"appraised": names, "mean": decimals(mean), "report": ""},
        unit=election.meeting.congress.unit,
        event_at=election.meeting.starts_at,
        by=by,
        at=at,
    )
    made = Rectification.objects.create(election=election, case=case)
    record("congress.rectification_demanded", made, by=by, at=at, mean=decimals(mean))
    return made
