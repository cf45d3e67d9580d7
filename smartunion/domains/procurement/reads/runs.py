"""Which step of a purchase's case is open."""

from smartunion.domains.procurement.models import Purchase
from smartunion.domains.procurement.rules import refusals
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.procedures.registry import sheet_of


def open_run(purchase: Purchase, step: str) -> StepRun:
    """Return the open run of the step, or refuse in words where the case stands."""
    for run in purchase.case.runs.filter(state=StepRun.State.OPEN):
        if run.step == step:
            return run
    sheet = sheet_of(purchase.case.sheet.digest)
    raise refusals.WrongState(
        what=purchase.title, state=stage(purchase), do=f"办“{sheet.step(step).name}”"
    )


def stage(purchase: Purchase) -> str:
    """Return where the case stands, in the sheet's own words."""
    if purchase.case.withdrawn_because:
        return "已撤回"
    if purchase.case.closed_at:
        return "已办结"
    sheet = sheet_of(purchase.case.sheet.digest)
    going = purchase.case.runs.filter(state=StepRun.State.OPEN)
    return "、".join(sheet.step(run.step).name for run in going.order_by("pk")) or "办理中"


def case_of(run_id: int) -> tuple[int, str]:
    """Return the case and the step's code of a run; zero and nothing for none."""
    found = StepRun.objects.filter(pk=run_id).values_list("case_id", "step").first()
    return found or (0, "")


def purchase_of(run_id: int) -> Purchase | None:
    """Return the purchase whose case has this run, or None."""
    return Purchase.objects.filter(case__runs=run_id).select_related("case__sheet").first()
