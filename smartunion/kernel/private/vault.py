"""The doors to the tables of the private role: its functions in the database, one call each.

They run as the role that owns the tables (SECURITY DEFINER), so whoever connects may be the
embedded server's superuser or a role that can read none of them: both go through here. What a
function shows is bound by row-level security to the record that it was asked for, and to the line
that it has written about that. See docs/adr/0030.
"""

import datetime as day
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from smartunion.kernel.base.days import CAMPUS

ROLE = "smartunion_private"
ZONE = str(CAMPUS)
REST = "private_access_rest"
"""Where lines lie whose month has no table yet."""


@dataclass(frozen=True)
class Key:
    """A record's own key, still locked, and the number of the version that comes next."""

    subject_id: int | None
    locked: bytes
    version: int


def key_for(
    *, about: str, kind: str, subject_id: int | None, key_name: str, locked: bytes, at: datetime
) -> Key:
    """Return the record's key, locked against a second writer; the given one on first use."""
    ((_, subject, box, version),) = _call(
        "SELECT * FROM private_key_for(%s, %s, %s, %s, %s, %s)",
        [about, kind, subject_id, key_name, locked, at],
    )
    return Key(subject, bytes(box), version)


def put(
    *,
    about: str,
    kind: str,
    version: int,
    ciphertext: bytes,
    by_id: int | None,
    erase_at: datetime | None,
    at: datetime,
) -> int:
    """Keep the next version of a record and return the number of its row."""
    ((pk,),) = _call(
        "SELECT * FROM private_put(%s, %s, %s, %s, %s, %s, %s)",
        [about, kind, version, ciphertext, by_id, at, erase_at],
    )
    return int(pk)


def head(about: str, kind: str) -> tuple[int | None, int] | None:
    """Return whose record it is and in how many versions; None where there is none."""
    rows = _call("SELECT * FROM private_head(%s, %s)", [about, kind])
    return rows[0] if rows else None


def unseal(
    *, about: str, kind: str, by_id: int | None, purpose: str, glass_id: int | None, at: datetime
) -> tuple[int, bytes, bytes] | None:
    """Write the line and return version, ciphertext and locked key; None where nothing is."""
    rows = _call(
        "SELECT * FROM private_open(%s, %s, %s, %s, %s, %s)",
        [about, kind, by_id, purpose, glass_id, at],
    )
    if not rows:
        return None
    version, ciphertext, locked = rows[0]
    return version, bytes(ciphertext), bytes(locked)


def log_of(
    *, about: str | None = None, subject_id: int | None = None, skip: int = 0, most: int = 1_000
) -> list[dict[str, Any]]:
    """Return the readings of one matter or of one person, the newest first."""
    if (about is None) == (subject_id is None):
        raise ValueError("of one matter or of one person, never of all")
    return _rows("SELECT * FROM private_log_of(%s, %s, %s, %s)", [about, subject_id, skip, most])


def kept(subject_id: int) -> list[dict[str, Any]]:
    """Return a person's records, unopened."""
    return _rows("SELECT * FROM private_kept(%s)", [subject_id])


def erased(subject_id: int) -> list[dict[str, Any]]:
    """Return the proofs of what was erased of a person."""
    return _rows("SELECT * FROM private_erased(%s)", [subject_id])


def erase(
    *, about: str, kind: str, by_id: int | None, at: datetime, because: str
) -> tuple[int, int, int] | None:
    """Erase a record; return its key's number, its versions and the proof's number."""
    rows = _call(
        "SELECT * FROM private_erase(%s, %s, %s, %s, %s)", [about, kind, by_id, at, because]
    )
    return rows[0] if rows else None


def due(*, most: int, at: datetime, but: Sequence[str]) -> list[dict[str, Any]]:
    """Return the records whose time has come, without those about something that is held."""
    return _rows("SELECT * FROM private_due(%s, %s, %s)", [at, most, list(but)])


def undated(*, most: int) -> list[dict[str, Any]]:
    """Return records that nobody has said yet how long to keep."""
    return _rows("SELECT * FROM private_undated(%s)", [most])


def date(pk: int, erase_at: datetime) -> None:
    """Say how long to keep a record of which nobody has said it yet."""
    _call("SELECT * FROM private_date(%s, %s)", [pk, erase_at])


def keys_under(current: str, *, most: int) -> list[dict[str, Any]]:
    """Return and lock keys that another master key locks; those in other hands are left out."""
    return _rows("SELECT * FROM private_keys_under(%s, %s)", [current, most])


def relock(pk: int, *, old: str, new: str, locked: bytes) -> None:
    """Put a key that is locked anew in the place of the old one."""
    _call("SELECT * FROM private_relock(%s, %s, %s, %s)", [pk, old, new, locked])


def inspect(*, after: int, most: int, at: datetime) -> list[dict[str, Any]]:
    """Return the next records in the order of their keys, every version with its ciphertext."""
    return _rows("SELECT * FROM private_inspect(%s, %s, %s)", [after, most, at])


def close_chain(*, at: datetime) -> int:
    """Link the lines written since the last link and return how many; 0 where one is written."""
    ((rows,),) = _call("SELECT * FROM private_close(%s)", [at])
    return int(rows)


def newest_link() -> tuple[int, str]:
    """Return the number and the hash of the log's newest link."""
    ((pk, link_hash),) = _call("SELECT id, hash FROM private_links() ORDER BY id DESC LIMIT 1", [])
    return int(pk), str(link_hash)


def months(*, at: datetime, ahead: int) -> list[str]:
    """Make the log's tables of a moment's month and of so many after it; return which are new."""
    return [
        name for (name,) in _call("SELECT * FROM private_months(%s, %s, %s)", [at, ahead, ZONE])
    ]


def retire(*, before: str) -> list[str]:
    """Take the months before one (`private_access_202503`) out of the log; return which."""
    return [name for (name,) in _call("SELECT * FROM private_retire(%s)", [before])]


def log_tables() -> list[dict[str, Any]]:
    """Return each table of the log: its name, whether it is in use, how many lines."""
    return _rows("SELECT * FROM private_log_tables()", [])


def month_table(of: datetime | day.date) -> str:
    """Return what the log's table of a moment's or a day's month is called."""
    on = of.astimezone(CAMPUS) if isinstance(of, datetime) else of
    return f"private_access_{on:%Y%m}"


def _call(call: str, given: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(call, given)
        return list(cursor.fetchall())


def _rows(call: str, given: Sequence[Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(call, given)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
