"""Where a proposal stands, who may sign one, and the terms of the day."""

from datetime import date, datetime

from django.db.models import Q

from smartunion.domains.congress import public as congress
from smartunion.domains.planning import public as planning
from smartunion.domains.proposals.models import Cosigner, Proposal
from smartunion.domains.proposals.procedure import MERGED, PROPOSAL
from smartunion.domains.proposals.rules import refusals
from smartunion.domains.proposals.rules.terms import Terms, terms_of
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate, granted
from smartunion.kernel.procedures.models import StepRun, Stop

VIEW, WORK = "proposals.view", "proposals.work"


def terms_on(day: date) -> Terms:
    """Return the terms of the plan year that covers the day; refused without a plan."""
    return terms_of(planning.terms("congress", on=day))


def is_delegate(person: Person, at: datetime) -> bool:
    """Test if somebody sits in a congress today."""
    return bool(congress.seats_of(person, on=campus_day(at)))


def sits_with(it: Proposal, at: datetime) -> set[int]:
    """Return who sits today in the congress to which a proposal is made, by their numbers."""
    return sitting_in(it.unit_id, at)


def sitting_in(unit_id: int, at: datetime) -> set[int]:
    """Return who sits in a unit's congress today, by their numbers."""
    return {one.pk for one in congress.sitting(unit_id, on=campus_day(at))}


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
    signed = it.cosigners.filter(person=person).exists()
    return mine or signed or is_delegate(person, at)


def matters_of(person: Person) -> list[str]:
    """Answer for the tree: what the trail calls the proposals that somebody has signed."""
    rows = Proposal.objects.filter(cosigners__person=person).values_list("pk", flat=True)
    return [f"{Proposal._meta.label_lower}:{pk}" for pk in rows]


def raters(it: Proposal) -> list[Person]:
    """Return who rates its answer: its authors, and those of what was merged into it."""
    signed = Cosigner.objects.filter(Q(proposal=it) | Q(proposal__into=it))
    return list(Person.objects.filter(pk__in=signed.values("person")).order_by("pk"))


def may_rate(it: Proposal, person: Person) -> bool:
    """Test if somebody has still to rate the answer that lies before its authors."""
    if not it.case.runs.filter(step="rate", state=StepRun.State.OPEN).exists():
        return False
    rated = it.ratings.filter(person=person, turn=it.reopened).exists()
    return not rated and person in raters(it)


def asked(it: Proposal) -> Stop | None:
    """Return what its proposer is asked for while the clock stands still, or None."""
    return Stop.objects.filter(run__case=it.case_id, ended_at=None).select_related("by").first()


def may_fulfil(it: Proposal, person: Person, at: datetime) -> bool:
    """Test if somebody may say that a plan was kept: its host or the committee, no author of it."""
    if it.cosigners.filter(person=person).exists():
        return False
    return it.case.facts.get("host") == person.pk or person in granted(WORK, on=campus_day(at))


def may_leave(it: Proposal, person: Person) -> bool:
    """Test if somebody's name may be taken back: not the proposer's, not once it is decided on.

    Merged into another it may again: nobody signed for the other's words.
    """
    mine = it.cosigners.filter(person=person).exists()
    return mine and it.proposer_id != person.pk and (it.filed_at is None or it.filing == MERGED)
