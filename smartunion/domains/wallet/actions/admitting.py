"""Merchants, their terminals and keys (R043, R047, R055, R056)."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from smartunion.domains.wallet.models import Merchant, Terminal, TerminalKey
from smartunion.domains.wallet.reads import figures, keys, tills
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.ledger.actions import post
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.trail.record import record

from . import refusals

KEYS_LIVE = 2
"""An old and a new key, so that a terminal changes over without a gap."""


@transaction.atomic
def register_merchant(
    *,
    number: str,
    name: str,
    category: str,
    place: str = "",
    by: Person | None,
    at: datetime,
) -> Merchant:
    """Register a merchant with its unit; registering the number again returns the first."""
    found = Merchant.objects.filter(number=number).first()
    if found is not None:
        return found
    unit, _ = Unit.objects.get_or_create(
        code=number, defaults={"name": name, "kind": Unit.Kind.MERCHANT}
    )
    made = Merchant.objects.create(
        unit=unit, number=number, name=name, category=category, place=place
    )
    record("wallet.merchant_registered", made, by=by, at=at)
    return made


@transaction.atomic
def sign_undertaking(*, merchant_id: int, by: Person | None, at: datetime) -> None:
    """Note that the merchant has signed the undertaking against cash-out (R055)."""
    merchant = Merchant.objects.select_for_update().get(pk=merchant_id)
    if merchant.undertaking_signed_at is None:
        merchant.undertaking_signed_at = at
        merchant.save(update_fields=["undertaking_signed_at"])
        record("wallet.undertaking_signed", merchant, by=by, at=at)


@transaction.atomic
def pay_deposit(
    *, merchant_id: int, amount_fen: int, document: str, by: Person | None, at: datetime
) -> None:
    """Take a deposit: a liability towards the merchant, never income (R056, T21)."""
    merchant = Merchant.objects.select_for_update().get(pk=merchant_id)
    post(
        debit="bank.ecny", credit="merchant.deposit", amount_fen=amount_fen, document=document,
        code="deposit", at=at, by=by,
    )  # fmt: skip
    merchant.deposit_fen += amount_fen
    merchant.save(update_fields=["deposit_fen"])
    record("wallet.deposit_paid", merchant, by=by, at=at, amount_fen=amount_fen, document=document)


@transaction.atomic
def activate(*, merchant_id: int, by: Person | None, at: datetime) -> None:
    """Let the merchant trade: only with the undertaking signed and the deposit paid in full."""
    merchant = Merchant.objects.select_for_update().get(pk=merchant_id)
    if merchant.undertaking_signed_at is None:
        raise refusals.NoUndertaking(merchant=merchant.name)
    due = figures.terms_on(campus_day(at)).deposit_fen
    if merchant.deposit_fen < due:
        raise refusals.DepositShort(
            merchant=merchant.name,
            paid=f"{merchant.deposit_fen / 100:,.2f}",
            due=f"{due / 100:,.2f}",
        )
    _become(merchant, Merchant.State.ACTIVE)
    record("wallet.merchant_activated", merchant, by=by, at=at)


@transaction.atomic
def suspend(*, merchant_id: int, by: Person | None, at: datetime, because: str) -> None:
    """Stop the merchant from trading; every process heeds it within two seconds."""
    merchant = Merchant.objects.select_for_update().get(pk=merchant_id)
    _become(merchant, Merchant.State.SUSPENDED)
    record("wallet.merchant_suspended", merchant, by=by, at=at, because=because)


@transaction.atomic
def let_go(
    *,
    merchant_id: int,
    expelled: bool,
    forfeited_fen: int,
    owed_fen: int = 0,
    document: str,
    by: Person | None,
    at: datetime,
    because: str,
) -> int:
    """Let a suspended merchant go; return what of the deposit goes back to it, in fen (T21).

    What a decision forfeits becomes income, what the merchant still owes is paid by the deposit
    (example G), the rest leaves the corporate wallet. Its terminals leave service. A second time
    there is no deposit left.
    """
    merchant = Merchant.objects.select_for_update().get(pk=merchant_id)
    assert 0 <= forfeited_fen + owed_fen <= merchant.deposit_fen
    back = merchant.deposit_fen - forfeited_fen - owed_fen
    for credit, fen, code in (
        ("bank.ecny", back, "deposit.back"), ("income.forfeit", forfeited_fen, "deposit.kept"),
        ("merchant.subsidy", owed_fen, "deposit.cover"),
    ):  # fmt: skip
        if fen:
            post(
                debit="merchant.deposit", credit=credit, amount_fen=fen, document=document,
                code=code, at=at, by=by, because=because,
            )  # fmt: skip
    merchant.deposit_fen = 0
    merchant.save(update_fields=["deposit_fen"])
    for terminal in merchant.terminals.filter(retired_at__isnull=True):
        retire_terminal(terminal_id=terminal.pk, by=by, at=at, because=because)
    _become(merchant, Merchant.State.EXPELLED if expelled else Merchant.State.LEFT)
    record(
        "wallet.merchant_let_go", merchant, by=by, at=at, because=because,
        amount_fen=back, forfeited_fen=forfeited_fen, owed_fen=owed_fen,
    )  # fmt: skip
    return back


def _become(merchant: Merchant, state: str) -> None:
    merchant.state = state
    merchant.save(update_fields=["state"])
    tills.forget()
    transaction.on_commit(tills.forget)


@transaction.atomic
def register_terminal(
    *, merchant_id: int, code: str, name: str = "", by: Person | None, at: datetime
) -> Terminal:
    """Register a merchant's terminal; registering the code again returns the first."""
    made, fresh = Terminal.objects.get_or_create(
        code=code,
        defaults={"merchant_id": merchant_id, "name": name, "upgraded_on": campus_day(at)},
    )
    if fresh:
        record("wallet.terminal_registered", made, by=by, at=at)
    return made


@dataclass(frozen=True)
class IssuedKey:
    """A key as it is handed over, once: afterwards nobody can read its secret."""

    key_id: str
    secret: bytes = field(repr=False)


@transaction.atomic
def issue_key(*, terminal_id: int, by: Person | None, at: datetime) -> IssuedKey:
    """Make a terminal a new key of 32 bytes; two at most are live at once."""
    terminal = Terminal.objects.select_for_update().get(pk=terminal_id)
    if terminal.retired_at is not None:
        raise refusals.TerminalRetired(terminal=terminal.code)
    live = TerminalKey.objects.filter(terminal=terminal, retired_at__isnull=True).count()
    if live >= KEYS_LIVE:
        raise refusals.TwoKeysLive(terminal=terminal.code)
    issued = IssuedKey(f"K{secrets.token_hex(8)}", secrets.token_bytes(32))
    made = TerminalKey.objects.create(
        terminal=terminal,
        key_id=issued.key_id,
        locked=keys.lock(issued.secret, key_id=issued.key_id),
        since=at,
    )
    record("wallet.key_issued", made, by=by, at=at, key_id=made.key_id)
    return issued


@transaction.atomic
def lock_keys_again(*, at: datetime) -> int:
    """Lock every key by the current master key and return how many were locked by another."""
    count = 0
    for key in TerminalKey.objects.select_for_update().order_by("pk"):
        if keys.locked_by(key.locked) != keys.current():
            key.locked = keys.lock(keys.unlock(key.locked, key_id=key.key_id), key_id=key.key_id)
            key.save(update_fields=["locked"])
            record("wallet.key_locked_again", key, by=None, at=at, name=keys.current())
            count += 1
    return count


@transaction.atomic
def retire_key(*, key_id: str, by: Person | None, at: datetime, because: str = "") -> None:
    """Retire a key; every process heeds it within two seconds."""
    key = TerminalKey.objects.select_for_update().get(key_id=key_id)
    if key.retired_at is None:
        key.retired_at = at
        key.save(update_fields=["retired_at"])
        tills.forget()
        transaction.on_commit(tills.forget)
        record("wallet.key_retired", key, by=by, at=at, because=because)


@transaction.atomic
def retire_terminal(*, terminal_id: int, by: Person | None, at: datetime, because: str) -> None:
    """Take a terminal out of service, its keys with it."""
    terminal = Terminal.objects.select_for_update().get(pk=terminal_id)
    if terminal.retired_at is None:
        terminal.retired_at = at
        terminal.save(update_fields=["retired_at"])
        for key in terminal.keys.filter(retired_at__isnull=True):
            retire_key(key_id=key.key_id, by=by, at=at, because=because)
        record("wallet.terminal_retired", terminal, by=by, at=at, because=because)
