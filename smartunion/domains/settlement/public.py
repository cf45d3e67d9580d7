"""The one door of settlement for other domains: ids and frozen facts."""

from dataclasses import dataclass
from datetime import date, datetime

from smartunion.kernel.people.models import Person

from .actions import months
from .models import Statement
from .reads import desk, meter, statements
from .reads.meter import Meter

__all__ = ["Meter", "StatementFact"]
"""The facts that the door hands out; its functions are below."""


@dataclass(frozen=True)
class StatementFact:
    """A merchant's frozen month, in fen; `rest_fen` (zero or negative) goes into the next one."""

    month: date
    review_on: date
    count: int
    gross_fen: int
    refunded_fen: int
    principal_fen: int
    subsidy_fen: int
    corrected_fen: int
    prior_fen: int
    carried_fen: int
    clawed_fen: int
    payable_fen: int
    rest_fen: int
    paid_at: datetime | None
    """When the bank paid it, None before."""


def _fact(row: Statement) -> StatementFact:
    payout = getattr(row, "payout", None)
    return StatementFact(
        month=row.review.month, review_on=row.review.review_on, count=row.count,
        gross_fen=row.gross_fen, refunded_fen=row.refunded_fen, principal_fen=row.principal_fen,
        subsidy_fen=row.subsidy_fen, corrected_fen=row.corrected_fen, prior_fen=row.prior_fen,
        carried_fen=row.carried_fen, clawed_fen=row.clawed_fen, payable_fen=row.payable_fen,
        rest_fen=row.rest_fen, paid_at=payout.posted_at if payout else None,
    )  # fmt: skip


def statement(merchant_id: int, month: date) -> StatementFact | None:
    """Return a merchant's statement of a month, None before it is frozen."""
    found = statements.statement(merchant_id, month)
    return _fact(found) if found else None


def statements_of(merchant_id: int) -> list[StatementFact]:
    """Return a merchant's statements, newest first."""
    return [_fact(row) for row in statements.statements_of(merchant_id)]


def claw_back(
    *, merchant_id: int, amount_fen: int, document: str, by: Person, at: datetime, because: str
) -> None:
    """Take an amount (fen) from the merchant's next statement; the same document takes once."""
    months.claw_back(
        merchant_id=merchant_id, amount_fen=amount_fen, document=document, by=by, at=at,
        because=because,
    )  # fmt: skip


def covered(
    *, merchant_id: int, amount_fen: int, document: str, by: Person, at: datetime, because: str
) -> None:
    """Note that a debt was paid otherwise, say from the deposit; whoever calls books that."""
    months.cover(
        merchant_id=merchant_id, amount_fen=amount_fen, document=document, by=by, at=at,
        because=because,
    )  # fmt: skip


def owes_fen(merchant_id: int) -> int:
    """Return what a merchant still owes: what its newest statement could not bear, and since."""
    return statements.owes_fen(merchant_id)


def error_meter(month: date, *, on: date) -> Meter:
    """Return a consumption month recomputed from the bank's files alone (R054, K08)."""
    return meter.month(month, on=on)


def is_matched(month: date, *, on: date) -> bool:
    """Tell if every day of a month was matched of which the bank must have spoken by now."""
    return desk.is_matched(month, on=on)


def open_cases(month: date) -> int:
    """Return how many differences with the bank of a month are not closed."""
    return statements.open_cases(month)


def prior_fen(month: date) -> int | None:
    """Return what a month's frozen report corrects of earlier months; None before it is frozen."""
    return statements.prior_fen(month)


def debt_fen(merchant_id: int) -> int:
    """Return what a merchant's last statement could not bear and nothing has covered, in fen."""
    return statements.debt_fen(merchant_id)
