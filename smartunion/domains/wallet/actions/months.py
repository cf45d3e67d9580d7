"""One wallet's consumption month, under the lock of the wallet's row."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Sum

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.models import (
    MonthClosing,
    Payment,
    Refund,
    SubsidyAdjustment,
    Wallet,
)
from smartunion.domains.wallet.reads import figures
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person

Kind = SubsidyAdjustment.Kind

# One statement: with the wallet's row, ending a payment that waited writes twice, as taking it did.
_MOVE = """
WITH moved AS (
  UPDATE wallet_payment SET status = %(now)s WHERE id = %(payment)s RETURNING id
)
INSERT INTO wallet_paymentevent (payment_id, was, now, by_id, at, because)
SELECT id, %(was)s, %(now)s, %(by)s, %(at)s, %(because)s FROM moved
"""


class Month:
    """The month of one payment: who holds it holds the wallet's row until the transaction ends.

    Taking a payment back, releasing a held one, voiding one: each changes what the month earns,
    and each replays the month so that every payment carries exactly its own share.
    """

    def __init__(self, payment: Payment, at: datetime) -> None:
        """Lock the wallet, then look at the payment again, and at whether its month is closed."""
        self.at = at
        self.wallet = Wallet.objects.select_for_update(no_key=True).get(pk=payment.wallet_id)
        with connection.cursor() as cursor:  # so that no month is closed in between
            cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext('wallet.month'))")
        payment.refresh_from_db()
        self.payment = payment
        self.number = payment.month
        closing = MonthClosing.objects.filter(month=self.number).first()
        self.closed = closing is not None
        self.current = self.wallet.month == self.number
        rates = self.wallet if self.current else closing
        terms = figures.terms_on(campus_day(payment.occurred_at))
        self.terms = (
            terms
            if rates is None
            else replace(
                terms, rate_num=rates.rate_num, rate_den=rates.rate_den, cap_fen=rates.cap_fen
            )
        )

    @property
    def statement_month(self) -> int:
        """Return where a change of this month is booked: at home, or in the open statement."""
        return rules.month_number(self.at) if self.closed else self.number

    def count(self, ecny_fen: int, points_fen: int, sign: int) -> None:
        """Add to (or take from) the month's counter in the wallet row; the caller saves it."""
        if self.current:
            base = rules.base_fen(ecny_fen, points_fen, self.terms)
            self.wallet.net_fen += sign * base

    def move(self, to: str, *, by: Person | None, because: str) -> None:
        """Move the payment's status and keep who did it; the database refuses a wrong move."""
        given: dict[str, Any] = {
            "payment": self.payment.pk, "was": self.payment.status, "now": to,
            "by": by.pk if by else None, "at": self.at, "because": because,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, given)
        self.payment.status = to

    def put_back(self, *, to: str = Payment.Status.VOID, by: Person | None, because: str) -> None:
        """End a waiting or held payment: the reserved money returns, the month is replayed."""
        wallet, payment = self.wallet, self.payment
        wallet.ecny_held_fen -= payment.ecny_fen
        wallet.points_held_fen -= payment.points_fen
        wallet.ecny_fen += payment.ecny_fen
        wallet.points_fen += payment.points_fen
        if payment.status == Payment.Status.PENDING:
            self.count(payment.ecny_fen, payment.points_fen, -1)
        wallet.save()
        self.move(to, by=by, because=because)
        deltas = self.deltas()
        booked = payment.adjustments.aggregate(sum=Sum("delta_fen"))["sum"] or 0
        if booked:
            deltas[payment.pk] = -int(booked)
        self.adjust(deltas)

    def deltas(self, returning: tuple[int, int] = (0, 0)) -> dict[int, int]:
        """Return what replaying changes in each payment's share, by payment.

        `returning` is what the payment is just about to give back: (e-CNY, points).
        """
        here = {"payment__wallet_id": self.wallet.pk, "payment__month": self.number}
        back: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for pk, ecny, points in Refund.objects.filter(**here).values_list(
            "payment_id", "ecny_fen", "points_fen"
        ):
            back[pk][0] += ecny
            back[pk][1] += points
        back[self.payment.pk][0] += returning[0]
        back[self.payment.pk][1] += returning[1]
        booked: dict[int, int] = defaultdict(int)
        for pk, delta in (
            SubsidyAdjustment.objects.filter(**here)
            .exclude(kind__in=Kind.taken())
            .values_list("payment_id", "delta_fen")
        ):
            booked[pk] += delta
        rows = list(
            Payment.objects.filter(wallet_id=self.wallet.pk, month=self.number, status__in="SPR")
            .order_by("seq")
            .values_list("id", "ecny_fen", "points_fen", "subsidy_fen")
        )
        shares = rules.attribution(
            [
                rules.base_fen(ecny - back[pk][0], points - back[pk][1], self.terms)
                for pk, ecny, points, _ in rows
            ],
            self.terms,
        )
        found = {
            pk: share - subsidy - booked[pk]
            for (pk, _, _, subsidy), share in zip(rows, shares, strict=True)
        }
        return {pk: delta for pk, delta in found.items() if delta}

    def take_back(self, payments: Iterable[Payment], *, because: str, clawing: bool = False) -> int:
        """Take back what the union still owes for payments of this wallet; return the sum in fen.

        A second time there is nothing left to take (R059). `clawing`: of a closed month, who asks
        has settlement claw it back; otherwise it is a correction in the open statement.
        """
        kind = Kind.CLAWED if clawing and self.closed else Kind.PENALTY
        taken = 0
        for each in payments:
            moved = each.adjustments.aggregate(sum=Sum("delta_fen"))["sum"] or 0
            owed = each.subsidy_fen + int(moved)
            if owed:
                SubsidyAdjustment.objects.create(
                    payment=each,
                    kind=kind,
                    delta_fen=-owed,
                    statement_month=self.statement_month,
                    because=because,
                    at=self.at,
                )
                taken += owed
        return taken

    def give_back(self, payment: Payment, *, because: str) -> int:
        """Give back what was taken of a payment as a penalty; return it in fen."""
        rows = payment.adjustments.filter(kind__in=Kind.taken())
        taken = -int(rows.aggregate(sum=Sum("delta_fen"))["sum"] or 0)
        if taken > 0:
            SubsidyAdjustment.objects.create(
                payment=payment, kind=Kind.PENALTY, delta_fen=taken,
                statement_month=self.statement_month, because=because, at=self.at,
            )  # fmt: skip
        return max(taken, 0)

    def adjust(self, deltas: dict[int, int], refund: Refund | None = None) -> None:
        """Book the changes; of a share taken as a penalty, never more than there is."""
        taken: dict[int, int] = defaultdict(int)
        for pk, delta in SubsidyAdjustment.objects.filter(
            payment_id__in=deltas, kind__in=Kind.taken()
        ).values_list("payment_id", "delta_fen"):
            taken[pk] -= delta
        common = {"refund": refund, "statement_month": self.statement_month, "at": self.at}
        for pk, delta in deltas.items():
            SubsidyAdjustment.objects.create(
                payment_id=pk, kind=Kind.REPLAY, delta_fen=delta, **common
            )
            if taken[pk] and delta < 0:
                SubsidyAdjustment.objects.create(
                    payment_id=pk, kind=Kind.PENALTY, delta_fen=min(-delta, taken[pk]), **common
                )
