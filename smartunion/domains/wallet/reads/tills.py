"""Terminals, their merchants and keys, kept for a moment, so that a payment need not ask."""

import logging
from dataclasses import dataclass
from datetime import date
from time import monotonic

from django.db.models import Max, Q

from smartunion.domains.wallet.models import Merchant, Payment, Refund, Terminal, TerminalKey
from smartunion.kernel.private.box import Broken

from . import keys

log = logging.getLogger(__name__)

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


@dataclass(frozen=True, slots=True)
class Known:
    """All terminals in service and their live keys, as they were a moment ago."""

    until: float
    tills: dict[int, Till]
    keys: dict[str, Key]


_known = Known(0.0, {}, {})


def _look() -> Known:
    """Read them all at once: one query every two seconds, however many terminals there are."""
    global _known  # noqa: PLW0603 - swapped whole, so that no thread sees half of it
    tills = {
        row.pk: Till(row.pk, row.code, row.merchant.pk, row.merchant.name, row.merchant.state)
        for row in Terminal.objects.select_related("merchant").filter(retired_at__isnull=True)
    }
    live = TerminalKey.objects.filter(retired_at__isnull=True, terminal_id__in=tills)
    opened = {
        key_id: Key(key_id, secret, tills[terminal_id])
        for key_id, locked, terminal_id in live.values_list("key_id", "locked", "terminal_id")
        if (secret := _secret(key_id, bytes(locked)))
    }
    _known = Known(monotonic() + FRESH_SECONDS, tills, opened)
    return _known


def _secret(key_id: str, locked: bytes) -> bytes | None:
    """Return the key's secret; one that does not open is left out, and the others go on."""
    try:
        return keys.unlock(locked, key_id=key_id)
    except Broken:
        log.exception("terminal key %s does not open", key_id)
        return None


def till(terminal_id: int) -> Till | None:
    """Return the terminal in service, or None. One that is not known is looked for."""
    known = _known if _known.until > monotonic() else _look()
    return known.tills.get(terminal_id) or _look().tills.get(terminal_id)


def key(key_id: str) -> Key | None:
    """Return the live key of that name with its terminal, or None. As for a terminal."""
    known = _known if _known.until > monotonic() else _look()
    return known.keys.get(key_id) or _look().keys.get(key_id)


def forget() -> None:
    """Forget what is known, so that the next question is answered from the tables."""
    global _known  # noqa: PLW0603 - as above
    _known = Known(0.0, {}, {})


def next_seq(terminal_id: int, biz_date: date) -> int:
    """Return the terminal's next number of the business day; the tables' keys keep it unique."""
    here = Q(terminal_id=terminal_id, biz_date=biz_date)
    last = [
        model.objects.filter(here).aggregate(last=Max("terminal_seq"))["last"] or 0
        for model in (Payment, Refund)
    ]
    return max(last) + 1
