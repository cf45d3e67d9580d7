"""Where a proposal stands, who may sign one, and the terms of the day."""

from datetime import date, datetime

from django.db.models import Q

from smartunion.domains.planning import public as planning
from smartunion.domains.proposals.models import Proposal
from smartunion.domains.proposals.procedure import PROPOSAL
from smartunion.domains.proposals.rules import refusals
from smartunion.domains.proposals.rules.terms import Terms, terms_of
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate, held_on
from smartunion.kernel.procedures.models import StepRun

DELEGATE = "congress_delegate"
VIEW = "proposals.view"


def terms_on(day: date) -> Terms:
    """Return the terms of the plan year that covers the day; refused without a plan."""
    return terms_of(planning.terms("congress", on=day))


def is_delegate(person: Person, at: datetime) -> bool:
    """Test if somebody is a delegate of a congress today."""
    return held_on(campus_day(at)).filter(person=person, office__code=DELEGATE).exists()


def open_run(proposal: Proposal, step: str) -> StepRun:
    """Return the open run of a proposal's step; refused if it is another step's turn."""
    run = StepRun.objects.filter(case=proposal.case_id, step=step, state=StepRun.State.OPEN).first()
    if run is None:
        raise refusals.StepNotOpen(step=PROPOSAL.name_of(step))
    return run


def of_run(run_id: int) -> Proposal | None:
    """Return the proposal that a step is of, or None."""
    case = StepRun.objects.filter(pk=run_id).values_list("case", flat=True).first()
    return Proposal.objects.filter(case=case).first() if case else None


def may_see(it: Proposal, person: Person, mandate: Mandate, at: datetime) -> bool:
    """Test if somebody may open a proposal: delegates once it is handed in, its people always."""
    if mandate.may(VIEW) or it.proposer_id == person.pk:
        return True
    mine = it.case.runs.filter(Q(lead=person) | Q(backup=person)).exists()
    return mine or is_delegate(person, at)
