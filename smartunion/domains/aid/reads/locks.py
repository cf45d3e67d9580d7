"""Rows as an action needs them: locked, in the same order everywhere (case, then application)."""

from smartunion.domains.aid.models import Application, Gift
from smartunion.kernel.procedures.models import Case, StepRun


def locked(application_id: int) -> Application:
    """Return the application under a row lock, after its case's."""
    case_id = Application.objects.values_list("case_id", flat=True).get(pk=application_id)
    if case_id is not None:
        Case.objects.select_for_update().get(pk=case_id)
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("beneficiary", "filed_by", "unit", "case")
        .get(pk=application_id)
    )


def of_run(run_id: int) -> Application:
    """Return the application of a step under its lock."""
    case_id = StepRun.objects.values_list("case_id", flat=True).get(pk=run_id)
    return locked(Application.objects.values_list("pk", flat=True).get(case=case_id))


def gift_of_run(run_id: int) -> Gift:
    """Return the gift of a step under its lock."""
    case_id = StepRun.objects.values_list("case_id", flat=True).get(pk=run_id)
    Case.objects.select_for_update().get(pk=case_id)
    return (
        Gift.objects.select_for_update(of=("self",))
        .select_related("receiver", "unit", "case")
        .get(case=case_id)
    )
