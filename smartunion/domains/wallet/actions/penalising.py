"""A confirmed cash-out: the union's share of the purchases is taken back (R059, 7.1③)."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from smartunion.domains.wallet.models import Payment, Wallet
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import refusals
from .months import Month


@transaction.atomic
def penalise(
    *, payment_ids: Collection[int], bar: bool, by: Person, at: datetime, because: str
) -> int:
    """Take back the union's share of these purchases, return it in fen; bar their payers if asked.

    Never by a payer of one of them. What belongs to a closed month is booked in the open statement.
    Safe to repeat.
    """
    if not because.strip():
        raise refusals.ReasonMissing
    rows = Payment.objects.filter(pk__in=payment_ids).select_related("wallet")
    by_wallet: dict[int, list[Payment]] = {}
    for row in rows.order_by("wallet_id", "pk"):
        if row.wallet.owner_id == by.pk:
            raise refusals.OwnMatter
        by_wallet.setdefault(row.wallet_id, []).append(row)
    taken = 0
    for of_wallet in by_wallet.values():
        months = [Month(payment, at) for payment in of_wallet]
        for month in months:
            taken += month.take_back([month.payment], because=because)
        wallet = months[0].wallet
        if bar and wallet.barred_at is None:
            Wallet.objects.filter(pk=wallet.pk).update(barred_at=at)
            record("wallet.barred", wallet, by=by, at=at, because=because)
    return taken


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
