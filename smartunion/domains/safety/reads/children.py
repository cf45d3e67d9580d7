"""Childcare incidents: their cases, the statement's text, who has approved it."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from smartunion.domains.safety.models import LegalHold
from smartunion.domains.safety.procedure import CHILD_INCIDENT, is_part_of_it
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures.define import Step, Unit, Within
from smartunion.kernel.procedures.models import Case, StepRun


def cases() -> list[tuple[Case, LegalHold | None, list[StepRun]]]:
    """Return the childcare cases, the newest first, with hold and steps."""
    rows = Case.objects.filter(sheet__code=CHILD_INCIDENT.code).order_by("-opened_at")[:50]
    holds = {hold.case_id: hold for hold in LegalHold.objects.filter(case__in=list(rows))}
    return [(case, holds.get(case.pk), list(case.runs.order_by("pk"))) for case in rows]


@dataclass(frozen=True)
class Stage:
    """One step of the sheet, opened or still to come: until when, and who."""

    name: str
    run: StepRun | None
    due_at: datetime | None
    who: str


@dataclass(frozen=True)
class Sheet:
    """One childcare case as whoever handles it sees it."""

    case: Case
    hold: LegalHold
    steps: list[Stage]
    statement: str
    """As it was approved; empty before."""
    is_part: bool
    """Whether whoever looks must keep out of it."""


def sheet_of(case_id: int, person: Person) -> Sheet | None:
    """Return one childcare case with its recordings on hold; None for no such case."""
    hold = LegalHold.objects.select_related("case__sheet", "released_by").filter(case=case_id)
    found = hold.first()
    if found is None:
        return None
    runs = list(found.case.runs.select_related("lead", "backup", "ended_by").order_by("pk"))
    said = next((text_of(run) for run in runs if run.step == "statement"), "")
    part = is_part_of_it({**found.case.facts, "by": person.pk})
    by_step = {run.step: run for run in runs}
    steps = [_stage(found.case, step, by_step.get(step.code)) for step in CHILD_INCIDENT.steps]
    return Sheet(found.case, found, steps, said, part)


def _stage(case: Case, step: Step, run: StepRun | None) -> Stage:
    """Return a step; one that is not opened yet is due so long after the case was opened."""
    due_at = run.due_at if run else None
    if run is None and isinstance(step.within, Within):
        unit = "minutes" if step.within.unit == Unit.MINUTES else "hours"
        due_at = case.opened_at + timedelta(**{unit: step.within.amount})
    who = run.ended_by or run.lead or run.backup if run else None
    if step.duty.staff > 1:
        signed = "、".join(signers(run)) if run else ""
        return Stage(step.name, run, due_at, signed or f"任 {step.duty.staff} 位常委")
    return Stage(step.name, run, due_at, who.name if who else "（待指定）" if run else "—")


def persons_numbered(text: str) -> tuple[list[Person], list[str]]:
    """Return the persons of several staff numbers, and the numbers that nobody has."""
    numbers = [one for one in re.split(r"[\s,，、;；]+", text) if one]
    found = {one: Person.objects.filter(username__iexact=one).first() for one in numbers}
    return [p for p in found.values() if p], [one for one, p in found.items() if p is None]


def run_of(run_id: int) -> StepRun | None:
    """Return the statement's step of a childcare case; None for any other step."""
    found = StepRun.objects.select_related("case__sheet", "lead", "backup")
    return found.filter(
        pk=run_id, step="statement", case__sheet__code=CHILD_INCIDENT.code
    ).first()  # fmt: skip


def text_of(run: StepRun) -> str:
    """Return the statement that the first has approved; empty before."""
    kept = run.evidence.filter(output="statement").order_by("pk").first()
    return kept.text if kept else ""


def signers(run: StepRun) -> list[str]:
    """Return who has approved the statement so far."""
    return [one.person.name for one in run.signatures.select_related("person").order_by("pk")]


def is_past(case: Case, step: str) -> bool:
    """Test if a step of the case is done."""
    return case.runs.filter(step=step, state=StepRun.State.PASSED).exists()
