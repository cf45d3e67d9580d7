"""The report, which goes to the board for five working days (R167)."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.inspection.models import Problem, Round
from smartunion.domains.inspection.procedure import ROUND
from smartunion.domains.inspection.reads import figures, rounds
from smartunion.domains.inspection.rules import refusals
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.trail.record import record


@transaction.atomic
def report(*, round_id: int, text: str, by: Person, at: datetime) -> Round:
    """Report what was looked at and found; refused while a problem is open."""
    it = Round.objects.select_for_update().get(pk=round_id)
    run = rounds.open_run(it.case_id, "report", ROUND)
    going = Problem.objects.filter(round=it, case__closed_at=None).count()
    if going:
        raise refusals.ProblemsOpen(count=going)
    found = figures.of_round(it)
    it.report, it.reported_at = text, at
    it.save(update_fields=["report", "reported_at"])
    engine.pass_step(
        run_id=run.pk,
        facts={
            "open_problems": going,
            "problem_fen": found.problem_fen,
            "share": found.share_words,
            "doing": "report",
        },
        outputs={"report": Given(text=text)},
        by=by,
        at=at,
    )
    record("inspection.reported", it, by=by, at=at, problem_fen=found.problem_fen)
    return it
