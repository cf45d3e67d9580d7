"""Childcare incidents: their cases, the statement's text, who has approved it."""

from smartunion.domains.safety.models import LegalHold
from smartunion.domains.safety.procedure import CHILD_INCIDENT
from smartunion.kernel.procedures.models import Case, StepRun


def cases() -> list[tuple[Case, LegalHold | None, list[StepRun]]]:
    """Return the childcare cases, the newest first, with hold and steps."""
    rows = Case.objects.filter(sheet__code=CHILD_INCIDENT.code).order_by("-opened_at")[:50]
    holds = {hold.case_id: hold for hold in LegalHold.objects.filter(case__in=list(rows))}
    return [(case, holds.get(case.pk), list(case.runs.order_by("pk"))) for case in rows]


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
