"""Work a difference: correct our side by what the bank proves, or say what was found and have it
confirmed by somebody else. A case whose money is still apart does not close on words."""

from datetime import date, datetime

from django.db import transaction

from smartunion.domains.settlement import telling
from smartunion.domains.settlement.models import BankLine, Difference, Reconciliation, State
from smartunion.domains.settlement.rules import refusals
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.people.models import Person
from smartunion.kernel.timers.actions import cancel
from smartunion.kernel.trail.record import record

CORRECTABLE = (State.EANS, State.FANS)
"""Where the bank has moved the money and we do not know it, or think otherwise."""


def _locked(case_id: int) -> Difference:
    case = Difference.objects.select_for_update(no_key=True).get(pk=case_id)
    if case.closed_at is not None:
        raise refusals.CaseClosed(at=case.closed_at, outcome=case.get_outcome_display())
    return case


def _reason(because: str) -> str:
    if not because.strip():
        raise refusals.ReasonMissing
    return because.strip()[:400]


@transaction.atomic
def correct(*, case_id: int, by: Person, at: datetime, because: str) -> Difference:
    """Take over what the bank's file proves was moved; the next matching finds both sides one.

    :raises Refused: the case is closed, or the bank's file does not prove the movement
    """
    case, why = _locked(case_id), _reason(because)
    line = (
        BankLine.objects.filter(key=case.document, state="S", file__state="used")
        .exclude(key="")
        .first()
    )
    if case.state not in CORRECTABLE or line is None or line.settled_at is None:
        raise refusals.MoneyStillApart(
            ours_fen=case.ours_fen, bank_fen=case.bank_fen,
            apart_fen=abs(case.ours_fen - case.bank_fen),
        )  # fmt: skip
    news = wallet.bank_did(
        document=case.document, bank_ref=line.bank_ref, posted_at=line.settled_at, by=by, at=at,
        because=why,
    )  # fmt: skip
    if not news:
        raise refusals.OwnCourse
    case.because, case.explained_by, case.explained_at = why, by, at
    case.ours_fen, case.outcome = line.ecny_fen, Difference.Outcome.CORRECTED
    case.closed_by, case.closed_at = by, at
    case.save()
    cancel(keys=[f"settlement/{case.pk}"], at=at)
    record("settlement.case_closed", case, by=by, at=at, because=why, conclusion=case.outcome)
    return case


@transaction.atomic
def explain(*, case_id: int, by: Person, at: datetime, because: str) -> Difference:
    """Say what was found and by which document; saying it again replaces it."""
    case = _locked(case_id)
    case.because, case.explained_by, case.explained_at = _reason(because), by, at
    case.save(update_fields=["because", "explained_by", "explained_at"])
    record("settlement.case_explained", case, by=by, at=at, because=case.because)
    return case


@transaction.atomic
def confirm(*, case_id: int, by: Person, at: datetime) -> Difference:
    """Close a case in which no money is apart on somebody else's explanation."""
    case = _locked(case_id)
    if case.explained_by_id is None:
        raise refusals.NotExplained
    if case.explained_by_id == by.pk:
        raise refusals.OwnExplanation
    if case.ours_fen != case.bank_fen:
        raise refusals.MoneyStillApart(
            ours_fen=case.ours_fen, bank_fen=case.bank_fen,
            apart_fen=abs(case.ours_fen - case.bank_fen),
        )  # fmt: skip
    case.outcome, case.closed_by, case.closed_at = Difference.Outcome.EXPLAINED, by, at
    case.save(update_fields=["outcome", "closed_by", "closed_at"])
    cancel(keys=[f"settlement/{case.pk}"], at=at)
    record(
        "settlement.case_closed", case, by=by, at=at, because=case.because, conclusion=case.outcome
    )
    return case


@transaction.atomic
def run_over(*, case_id: int, at: datetime) -> None:
    """Note that a case is past its limit, and tell the owner and the chief. The clock calls it."""
    case = Difference.objects.select_for_update(no_key=True).get(pk=case_id)
    if case.closed_at is None and case.overdue_at is None:
        case.overdue_at = at
        case.save(update_fields=["overdue_at"])
        record("settlement.case_overdue", case, by=None, at=at)
        telling.overdue(case, at=at)


@transaction.atomic
def ask_resend(*, day: date, by: Person | None, at: datetime, because: str = "") -> Reconciliation:
    """Ask that the bank sends a day's file again; the worker fetches it and matches anew.

    The worker itself asks (`by` None) where orders of a matched day came late.
    """
    found = Reconciliation.objects.select_for_update().filter(day=day).first()
    if found is None:
        raise refusals.NothingToReconcile(day=day.isoformat())
    if found.resend_asked_at is None:
        found.resend_asked_at = at
        found.save(update_fields=["resend_asked_at"])
        record("settlement.resend_asked", found, by=by, at=at, because=because)
    return found
