"""A confirmed cash-out: the union's share of the purchases is taken back (R059, 7.1③)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from smartunion.domains.wallet.models import Payment, Wallet
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import refusals
from .months import Month


@dataclass(frozen=True)
class Taken:
    """What was taken back of purchases, in fen.

    `clawed_fen` is what of it each merchant was paid already: settlement has to claw it back.
    """

    fen: int
    clawed_fen: dict[int, int]


@transaction.atomic
def penalise(
    *, payment_ids: Collection[int], bar: bool, by: Person, at: datetime, because: str
) -> Taken:
    """Take back the union's share of these purchases; bar their payers if asked.

    Never by a payer of one of them. Of an open month it lowers the statement; what a frozen one
    has granted is for settlement to claw back. Safe to repeat.
    """
    if not because.strip():
        raise refusals.ReasonMissing
    rows = Payment.objects.filter(pk__in=payment_ids).select_related("wallet")
    by_wallet: dict[int, list[Payment]] = {}
    for row in rows.order_by("wallet_id", "pk"):
        if row.wallet.owner_id == by.pk:
            raise refusals.OwnMatter
        by_wallet.setdefault(row.wallet_id, []).append(row)
    taken, clawed = 0, dict[int, int]()
    for of_wallet in by_wallet.values():
        months = [Month(payment, at) for payment in of_wallet]
        for month in months:
            fen = month.take_back([month.payment], because=because, clawing=True)
            taken += fen
            if month.closed and fen:
                shop = month.payment.merchant_id
                clawed[shop] = clawed.get(shop, 0) + fen
        wallet = months[0].wallet
        if bar and wallet.barred_at is None:
            Wallet.objects.filter(pk=wallet.pk).update(barred_at=at)
            record("wallet.barred", wallet, by=by, at=at, because=because)
    return Taken(taken, clawed)


@transaction.atomic
def restore(*, payment_ids: Collection[int], by: Person, at: datetime, because: str) -> int:
    """Undo a penalty that was wrong: give back what it took, in fen, and readmit the payers."""
    if not because.strip():
        raise refusals.ReasonMissing
    given = 0
    rows = Payment.objects.filter(pk__in=payment_ids).order_by("wallet_id", "pk")
    for row in rows:
        month = Month(row, at)
        given += month.give_back(month.payment, because=because)
        if month.wallet.barred_at is not None:
            Wallet.objects.filter(pk=month.wallet.pk).update(barred_at=None, recent=[])
            record("wallet.readmitted", month.wallet, by=by, at=at, because=because)
    return given
