"""Take a payment back: refunds, voids, and what they change in the month's subsidy."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Sum

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.models import Payment, Refund
from smartunion.domains.wallet.reads import figures, tills
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import legs, refusals
from .months import Month

S, P, H, V, R = (
    Payment.Status.SETTLED,
    Payment.Status.PENDING,
    Payment.Status.HELD,
    Payment.Status.VOID,
    Payment.Status.REFUNDED,
)


@dataclass(frozen=True, slots=True)
class Refunded:
    """The answer to a refund. `subsidy_fen` is what the union takes back (zero or negative)."""

    id: int
    payment_id: int
    ecny_fen: int
    points_fen: int
    to_fund_fen: int
    subsidy_fen: int
    statement_month: int
    replayed: bool

    @property
    def total_fen(self) -> int:
        """Return what went back, both legs."""
        return self.ecny_fen + self.points_fen


@transaction.atomic
def refund(
    *,
    payment_id: int,
    terminal_id: int,
    biz_date: date,
    terminal_seq: int,
    amount_fen: int | None = None,
    request_hash: bytes | None = None,
    kind: str = Refund.Kind.REFUND,
    by: Person | None = None,
    at: datetime,
    because: str = "",
) -> Refunded:
    """Give back part of a payment (None: all that is left) in its own proportions (R048).

    The month's subsidy is replayed (T04); after the month's review it is booked as an
    adjustment in the open statement. Safe to send again under the same key.
    """
    if request_hash is None:
        said = f"{payment_id}|{amount_fen}|{kind}".encode()
        request_hash = hashlib.sha256(said).digest()
    payment = _own(payment_id, terminal_id)
    month = Month(payment, at)
    key = {"terminal_id": terminal_id, "biz_date": biz_date, "terminal_seq": terminal_seq}
    if (stored := Refund.objects.filter(**key).first()) is not None:
        if bytes(stored.request_hash) != request_hash:
            raise refusals.KeyReused(terminal_seq=terminal_seq)
        return _refunded(stored, replayed=True)
    if Payment.objects.filter(**key).exists():
        raise refusals.KeyReused(terminal_seq=terminal_seq)
    if payment.status != S:
        raise refusals.NotRefundable(state=payment.get_status_display())
    terms = figures.terms_on(campus_day(at))
    if at > payment.received_at + timedelta(days=terms.refund_days):
        raise refusals.RefundTooLate(days=terms.refund_days)
    ecny, points, whole = _legs(payment, amount_fen)
    month_over = payment.month < rules.month_number(at)
    to_fund = ecny if terms.expiry == rules.MONTH_END and month_over else 0
    month.wallet.ecny_fen += ecny - to_fund
    month.wallet.points_fen += points
    month.count(ecny, points, -1)
    month.wallet.save()
    deltas = month.deltas(returning=(ecny, points))
    try:
        with transaction.atomic():
            row = Refund.objects.create(
                payment=payment, kind=kind, request_hash=request_hash, ecny_fen=ecny,
                points_fen=points, to_fund_fen=to_fund, subsidy_fen=sum(deltas.values()),
                statement_month=month.statement_month, by=by, because=because, at=at, **key,
            )  # fmt: skip
    except IntegrityError as error:
        raise refusals.KeyReused(terminal_seq=terminal_seq) from error
    month.adjust(deltas, row)
    if whole:
        month.move(R, by=by, because=because)
    record("wallet.refunded", row, by=by, at=at, because=because, payment=payment.pk)
    return _refunded(row, replayed=False)


def _own(payment_id: int, terminal_id: int) -> Payment:
    """Return the payment if it was made at the terminal's own merchant."""
    here = tills.till(terminal_id)
    if here is None:
        raise refusals.TerminalUnknown
    found = Payment.objects.filter(pk=payment_id, merchant_id=here.merchant_id)
    payment = found.exclude(status="F").first()
    if payment is None:
        raise refusals.PaymentUnknown
    return payment


def _legs(payment: Payment, amount_fen: int | None) -> tuple[int, int, bool]:
    """Return (e-CNY, points) that go back now, and whether nothing is left after."""
    before = payment.refunds.aggregate(ecny=Sum("ecny_fen"), points=Sum("points_fen"))
    ecny_before, points_before = int(before["ecny"] or 0), int(before["points"] or 0)
    left = payment.asked_fen - ecny_before - points_before
    amount = left if amount_fen is None else amount_fen
    if type(amount) is not int or amount <= 0:
        raise refusals.AmountWrong(most_fen=left)
    if amount > left:
        raise refusals.RefundTooMuch(left=f"{left // 100:,}.{left % 100:02}")
    ecny, points = rules.split_back(
        payment.asked_fen, payment.points_fen, ecny_before + points_before + amount
    )
    return ecny - ecny_before, points - points_before, amount == left


@transaction.atomic
def void(
    *,
    payment_id: int,
    terminal_id: int,
    biz_date: date,
    terminal_seq: int,
    request_hash: bytes | None = None,
    by: Person | None = None,
    at: datetime,
    because: str = "",
) -> Refunded | Payment:
    """Undo a payment: one that waits or is held is voided, one settled today is refunded whole.

    Voiding a voided payment changes nothing and returns it. One that the bank is booking at this
    moment is refused: what comes of it is known in a moment.
    """
    payment = _own(payment_id, terminal_id)
    month = Month(payment, at)
    if payment.status == V:
        return payment
    if payment.status in (P, H):
        if payment.status == P:
            legs.withdraw(payment_id=payment_id, by=by, at=at, because=because)
        month.put_back(by=by, because=because)
        record("wallet.voided", payment, by=by, at=at, because=because)
        return payment
    if payment.status not in (S, R) or campus_day(payment.received_at) != campus_day(at):
        raise refusals.NotVoidable(state=payment.get_status_display())
    return refund(
        payment_id=payment_id, terminal_id=terminal_id, biz_date=biz_date,
        terminal_seq=terminal_seq, request_hash=request_hash, kind=Refund.Kind.VOID,
        by=by, at=at, because=because,
    )  # fmt: skip


def _refunded(row: Refund, *, replayed: bool) -> Refunded:
    return Refunded(
        row.pk, row.payment_id, row.ecny_fen, row.points_fen, row.to_fund_fen, row.subsidy_fen,
        row.statement_month, replayed,
    )  # fmt: skip
