"""Emergency purchases whose papers are due (5.1§12): open, late, and since when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from smartunion.domains.procurement.models import Purchase
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.procedures.models import StepRun

PAPERS = "backfilled"


@dataclass(frozen=True)
class Papers:
    """The papers of one emergency purchase: the last day, and whether it has passed."""

    purchase_id: int
    number: str
    title: str
    due_on: date
    days_left: int
    """Negative: so many days late."""


def open_papers(*, at: datetime) -> list[Papers]:
    """Return what is still to be handed in, the most urgent first."""
    today = campus_day(at)
    runs = StepRun.objects.filter(
        step=PAPERS, state=StepRun.State.OPEN, case__sheet__code="procurement.emergency"
    ).order_by("due_at")
    by_case = {p.case_id: p for p in Purchase.objects.filter(case__in=runs.values("case"))}
    found = []
    for run in runs:
        purchase = by_case[run.case_id]
        last = run.due_at or run.opened_at
        due_on = campus_day(last - timedelta(microseconds=1))
        found.append(
            Papers(purchase.pk, purchase.number, purchase.title, due_on, (due_on - today).days)
        )
    return found


def overdue(*, at: datetime) -> list[Papers]:
    """Return what is past its tenth day: it blocks the next emergency purchase (R221)."""
    return [papers for papers in open_papers(at=at) if papers.days_left < 0]
