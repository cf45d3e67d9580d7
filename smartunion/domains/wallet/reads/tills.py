"""Terminals, their merchants and keys, kept for a moment, so that a payment need not ask."""

from dataclasses import dataclass
from datetime import date
from time import monotonic

from django.db.models import Max, Q

from smartunion.domains.wallet.models import Merchant, Payment, Refund, Terminal, TerminalKey

FRESH_SECONDS = 2.0
"""How long a process may go on with a terminal or a key after an officer has stopped it."""


@dataclass(frozen=True, slots=True)
class Till:
    """A terminal and whose it is."""

    id: int
    code: str
    merchant_id: int
    merchant: str
    state: str

    @property
    def trading(self) -> bool:
        """Tell if its merchant may take money."""
        return self.state == Merchant.State.ACTIVE


@dataclass(frozen=True, slots=True)
class Key:
    """A terminal's live key."""

    key_id: str
    secret: bytes
    till: Till


_tills: dict[int, tuple[float, Till | None]] = {}
_keys: dict[str, tuple[float, Key | None]] = {}


def _till(terminal: Terminal) -> Till:
    merchant = terminal.merchant
    return Till(terminal.pk, terminal.code, merchant.pk, merchant.name, merchant.state)


def till(terminal_id: int) -> Till | None:
    """Return the terminal in service, or None."""
    known = _tills.get(terminal_id)
    if known is not None and known[0] > monotonic():
        return known[1]
    row = (
        Terminal.objects.select_related("merchant")
        .filter(pk=terminal_id, retired_at__isnull=True)
        .first()
    )
    found = _till(row) if row else None
    if found is not None:  # what is not there is not remembered: nobody can fill the memory
        _tills[terminal_id] = (monotonic() + FRESH_SECONDS, found)
    return found


def key(key_id: str) -> Key | None:
    """Return the live key of that name with its terminal, or None."""
    known = _keys.get(key_id)
    if known is not None and known[0] > monotonic():
        return known[1]
    row = (
        TerminalKey.objects.select_related("terminal__merchant")
        .filter(key_id=key_id, retired_at__isnull=True, terminal__retired_at__isnull=True)
        .first()
    )
    found = Key(row.key_id, bytes(row.secret), _till(row.terminal)) if row else None
    if found is not None:
        _keys[key_id] = (monotonic() + FRESH_SECONDS, found)
    return found


def forget() -> None:
    """Forget what is known, so that the next question is answered from the tables."""
    _tills.clear()
    _keys.clear()


def next_seq(terminal_id: int, biz_date: date) -> int:
    """Return the terminal's next number of the business day; the tables' keys keep it unique."""
    here = Q(terminal_id=terminal_id, biz_date=biz_date)
    last = [
        model.objects.filter(here).aggregate(last=Max("terminal_seq"))["last"] or 0
        for model in (Payment, Refund)
    ]
    return max(last) + 1
