"""A person decides what a suspicion was; nobody decides their own (R059, 7.1③)."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.merchants.models import Suspicion
from smartunion.domains.merchants.rules import refusals
from smartunion.domains.settlement import public as settlement
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record


def _opened(suspicion_id: int, by: Person, because: str) -> Suspicion:
    if not because.strip():
        raise refusals.ReasonMissing
    found = Suspicion.objects.select_for_update().get(pk=suspicion_id)
    shop = wallet.shop(found.merchant_id)
    if by.pk in {one.pk for one in wallet.payers(found.payments)} or (
        shop is not None and by.unit_id == shop.unit_id
    ):
        raise refusals.OwnMatter
    if found.state != Suspicion.State.OPEN:
        raise refusals.AlreadyDecided(outcome=found.get_state_display())
    return found


def _decide(found: Suspicion, state: str, by: Person, at: datetime, because: str) -> None:
    found.state, found.decided_by, found.decided_at = state, by, at
    found.because = because[:400]
    found.save(update_fields=["state", "decided_by", "decided_at", "because", "taken_fen"])


@transaction.atomic
def exclude(*, suspicion_id: int, by: Person, at: datetime, because: str) -> Suspicion:
    """Find that there is nothing in it; the reason stays with the rows."""
    found = _opened(suspicion_id, by, because)
    _decide(found, Suspicion.State.EXCLUDED, by, at, because)
    record("merchants.suspicion_excluded", found, by=by, at=at, because=because)
    return found


@transaction.atomic
def confirm(*, suspicion_id: int, by: Person, at: datetime, because: str) -> Suspicion:
    """Confirm a cash-out: the union's share of the rows is taken back, the payers are barred.

    Of an open month it lowers the merchant's statement; of one that was frozen it is clawed back
    from the next (R059). Whether the merchant goes is a decision of its own.
    """
    found = _opened(suspicion_id, by, because)
    taken = wallet.penalise(
        payment_ids=found.payments, bar=True, by=by, at=at, because=because[:400]
    )
    found.taken_fen = taken.fen
    for merchant_id, fen in sorted(taken.clawed_fen.items()):
        settlement.claw_back(
            merchant_id=merchant_id, amount_fen=fen, document=f"suspicion:{found.pk}:{merchant_id}",
            by=by, at=at, because=because,
        )  # fmt: skip
    _decide(found, Suspicion.State.CONFIRMED, by, at, because)
    record(
        "merchants.cash_out_confirmed", found, by=by, at=at, because=because,
        taken_fen=found.taken_fen,
    )  # fmt: skip
    return found
