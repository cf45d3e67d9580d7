"""A merchant's cases: where they stand, and the open step that one is asked to do."""

from smartunion.domains.merchants.models import Acceptance, Admission, Departure, Suspicion
from smartunion.domains.merchants.rules import refusals
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.procedures.models import StepRun

SHOP = "wallet.merchant:"


def merchant_of(run_id: int) -> int | None:
    """Return the merchant that a step of one of our sheets is about, or None."""
    subject = (
        StepRun.objects.filter(pk=run_id, case__sheet__code__startswith="merchants.")
        .values_list("case__subject", flat=True)
        .first()
    )
    return int(subject.removeprefix(SHOP)) if subject else None


def open_run(case_id: int, step: str, name: str) -> StepRun:
    """Return the open step of a case; refused where it is not open."""
    found = StepRun.objects.filter(case=case_id, step=step, state=StepRun.State.OPEN).first()
    if found is None:
        raise refusals.StepNotOpen(step=name)
    return found


def admission(merchant_id: int) -> Admission | None:
    """Return the merchant's way in, locked by nobody, or None."""
    return Admission.objects.select_related("case__sheet").filter(merchant_id=merchant_id).first()


def departure(merchant_id: int) -> Departure | None:
    """Return the merchant's way out that is under way, else the last one, or None."""
    rows = Departure.objects.select_related("case__sheet").filter(merchant_id=merchant_id)
    return rows.order_by("gone_at", "-pk").first() if rows.filter(gone_at=None) else rows.last()


def findings(merchant_id: int) -> int:
    """Return how many cash-outs were confirmed at a merchant."""
    return Suspicion.objects.filter(
        merchant_id=merchant_id, state=Suspicion.State.CONFIRMED
    ).count()


def suspected(merchant_id: int) -> int:
    """Return how many suspicions about a merchant wait for a person."""
    return Suspicion.objects.filter(merchant_id=merchant_id, state=Suspicion.State.OPEN).count()


def tried(merchant_id: int) -> tuple[int, int, list[str]]:
    """Return a merchant's terminals in service, how many are accepted, and which are not."""
    there = wallet.terminals(merchant_id)
    ok = set(
        Acceptance.objects.filter(terminal_id__in=[one.id for one in there]).values_list(
            "terminal_id", flat=True
        )
    )
    return len(there), len(ok), [one.code for one in there if one.id not in ok]


def step_of(merchant_id: int) -> str:
    """Return the step of the merchant's admission that is open; empty for none."""
    there = admission(merchant_id)
    if there is None:
        return ""
    run = StepRun.objects.filter(case=there.case_id, state=StepRun.State.OPEN).first()
    return run.step if run else ""


def leaving_step_of(merchant_id: int) -> str:
    """Return the step of the merchant's departure that is open; empty for none."""
    there = Departure.objects.filter(merchant_id=merchant_id, gone_at=None).first()
    if there is None:
        return ""
    run = StepRun.objects.filter(case=there.case_id, state=StepRun.State.OPEN).first()
    return run.step if run else ""
