"""A merchant contradicts a finding; who has not found it answers, and sets it right if need be."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.merchants.models import Dispute, Suspicion
from smartunion.domains.merchants.reads.figures import terms_on
from smartunion.domains.merchants.rules import refusals
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base.calendar import add_working_days
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record


@transaction.atomic
def dispute(*, suspicion_id: int, merchant_id: int, text: str, by: Person, at: datetime) -> Dispute:
    """Contradict a confirmed cash-out at one's own shop, once."""
    if not text.strip():
        raise refusals.ReasonMissing
    found = (
        Suspicion.objects.select_for_update()
        .filter(pk=suspicion_id, merchant_id=merchant_id, state=Suspicion.State.CONFIRMED)
        .first()
    )
    if found is None:
        raise refusals.NoSuchFinding
    if Dispute.objects.filter(suspicion=found).exists():
        raise refusals.AlreadyDisputed
    days = terms_on(campus_day(at)).decide_working_days
    made = Dispute.objects.create(
        suspicion=found, text=text[:400], by=by, at=at,
        due_on=add_working_days(campus_day(at), days),
    )  # fmt: skip
    record("merchants.disputed", made, by=by, at=at, because=text[:400])
    return made


@transaction.atomic
def answer(*, dispute_id: int, upheld: bool, by: Person, at: datetime, because: str) -> Dispute:
    """Answer a dispute; if it is right, what was taken is given back and the payers readmitted."""
    if not because.strip():
        raise refusals.ReasonMissing
    there = Dispute.objects.select_for_update().get(pk=dispute_id)
    if there.answered_at is not None:
        raise refusals.AlreadyAnswered
    found = Suspicion.objects.select_for_update().get(pk=there.suspicion_id)
    out = {found.decided_by_id, *(one.pk for one in wallet.payers(found.payments))}
    if by.pk in out:
        raise refusals.OwnDecision
    if upheld:
        there.given_fen = wallet.restore(
            payment_ids=found.payments, by=by, at=at, because=because[:400]
        )
        found.state, found.taken_fen = Suspicion.State.EXCLUDED, 0
        found.decided_by, found.decided_at, found.because = by, at, because[:400]
        found.save()
    there.upheld, there.answer = upheld, because[:400]
    there.answered_by, there.answered_at = by, at
    there.save()
    record("merchants.dispute_answered", there, by=by, at=at, because=because,
           given_fen=there.given_fen)  # fmt: skip
    return there
