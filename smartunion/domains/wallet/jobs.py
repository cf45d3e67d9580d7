"""What the worker does for the wallet: send orders to the bank, and tidy up after time.

A send has three steps, and no transaction is open while the bank is asked: lease some orders,
ask, note the answers. Whoever dies in between leaves a lease that runs out; the next one queries
the bank by key before it sends anything a second time. The key is the same for ever.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from smartunion.domains.wallet import telling
from smartunion.domains.wallet.actions import expiring, legs, ordering
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
    their_keys,
)
from smartunion.domains.wallet.models import BankOrder
from smartunion.domains.wallet.reads import figures, waits
from smartunion.kernel.base.days import campus_day, campus_month, start_of
from smartunion.kernel.base.refusals import Refused

log = logging.getLogger(__name__)

EXPIRING_MONTHS = 2
"""So many months before this one are looked at for what has expired."""

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

_LEASE = """
UPDATE wallet_bankorder o
   SET state = CASE WHEN o.two_phases THEN o.state ELSE 'sent' END, attempts = attempts + 1,
       due_at = now() + %(seconds)s * interval '1 s'
  FROM wallet_wallet w JOIN people_person p ON p.id = w.owner_id,
       wallet_bankfeed f
 WHERE w.id = o.wallet_id AND o.id IN (
   SELECT id FROM wallet_bankorder
    WHERE {due} AND due_at <= now() ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING o.id, o.kind, f.mark || '-' || o.document, o.wallet_id, o.merchant_id, o.amount_fen,
  o.occurred_at, o.attempts, f.mark, p.name,
  (SELECT m.name FROM wallet_merchant m WHERE m.id = o.merchant_id), o.state,
  CASE o.kind
    WHEN 'PAY' THEN (
      SELECT t.code || to_char(y.biz_date, '-YYYYMMDD-') || y.terminal_seq
        FROM wallet_payment y JOIN wallet_terminal t ON t.id = y.terminal_id
       WHERE y.id = split_part(o.document, ':', 2)::bigint)
    WHEN 'REFUND' THEN (
      SELECT t.code || to_char(y.biz_date, '-YYYYMMDD-') || y.terminal_seq
        FROM wallet_refund y JOIN wallet_terminal t ON t.id = y.terminal_id
       WHERE y.id = split_part(o.document, ':', 2)::bigint)
  END
"""
_LEASE_KINDS = _LEASE.format(due="state IN ('waiting', 'sent') AND kind = ANY(%(kinds)s)"
                                 " AND NOT two_phases")  # fmt: skip
_LEASE_UNDECIDED = _LEASE.format(
    due="two_phases AND state IN ('waiting', 'reserved', 'posting', 'voiding')"
)
_AGAIN = """
UPDATE wallet_bankorder SET due_at = now() + %s * interval '1 s'
 WHERE id = ANY(%s) AND (state = 'sent' OR two_phases)
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
    state: str
    terminal: str | None

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
        return Instruction(
            self.key, self.kind, payer, payee, self.amount_fen, self.occurred_at,
            self.terminal or "",
        )  # fmt: skip


def bank(*, tells: bool = False) -> HttpBank:
    """Return the bank that the settings name; it tells the house's own door where one is open."""
    door = f"{settings.PUBLIC_URL}/wallet/bank/notifications/" if tells else ""
    return HttpBank(
        settings.BANK_URL, ours=keys_of(settings.BANK_OUR_KEYS), theirs=their_keys(), told_at=door
    )


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


def decide_waiting(bank: Bank, *, at: datetime) -> int:
    """Bring payments that wait for the bank to their end; return how many were paid.

    Money is held, then posted; past its term a payment is given up and voided. Two asks in one
    round, so a till waits about a second when the bank is well.
    """
    ordering.order(at=at)
    for order_id in waits.overdue(at=at):
        legs.give_up(order_id=order_id, at=at)
    return _each_batch(lambda: _lease(_LEASE_UNDECIDED), lambda some: _decide(bank, some, at=at))


def keep_months(*, at: datetime) -> int:
    """Tell of what the month leaves over, and let it expire after, where the terms say so.

    The months before are looked at again: money of theirs that came back since expires, too.
    Returns how many were told; nothing happens on a day without a plan.
    """
    month = campus_month(at)
    try:
        for _ in range(EXPIRING_MONTHS):
            month = campus_month(start_of(month) - timedelta(days=1))
            expiring.expire_allotments(month=month, by=None, at=at)
    except Refused as no:
        log.info("before the first plan nothing expires: %s", no)
    try:
        return telling.remind(at=at)
    except Refused:
        return 0


def _send_all(bank: Bank, kinds: Sequence[str], *, at: datetime) -> int:
    """Send batch after batch until none is due or the bank falls silent."""
    return _each_batch(
        lambda: _lease(_LEASE_KINDS, kinds=list(kinds)), lambda some: _send(bank, some, at=at)
    )


def _each_batch(lease: Callable[[], list[Leased]], send: Callable[[Sequence[Leased]], int]) -> int:
    through = 0
    while leased := lease():
        try:
            through += send(leased)
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
def _lease(statement: str, **more: list[str]) -> list[Leased]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**more, "limit": BATCH, "seconds": LEASE_SECONDS})
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


class _Round:
    """One round of asking the bank about payments that wait; `stands` is each order's state."""

    def __init__(self, leased: Sequence[Leased], at: datetime) -> None:
        self.leased, self.at = leased, at
        self.stands = {each.id: each.state for each in leased}
        self._ids = {each.key: each.id for each in leased}

    def those(self, state: str) -> list[Leased]:
        return [each for each in self.leased if self.stands[each.id] == state]

    def hear(self, outcomes: Iterable[Outcome]) -> None:
        """Note what the bank says of each."""
        for said in outcomes:
            order_id = self._ids[said.key]
            self.stands[order_id] = legs.heard(
                order_id=order_id, status=said.status, code=said.code, bank_ref=said.bank_ref,
                posted_at=said.posted_at, at=self.at,
            )  # fmt: skip

    def decide(self) -> None:
        """Let what is held be posted, unless its payment was given up meanwhile."""
        for each in self.those("reserved"):
            allowed = legs.may_post(order_id=each.id, at=self.at)
            self.stands[each.id] = "posting" if allowed else "voiding"


def _decide(bank: Bank, leased: Sequence[Leased], *, at: datetime) -> int:
    """Ask what is known of those asked before; then hold, post and void what each needs."""
    now = _Round(leased, at)
    before = [each for each in leased if each.attempts > 1]
    if unknown := [each.key for each in before if each.state in ("waiting", "posting")]:
        now.hear(bank.query(unknown).values())
    if waiting := now.those("waiting"):
        bank.open_wallets(sorted({w for each in waiting for w in each.wallets}, key=_by_reference))
        seconds = figures.terms_on(campus_day(at)).bank_hold_seconds
        now.hear(bank.reserve([each.instruction for each in waiting], seconds=seconds))
    now.decide()
    if posting := now.those("posting"):
        now.hear(bank.post([(each.key, each.amount_fen) for each in posting]))
    if voiding := now.those("voiding"):
        now.hear(bank.void([each.key for each in voiding]))
    for each in leased:
        if now.stands[each.id] in legs.OPEN:
            _again([each.id], min(2.0**each.attempts / 4, 60))
    return len(now.those("done"))


def _by_reference(wallet: Opening) -> str:
    return wallet.reference
