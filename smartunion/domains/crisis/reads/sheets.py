"""A step of after-care as its page shows it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from smartunion.domains.crisis.models import Advance, Escort, RedCase
from smartunion.domains.crisis.procedure import SHEETS
from smartunion.domains.crisis.reads import cases
from smartunion.domains.crisis.reads.figures import fund_on, terms_on
from smartunion.domains.crisis.rules.money import Fund
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures.define import Step
from smartunion.kernel.procedures.models import StepRun


@dataclass(frozen=True)
class Found:
    """An after-care step with the red case that it belongs to."""

    run: StepRun
    step: Step
    case: RedCase
    mine: bool
    escort: Escort | None
    advance: Advance | None

    @property
    def left_fen(self) -> int:
        """Return what of the advance is neither back nor charged."""
        return self.advance.amount_fen - self.advance.settled_fen if self.advance else 0


def step_of(run_id: int, person: Person) -> Found | None:
    """Return the step for its A or B; None for everybody else, whatever their office."""
    run = (
        StepRun.objects.select_related("case__sheet", "lead", "backup")
        .filter(Q(lead=person) | Q(backup=person), pk=run_id)
        .first()
    )
    if run is None:
        return None
    sheet = next((one for one in SHEETS if one.code == run.case.sheet.code), None)
    case = (
        RedCase.objects.select_related("unit")
        .filter(
            Q(escort_case=run.case_id) | Q(debrief_case=run.case_id) | Q(telling_case=run.case_id)
        )
        .first()
    )
    if sheet is None or case is None or cases.is_about(case, person):
        return None
    return Found(
        run=run,
        step=sheet.step(run.step),
        case=case,
        mine=run.state == StepRun.State.OPEN,
        escort=Escort.objects.select_related("by").filter(case=case).first(),
        advance=Advance.objects.filter(case=case).first(),
    )


def fund(at: datetime) -> Fund | None:
    """Return how the fund stands now."""
    return fund_on(terms_on(at), at=at)
