"""The end of a payment that waited for the bank: spent, or given back."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.wallet.models import Payment
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import refusals
from .months import Month

S, P = Payment.Status.SETTLED, Payment.Status.PENDING


@transaction.atomic
def settle(*, payment_id: int, by: Person | None = None, at: datetime) -> Payment:
    """The bank has confirmed a pending payment: what was reserved is spent."""
    payment = Payment.objects.get(pk=payment_id)
    month = Month(payment, at)
    if payment.status == S:
        return payment
    if payment.status != P:
        raise refusals.NotVoidable(state=payment.get_status_display())
    month.wallet.ecny_held_fen -= payment.ecny_fen
    month.wallet.points_held_fen -= payment.points_fen
    month.wallet.save(update_fields=["ecny_held_fen", "points_held_fen"])
    month.move(S, by=by, because="")
    record("wallet.settled", payment, by=by, at=at)
    return payment


@transaction.atomic
def lapse(*, payment_id: int, to: str, at: datetime, because: str) -> Payment:
    """The bank will not pay a pending payment (to V), or nobody waits longer (to X): money back.

    One that has ended already stays as it ended.
    """
    payment = Payment.objects.get(pk=payment_id)
    month = Month(payment, at)
    if payment.status == P:
        month.put_back(to=to, by=None, because=because)
        record("wallet.lapsed", payment, by=None, at=at, because=because)
    return payment
