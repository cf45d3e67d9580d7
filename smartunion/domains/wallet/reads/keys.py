"""The house's own key for payment codes, and the terminals' keys under lock."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.conf import settings

from smartunion.domains.wallet.models import TerminalKey
from smartunion.kernel.private import box
from smartunion.kernel.trail.models import Entry
from smartunion.kernel.trail.record import name_of_subject


@cache
def code_key(purpose: str = "wallet payment code") -> bytes:
    """Return the key that codes of a purpose are tagged with, derived from the house's secret."""
    return hmac.digest(settings.SECRET_KEY.encode(), purpose.encode(), hashlib.sha256)


def lock(secret: bytes, *, key_id: str) -> bytes:
    """Return a terminal's secret under lock, for the key of this name only."""
    return box.lock(secret, about=f"wallet.terminalkey:{key_id}", kind="secret")


def unlock(locked: bytes | memoryview, *, key_id: str) -> bytes:
    """Return a terminal's secret; raises box.Broken where it was changed or moved."""
    return box.unlock(bytes(locked), about=f"wallet.terminalkey:{key_id}", kind="secret")


def locked_by(locked: bytes | memoryview) -> str:
    """Return the name of the master key that a secret is locked by."""
    return box.key_of(bytes(locked))


def current() -> str:
    """Return the name of the master key that locks today."""
    return box.current()


@dataclass(frozen=True)
class KeyRow:
    """A key as the desk sees it: never its secret."""

    key_id: str
    since: datetime
    retired_at: datetime | None
    because: str


def keys_of(terminal_id: int) -> list[KeyRow]:
    """Return a terminal's keys, live ones first, then the newest."""
    rows = TerminalKey.objects.filter(terminal=terminal_id)
    named = {name_of_subject(row): row for row in rows}
    ended = Entry.objects.filter(what="wallet.key_retired", subject__in=named)
    because = {entry.subject: entry.because for entry in ended}
    found = [
        KeyRow(row.key_id, row.since, row.retired_at, because.get(name, ""))
        for name, row in named.items()
    ]
    return sorted(found, key=lambda row: (row.retired_at is not None, -row.since.timestamp()))


def broken(limit: int) -> list[tuple[str, str]]:
    """Return the live keys that do not open: changed, moved, or locked by an unknown key."""
    wrong = []
    for key in TerminalKey.objects.filter(retired_at=None).order_by("pk"):
        try:
            unlock(key.locked, key_id=key.key_id)
        except box.Broken as broken:
            wrong.append((f"wallet_terminalkey {key.pk}", str(broken)))
    return wrong[:limit]
