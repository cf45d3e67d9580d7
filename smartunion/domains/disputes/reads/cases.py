"""Whose a dispute is, who has it in hand, what its calendar says."""

from datetime import date

from django.db.models import Q

from smartunion.domains.disputes.models import LabourDispute
from smartunion.domains.disputes.procedure import CHAIR, DISPUTE, MEDIATOR
from smartunion.domains.disputes.rules import refusals
from smartunion.domains.disputes.rules.rights import Happened, Right, first_limit, rights
from smartunion.domains.disputes.rules.terms import Terms, terms_of
from smartunion.domains.planning import public as planning
from smartunion.kernel.base.calendar import add_working_days, is_working_day, next_working_day
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import holders
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.trail.record import name_of_subject


def terms_on(day: date) -> Terms:
    """Return the terms of a day, or the last there were: rights do not wait for a plan."""
    return terms_of(planning.lasting_terms("disputes", on=day))


def about(it: LabourDispute) -> str:
    """Return the name under which the dispute's sealed parts are kept."""
    return name_of_subject(it)


def kept_out_of(applicant: Person, *, on: date) -> list[int]:
    """Return who keeps out from the start: the applicant, and whoever mediates in their unit."""
    committee = [*holders(MEDIATOR, on=on), *holders(CHAIR, on=on)]
    near = {one.pk for one in committee if one.unit_id == applicant.unit_id}
    return sorted(near | {applicant.pk})


def rolled(day: date) -> date:
    """Return the day, or the next working day after a day off."""
    return day if is_working_day(day) else next_working_day(day)


def limit(it: LabourDispute) -> date:
    """Return the last day of the first right: arbitration, or the review."""
    terms = terms_on(campus_day(it.registered_at))
    return first_limit(it.topic, it.known_on, terms, rolled)


def calendar(it: LabourDispute) -> tuple[Right, ...]:
    """Return the dispute's calendar of rights as it stands."""
    registered_on = campus_day(it.registered_at)
    happened = Happened(it.known_on, registered_on, it.applied_on, it.accepted_on, it.decided_on)
    return rights(it.topic, happened, terms_on(registered_on), roll=rolled, add=add_working_days)


def open_run(it: LabourDispute, step: str) -> StepRun:
    """Return the open run of a dispute's step; refused if it is another step's turn."""
    run = StepRun.objects.filter(case=it.case_id, step=step, state=StepRun.State.OPEN).first()
    if run is None:
        raise refusals.StepNotOpen(step=DISPUTE.name_of(step))
    return run


def of_run(run_id: int) -> LabourDispute | None:
    """Return the dispute that a step is of, or None."""
    case = StepRun.objects.filter(pk=run_id).values_list("case", flat=True).first()
    return LabourDispute.objects.filter(case=case).first() if case else None


def in_hand(it: LabourDispute, person: Person) -> StepRun | None:
    """Return the open step that somebody does as A or B, or None; never of their own matter."""
    if person.pk in (it.case.facts.get("kept_out") or ()):
        return None
    mine = Q(lead=person) | Q(backup=person)
    return it.case.runs.filter(mine, state=StepRun.State.OPEN).order_by("pk").first()


def takes_part(it: LabourDispute, person: Person) -> bool:
    """Test if somebody has or had a step of the dispute in hand."""
    if person.pk in (it.case.facts.get("kept_out") or ()):
        return False
    return it.case.runs.filter(Q(lead=person) | Q(backup=person)).exists()


def going(applicant: Person, topic: str) -> LabourDispute | None:
    """Return the applicant's open dispute of the topic, or None."""
    mine = LabourDispute.objects.filter(applicant=applicant, topic=topic, case__closed_at=None)
    return mine.first()


def matters_of(person: Person) -> list[str]:
    """Answer for the tree: what the trail calls somebody's own disputes."""
    rows = LabourDispute.objects.filter(applicant=person).values_list("pk", flat=True)
    return [f"{LabourDispute._meta.label_lower}:{pk}" for pk in rows]


def dispute(dispute_id: int) -> LabourDispute | None:
    """Return one dispute, or None."""
    return (
        LabourDispute.objects.select_related("case", "applicant__unit")
        .filter(pk=dispute_id)
        .first()
    )
