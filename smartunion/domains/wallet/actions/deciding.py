"""Freezings and appeals: a person decides what the rule has only held (R057, R059, T57)."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from smartunion.domains.wallet.models import (
    Appeal,
    Freezing,
    Payment,
    Wallet,
)
from smartunion.domains.wallet.reads import figures
from smartunion.kernel.base.calendar import add_working_days
from smartunion.kernel.base.days import campus_day, end_of
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import refusals
from .months import Month


def _opened(freezing_id: int, by: Person, because: str, at: datetime) -> tuple[Freezing, Month]:
    """Return the undecided freezing with its month under lock, for an officer who may decide."""
    if not because.strip():
        raise refusals.ReasonMissing
    freezing = Freezing.objects.select_related("payment", "wallet").get(pk=freezing_id)
    if freezing.wallet.owner_id == by.pk:
        raise refusals.OwnMatter
    month = Month(freezing.payment, at)
    freezing.refresh_from_db(fields=["outcome", "decided_at"])
    if freezing.decided_at is not None:
        raise refusals.AlreadyDecided(outcome=freezing.get_outcome_display())
    return freezing, month


def _decide(freezing: Freezing, outcome: str, by: Person, at: datetime, because: str) -> None:
    freezing.outcome, freezing.decided_by = outcome, by
    freezing.decided_at, freezing.because = at, because
    freezing.save(update_fields=["outcome", "decided_by", "decided_at", "because"])
    Appeal.objects.filter(freezing=freezing).update(answered_at=at)


@transaction.atomic
def release(*, freezing_id: int, by: Person, at: datetime, because: str) -> Freezing:
    """Release the device: the held payment settles with its subsidy, counting starts afresh.

    By an officer who is not the member. An appeal, where there is one, is answered thereby.
    """
    freezing, month = _opened(freezing_id, by, because, at)
    payment, wallet = month.payment, month.wallet
    if payment.status == Payment.Status.HELD:
        wallet.ecny_held_fen -= payment.ecny_fen
        wallet.points_held_fen -= payment.points_fen
        month.count(payment.ecny_fen, payment.points_fen, +1)
        month.move(Payment.Status.SETTLED, by=by, because=because)
        month.adjust(month.deltas())
    if not wallet.freezings.filter(decided_at__isnull=True).exclude(pk=freezing.pk).exists():
        wallet.frozen_at = None
    wallet.recent = []
    wallet.save()
    _decide(freezing, Freezing.Outcome.RELEASED, by, at, because)
    record("wallet.released", freezing, by=by, at=at, because=because, payment=payment.pk)
    return freezing


@transaction.atomic
def confirm_cash_out(*, freezing_id: int, by: Person, at: datetime, because: str) -> Freezing:
    """Confirm a cash-out (R059): the held payment is voided, the burst's subsidy taken back,
    and the wallet loses its eligibility until the union decides otherwise."""
    freezing, month = _opened(freezing_id, by, because, at)
    payment, wallet = month.payment, month.wallet
    if payment.status == Payment.Status.HELD:
        month.put_back(by=by, because=because)
    terms = figures.terms_on(campus_day(freezing.frozen_at))
    burst = Payment.objects.filter(
        wallet=wallet,
        status__in="SR",
        received_at__gte=freezing.frozen_at - timedelta(minutes=terms.burst_minutes),
        received_at__lte=freezing.frozen_at,
    ).order_by("pk")
    month.take_back(burst, because=because)
    wallet.frozen_at = None
    wallet.barred_at = at
    wallet.save(update_fields=["frozen_at", "barred_at"])
    _decide(freezing, Freezing.Outcome.CONFIRMED, by, at, because)
    record("wallet.cash_out_confirmed", freezing, by=by, at=at, because=because)
    return freezing


@transaction.atomic
def readmit(*, wallet_id: int, by: Person, at: datetime, because: str) -> None:
    """Give a barred wallet its eligibility back; never one's own."""
    if not because.strip():
        raise refusals.ReasonMissing
    wallet = Wallet.objects.select_for_update(no_key=True).get(pk=wallet_id)
    if wallet.owner_id == by.pk:
        raise refusals.OwnMatter
    if wallet.barred_at is None:
        raise refusals.NotBarred(name=wallet.owner.name)
    Wallet.objects.filter(pk=wallet_id).update(barred_at=None, recent=[], seq=F("seq"))
    record("wallet.readmitted", wallet, by=by, at=at, because=because)


@transaction.atomic
def appeal(*, freezing_id: int, text: str, by: Person, at: datetime) -> Appeal:
    """Appeal against one's own freezing; it is due within the terms' working days (T57)."""
    if not text.strip():
        raise refusals.ReasonMissing
    freezing = (
        Freezing.objects.select_for_update(no_key=True, of=("self",))
        .select_related("wallet")
        .get(pk=freezing_id)
    )
    if freezing.wallet.owner_id != by.pk:
        raise refusals.NotOwnFreezing
    if freezing.decided_at is not None:
        raise refusals.AlreadyDecided(outcome=freezing.get_outcome_display())
    before = Appeal.objects.filter(freezing=freezing).first()
    if before is not None:
        raise refusals.AlreadyAppealed(at=f"{before.at:%Y-%m-%d %H:%M}")
    days = figures.terms_on(campus_day(at)).appeal_working_days
    due_at = end_of(add_working_days(campus_day(at), days))
    try:
        with transaction.atomic():
            made = Appeal.objects.create(
                freezing=freezing, text=text[:400], by=by, at=at, due_at=due_at
            )
    except IntegrityError as error:
        raise refusals.AlreadyAppealed(at="刚才") from error
    record("wallet.appealed", made, by=by, at=at, because=text[:400], freezing=freezing.pk)
    return made
