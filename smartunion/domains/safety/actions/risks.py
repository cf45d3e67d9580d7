"""Evaluate the controls of chapter 7, and hold exercises: what was found stays as rows."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from smartunion.domains.safety.models import ControlEvaluation, Exercise
from smartunion.domains.safety.protocol import INCIDENT
from smartunion.domains.safety.reads import risks as reads
from smartunion.domains.safety.rules import refusals, risks
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.numbers import alone
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.response import drills
from smartunion.kernel.response.models import Drill
from smartunion.kernel.trail.record import record

OF_A_BRANCH = INCIDENT.code
"""Whose drill calls the roster of one branch; the others call offices of the campus."""


@transaction.atomic
def evaluate(*, by: Person | None, at: datetime) -> list[ControlEvaluation]:
    """Evaluate every control that runs, from the rows of this moment (R244); keep each result.

    What does not run, and what is cut off in the plan, gets no row: nobody has evaluated it.
    """
    return [row for one in risks.SCENARIOS for row in _evaluate(one, by=by, at=at)]


def _evaluate(
    scenario: risks.Scenario,
    *,
    only: Collection[str] | None = None,
    exercise: Exercise | None = None,
    by: Person | None,
    at: datetime,
) -> list[ControlEvaluation]:
    made = []
    for control in scenario.controls:
        if risks.unrun(control) is not None or (only is not None and control.code not in only):
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
def evaluate_due(*, at: datetime) -> int:
    """Evaluate each control that was not evaluated today; return how many. Safe to run again."""
    alone("safety.controls")
    due = {control.code for control in reads.due(at)}
    made = [
        row for one in risks.SCENARIOS for row in _evaluate(one, only=due, by=None, at=at)
    ]  # fmt: skip
    return len(made)


@transaction.atomic
def order_drill(*, scenario: str, by: Person, at: datetime) -> Drill:
    """Play a scenario as a drill now: its protocol rings telephones, every message says 【演练】.

    The sudden death calls the branch whose turn it is, the others whoever holds the offices. Raises
    NoSuchScenario.
    """
    declared = _declared(scenario)
    unit = None
    if declared.drill == OF_A_BRANCH:
        branches = list(Unit.objects.filter(kind=Unit.Kind.BRANCH).order_by("code"))
        unit = next(iter(drills.turn(branches, campus_day(at), 1) if branches else ()), None)
    made = drills.order(
        protocol=declared.drill, unit=unit, planned_at=at, by=by, at=at, because=declared.matter
    )
    record("safety.drill_ordered", made, by=by, at=at, matter=declared.matter)
    return made


def _declared(scenario: str) -> risks.Scenario:
    try:
        return risks.scenario(scenario)
    except KeyError as unknown:
        raise refusals.NoSuchScenario(scenario=scenario) from unknown


@transaction.atomic
def hold_exercise(
    *, scenario: str, people: int, finding: str, improve: str = "", by: Person, at: datetime
) -> Exercise:
    """Hold an exercise of a scenario: its controls are evaluated on the spot, the finding stays."""
    declared = _declared(scenario)
    row = Exercise.objects.create(
        scenario=scenario, held_at=at, people=people, finding=finding, improve=improve, by=by
    )
    _evaluate(declared, by=by, at=at, exercise=row)
    record("safety.exercise_held", row, by=by, at=at, matter=declared.matter, result=finding)
    return row
