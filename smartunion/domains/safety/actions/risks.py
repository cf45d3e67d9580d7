"""Evaluate the controls of chapter 7, and hold exercises: what was found stays as rows."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.safety.models import ControlEvaluation, Exercise
from smartunion.domains.safety.reads import risks as reads
from smartunion.domains.safety.rules import refusals, risks
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record


@transaction.atomic
def evaluate(*, by: Person | None, at: datetime) -> list[ControlEvaluation]:
    """Evaluate every control that runs, from the rows of this moment (R244); keep each result.

    What does not run, and what is cut off in the plan, gets no row: nobody has evaluated it.
    """
    return [row for one in risks.SCENARIOS for row in _evaluate(one, by=by, at=at)]


def _evaluate(
    scenario: risks.Scenario, *, by: Person | None, at: datetime, exercise: Exercise | None = None
) -> list[ControlEvaluation]:
    made = []
    for control in scenario.controls:
        if risks.unrun(control) is not None:
            continue
        found = reads.evaluate(control, at)
        row = ControlEvaluation.objects.create(
            control=control.code,
            standing=found.standing.value,
            words=found.words[:200],
            worked_at=found.worked_at,
            evaluated_at=at,
            by=by,
            exercise=exercise,
        )
        made.append(row)
        record(
            "safety.control_evaluated", row, by=by, at=at,
            control=control.words, result=found.standing.words,
        )  # fmt: skip
    return made


@transaction.atomic
def hold_exercise(
    *, scenario: str, people: int, finding: str, improve: str = "", by: Person, at: datetime
) -> Exercise:
    """Hold an exercise of a scenario: its controls are evaluated on the spot, the finding stays."""
    try:
        declared = risks.scenario(scenario)
    except KeyError as unknown:
        raise refusals.NoSuchScenario(scenario=scenario) from unknown
    row = Exercise.objects.create(
        scenario=scenario, held_at=at, people=people, finding=finding, improve=improve, by=by
    )
    _evaluate(declared, by=by, at=at, exercise=row)
    record("safety.exercise_held", row, by=by, at=at, matter=declared.matter, result=finding)
    return row
