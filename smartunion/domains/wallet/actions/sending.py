"""Send a payment: a statement that each connection prepares once, in PostgreSQL's own bytes."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from struct import Struct
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGconn

from smartunion.domains.wallet import rules

from . import refusals

STATEMENT = (Path(__file__).parents[1] / "sql/pay.sql").read_text(encoding="utf-8")
"""What is sent for a payment, once for each connection; afterwards its figures alone."""

OTHERWISE = """
SELECT wallet_pay_locked($1::bigint, $2::date, $3::int, $4::bytea, $5::bigint, $6::bigint,
  $7::bigint, $8::bigint, $12::bigint, $9::timestamptz, $10::timestamptz, $11::int, %(rate_num)s,
  %(rate_den)s, %(cap_fen)s, %(points_earn)s, %(burst_count)s, %(window)s, $13::boolean,
  $14::boolean)
"""
"""The same for what the guard never lets through: told points, a pending bank, an upload."""

_prepared: WeakKeyDictionary[psycopg.Connection[Any], set[bytes]] = WeakKeyDictionary()
"""What is prepared on which connection."""


class Statements(NamedTuple):
    """The two statements under some terms, each with a name of its own."""

    terms: rules.Terms
    plain: tuple[bytes, bytes]
    otherwise: tuple[bytes, bytes]

    @classmethod
    def under(cls, terms: rules.Terms) -> "Statements":
        """Write the terms into the texts: whole numbers and words of our own."""
        written = {
            "rate_num": f"{terms.rate_num:d}",
            "rate_den": f"{terms.rate_den:d}",
            "cap_fen": f"{terms.cap_fen:d}::bigint",
            "points_earn": "true" if terms.points_earn else "false",
            "burst_count": f"{terms.burst_count:d}",
            "window": f"interval '{terms.burst_minutes:d} minutes'",
        }
        plain, otherwise = ((text % written).encode() for text in (STATEMENT, OTHERWISE))
        return cls(terms, (_name(plain), plain), (_name(otherwise), otherwise))


class Figures(NamedTuple):
    """What a payment says to the database."""

    terminal_id: int
    biz_date: date
    terminal_seq: int
    request_hash: bytes
    wallet_id: int
    counter: int | None
    merchant_id: int
    total_fen: int
    occurred_at: datetime
    received_at: datetime
    month: int
    points_fen: int | None
    pending: bool
    offline: bool

    def send(self, terms: rules.Terms) -> tuple[Any, ...] | None:
        """Run the statement; None when the key is taken.

        Returns (id, subsidy, received) where the guard let it through, and the ten columns of
        wallet_pay_locked where it did not. Raises refusals.Busy where the database is not there
        or the wallet is locked for too long.
        """
        said = [
            _int8(self.terminal_id),
            _int4(self.biz_date.toordinal() - _EPOCH_DAY),
            _int4(self.terminal_seq),
            self.request_hash,
            _int8(self.wallet_id),
            None if self.counter is None else _int8(self.counter),
            _int8(self.merchant_id),
            _int8(self.total_fen),
            _moment(self.occurred_at),
            _moment(self.received_at),
            _int4(self.month),
        ]
        statements = _statements(terms)
        points = self.points_fen
        if points is None and not self.pending and not self.offline:
            return _call(statements.plain, said)
        said += None if points is None else _int8(points), _BOOL[self.pending], _BOOL[self.offline]
        return _call(statements.otherwise, said)


_said: Statements | None = None


def _statements(terms: rules.Terms) -> Statements:
    """Return the statements under these terms, written once for each time that they are read."""
    global _said  # noqa: PLW0603 - swapped whole, so that no thread sees half of it
    known = _said
    if known is None or known.terms is not terms:
        _said = known = Statements.under(terms)
    return known


def _name(text: bytes) -> bytes:
    return b"wallet_pay_" + hashlib.sha256(text).hexdigest()[:16].encode()


def _call(statement: tuple[bytes, bytes], said: Sequence[bytes | None]) -> tuple[Any, ...] | None:
    wrapper = connections[DEFAULT_DB_ALIAS]
    try:
        if wrapper.in_atomic_block:
            with transaction.atomic():  # a taken key must not spoil the caller's transaction
                return _execute(wrapper, statement, said)
        return _execute(wrapper, statement, said)
    except psycopg.errors.UniqueViolation:
        return None
    except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled) as error:
        raise refusals.Busy from error
    except psycopg.OperationalError as error:
        if wrapper.in_atomic_block:
            raise
        # The server went away. Whether it had written is unknown; asking again under the same
        # key is safe, and finds out.
        wrapper.close()
        try:
            return _execute(wrapper, statement, said)
        except psycopg.errors.UniqueViolation:
            return None
        except psycopg.OperationalError:
            wrapper.close()
            raise refusals.Busy from error


def _execute(
    wrapper: BaseDatabaseWrapper, statement: tuple[bytes, bytes], said: Sequence[bytes | None]
) -> tuple[Any, ...]:
    """Run the statement straight through libpq, inside the caller's transaction if there is one.

    A cursor writes and reads a payment in thrice the time: it asks of every value what it is.
    """
    if wrapper.connection is None:
        wrapper.connect()
    link: PGconn = wrapper.connection.pgconn
    name, text = statement
    prepared = _prepared.get(wrapper.connection)
    if prepared is None or name not in prepared:
        made = link.prepare(name, text)
        if made.status != ExecStatus.COMMAND_OK:
            raise psycopg.OperationalError(made.error_message.decode(errors="replace"))
        _prepared.setdefault(wrapper.connection, set()).add(name)
    result = link.exec_prepared(name, said, _BINARY[len(said)], 1)  # type: ignore[arg-type]  # None is NULL, as ever
    if result.status != ExecStatus.TUPLES_OK:
        if link.status != ConnStatus.OK:
            raise psycopg.OperationalError(result.error_message.decode(errors="replace"))
        raise psycopg.errors.error_from_result(result)
    value = result.get_value
    if result.nfields > 1:
        payment_id, owed, received = value(0, 0), value(0, 1), value(0, 2)
        if payment_id is not None and owed is not None and received is not None:
            return _number(payment_id), _number(owed), _instant(received)
    return _row(value(0, result.nfields - 1) or b"")


# --- how PostgreSQL writes what we say and what it answers ---------------------------------------

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_MICROSECOND = timedelta(microseconds=1)
_BOOL = {False: b"\0", True: b"\1"}
_BINARY = {count: [1] * count for count in (11, 14)}
_int4, _int8 = Struct(">i").pack, Struct(">q").pack
PLAIN = 3
"""How many columns the guard answers."""


def _moment(at: datetime) -> bytes:
    return _int8((at - _EPOCH) // _MICROSECOND)


def _instant(said: bytes) -> datetime:
    return _EPOCH + timedelta(microseconds=_number(said))


def _row(said: bytes) -> tuple[Any, ...]:
    """Return the ten columns of wallet_pay_locked's answer."""
    cells, start = [], 4
    while start < len(said):
        length = int.from_bytes(said[start + 4 : start + 8], signed=True)
        start += 8
        cells.append(None if length < 0 else said[start : start + length])
        start += max(length, 0)
    number, status, reason, *amounts, wallet_id, replay, stored, received = cells
    return (
        _number(number), (status or b"").decode(), (reason or b"").decode(),
        *map(_number, amounts), _number(wallet_id), replay == b"\1", stored or b"",
        _instant(received) if received else None,
    )  # fmt: skip


def _number(said: bytes | None) -> int:
    return int.from_bytes(said or b"", signed=True)
