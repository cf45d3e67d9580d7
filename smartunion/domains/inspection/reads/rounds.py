"""Where a round stands: its steps, what is to be looked at, what was found."""

from django.db.models import Q

from smartunion.domains.inspection.models import Problem, Round
from smartunion.domains.inspection.rules import refusals
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate
from smartunion.kernel.procedures.define import Procedure
from smartunion.kernel.procedures.models import StepRun

VIEW = "inspection.view"


def is_going(it: Round) -> bool:
    """Test if a round's case is not closed."""
    return bool(it.case.closed_at is None)


def open_run(case_id: int, step: str, sheet: Procedure) -> StepRun:
    """Return the open run of a step of a case; refused if it is another step's turn."""
    run = StepRun.objects.filter(case=case_id, step=step, state=StepRun.State.OPEN).first()
    if run is None:
        raise refusals.StepNotOpen(step=sheet.name_of(step))
    return run


def open_steps(case_id: int) -> list[str]:
    """Return the codes of a case's open steps."""
    rows = StepRun.objects.filter(case=case_id, state=StepRun.State.OPEN).order_by("pk")
    return list(rows.values_list("step", flat=True))


def turns(case_id: int, person: Person) -> set[str]:
    """Return the open steps of a case that somebody does, as A or as B."""
    rows = StepRun.objects.filter(
        Q(lead=person) | Q(backup=person), case=case_id, state=StepRun.State.OPEN
    )
    return set(rows.values_list("step", flat=True))


def round_of_run(run_id: int) -> str | None:
    """Return the number of the round that a step is of, be it its own or a problem's."""
    case = StepRun.objects.filter(pk=run_id).values_list("case", flat=True).first()
    if case is None:
        return None
    own = Round.objects.filter(case=case).values_list("number", flat=True).first()
    if own is not None:
        return own
    return Problem.objects.filter(case=case).values_list("round__number", flat=True).first()


def problem_of_run(run_id: int) -> int | None:
    """Return the problem that a step is of, or None."""
    case = StepRun.objects.filter(pk=run_id).values_list("case", flat=True).first()
    return Problem.objects.filter(case=case).values_list("pk", flat=True).first()


def may_reach(run_id: int, person: Person, mandate: Mandate) -> bool:
    """Test if somebody may come to the page of a step: who does it, or who may see all rounds."""
    mine = Q(lead=person) | Q(backup=person)
    return mandate.may(VIEW) or StepRun.objects.filter(mine, pk=run_id).exists()


def may_open_photo(person: Person, mandate: Mandate, key: int) -> bool:
    """Test if somebody may open the picture of a ceremony: it shows dice, for all who may look."""
    return mandate.may(VIEW) and Round.objects.filter(pk=key).exists()
