"""What the worker does for the wallet: send orders to the bank, and tidy up after time.

A send has three steps, and no transaction is open while the bank is asked: lease some orders,
ask, note the answers. Whoever dies in between leaves a lease that runs out; the next one queries
the bank by key before it sends anything a second time. The key is the same for ever.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from smartunion.domains.wallet.actions import ordering
from smartunion.domains.wallet.gateways import (
    BATCH,
    CORPORATE,
    Bank,
    BankRefuses,
    BankSilent,
    HttpBank,
    Instruction,
    Opening,
    Outcome,
    keys_of,
)
from smartunion.domains.wallet.models import BankOrder
from smartunion.kernel.base import sm2

log = logging.getLogger(__name__)

LEASE_SECONDS = 15
"""Longer than the bank is ever waited for."""

SILENT_SECONDS = 2
"""How soon a bank that gave no answer is asked again."""

PATIENCE = 12
"""How often an order is sent that the bank refuses for a reason that may pass."""

MAY_PASS = {
    "ALLOC": {"UNKNOWN_WALLET"},
    "RETURN": {"UNKNOWN_WALLET", "INSUFFICIENT"},
    "PAY": {"UNKNOWN_WALLET", "INSUFFICIENT"},
    "REFUND": {"UNKNOWN_WALLET", "INSUFFICIENT"},
}
"""Refusals that may pass by themselves: what fills the purse may still be under way."""

_LEASE = f"""
UPDATE wallet_bankorder o
   SET state = 'sent', attempts = attempts + 1, due_at = now() + interval '{LEASE_SECONDS} s'
  FROM wallet_wallet w JOIN people_person p ON p.id = w.owner_id,
       wallet_bankfeed f
 WHERE w.id = o.wallet_id AND o.id IN (
   SELECT id FROM wallet_bankorder
    WHERE state IN ('waiting', 'sent') AND due_at <= now() AND kind = ANY(%(kinds)s)
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING o.id, o.kind, f.mark || '-' || o.document, o.wallet_id, o.merchant_id, o.amount_fen,
  o.occurred_at, o.attempts, f.mark, p.name,
  (SELECT m.name FROM wallet_merchant m WHERE m.id = o.merchant_id)
"""  # noqa: S608 - our own constants
_AGAIN = """
UPDATE wallet_bankorder SET due_at = now() + %s * interval '1 s'
 WHERE id = ANY(%s) AND state = 'sent'
"""


@dataclass(frozen=True)
class Leased:
    """An order that is this worker's for a while."""

    id: int
    kind: str
    key: str
    wallet_id: int
    merchant_id: int | None
    amount_fen: int
    occurred_at: datetime
    attempts: int
    mark: str
    owner: str
    merchant: str | None

    @property
    def member(self) -> Opening:
        """Return the member's sub-wallet at the bank."""
        return Opening(f"{self.mark}-W{self.wallet_id}", "personal", self.owner)

    @property
    def shop(self) -> Opening:
        """Return the merchant's wallet at the bank."""
        return Opening(f"{self.mark}-M{self.merchant_id}", "merchant", self.merchant or "")

    @property
    def wallets(self) -> list[Opening]:
        """Return the wallets that must be open at the bank."""
        return [self.member] if self.merchant_id is None else [self.member, self.shop]

    @property
    def instruction(self) -> Instruction:
        """Return what the bank is asked."""
        other = CORPORATE if self.merchant_id is None else self.shop.reference
        inward = self.kind in (BankOrder.Kind.ALLOC, BankOrder.Kind.REFUND)
        payer, payee = (other, self.member.reference) if inward else (self.member.reference, other)
        return Instruction(self.key, self.kind, payer, payee, self.amount_fen, self.occurred_at)


def bank() -> HttpBank:
    """Return the bank that the settings name."""
    theirs = keys_of(settings.BANK_THEIR_KEYS)
    if not theirs:  # the demonstration: the simulated bank's own
        theirs = {
            key_id: sm2.public_of(private)
            for key_id, private in keys_of(settings.BANK_SANDBOX_KEYS).items()
        }
    return HttpBank(settings.BANK_URL, ours=keys_of(settings.BANK_OUR_KEYS), theirs=theirs)


def send_allotments(bank: Bank, *, at: datetime) -> int:
    """Order and send what moves between the fund and the members; return how many came through.

    R041, R042: the corporate wallet funds the personal one; then the money is spendable.
    """
    ordering.order(at=at)
    return _send_all(bank, ["ALLOC", "RETURN"], at=at)


def send_payments(bank: Bank, *, at: datetime) -> int:
    """Order and send the digital-yuan legs of payments and refunds (R043, R048)."""
    ordering.order(at=at)
    return _send_all(bank, ["PAY", "REFUND"], at=at)


def _send_all(bank: Bank, kinds: Sequence[str], *, at: datetime) -> int:
    """Send batch after batch until none is due or the bank falls silent."""
    through = 0
    while leased := _lease(kinds):
        try:
            through += _send(bank, leased, at=at)
        except BankSilent as silence:
            _again([each.id for each in leased], SILENT_SECONDS)
            log.warning("the bank is silent; %s orders are asked again: %s", len(leased), silence)
            break
        except BankRefuses as refusal:
            _again([each.id for each in leased], 30 * SILENT_SECONDS)
            log.error("the bank refuses a whole request: %s", refusal)
            break
    return through


@transaction.atomic
def _lease(kinds: Sequence[str]) -> list[Leased]:
    with connection.cursor() as cursor:
        cursor.execute(_LEASE, {"kinds": list(kinds), "limit": BATCH})
        return sorted((Leased(*row) for row in cursor.fetchall()), key=lambda each: each.id)


@transaction.atomic
def _again(ids: Iterable[int], seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, [seconds, list(ids)])


def _send(bank: Bank, leased: Sequence[Leased], *, at: datetime) -> int:
    """Ask what is known of orders that were sent before, send the rest, note every outcome."""
    before = [each.key for each in leased if each.attempts > 1]
    outcomes: dict[str, Outcome] = bank.query(before) if before else {}
    unsent = [each for each in leased if each.key not in outcomes]
    if unsent:
        bank.open_wallets(sorted({w for each in unsent for w in each.wallets}, key=_by_reference))
        outcomes |= {o.key: o for o in bank.carry_out([each.instruction for each in unsent])}
    done = [
        (each.id, outcomes[each.key].bank_ref, moment)
        for each in leased
        if (moment := outcomes[each.key].posted_at) is not None
    ]
    ordering.orders_done(done=done, at=at)
    for each in leased:
        outcome = outcomes[each.key]
        if outcome.done:
            continue
        if outcome.code in MAY_PASS[each.kind] and each.attempts < PATIENCE:
            _again([each.id], min(2.0**each.attempts / 4, 300))
        else:
            ordering.order_refused(order_id=each.id, code=outcome.code, at=at)
    return len(done)


def _by_reference(wallet: Opening) -> str:
    return wallet.reference
