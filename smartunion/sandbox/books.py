"""The simulated bank's books: wallets and append-only postings in a database of its own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import psycopg
from psycopg import Connection, sql
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

CAMPUS = ZoneInfo("Asia/Shanghai")
BROUGHT_AT = datetime(2024, 12, 31, 9, tzinfo=CAMPUS)
"""The opening amount was there before any year that is lived with this bank."""

CORPORATE = "CORPORATE"
"""The reference of the union's corporate wallet (对公钱包)."""

TREASURY = "TREASURY"
"""Where the opening amount comes from; the one wallet that may go below zero."""

Row = dict[str, Any]
Kind = Literal["personal", "merchant"]


@dataclass(frozen=True)
class Instruction:
    """One movement of money that the union asks for; `key` makes it happen at most once."""

    key: str
    kind: str
    payer: str
    payee: str
    amount_fen: int
    occurred_at: datetime
    terminal: str = ""
    """The purchase's own number at the till, for the day's file."""


@dataclass(frozen=True)
class Hold:
    """Money of a purchase to be held for its merchant, for so many seconds at most."""

    key: str
    payer: str
    payee: str
    amount_fen: int
    occurred_at: datetime
    seconds: int
    terminal: str = ""


def beside(url: str, suffix: str = "_sandbox") -> str:
    """Return the URL of the database beside ours: the same server, the name with the suffix."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path or '/postgres'}{suffix}"))


def ensure_database(url: str, *, maintenance_url: str) -> None:
    """Create the database of `url` on its server when it is missing."""
    name = urlsplit(url).path.lstrip("/")
    with psycopg.connect(maintenance_url, autocommit=True) as connection:
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if there.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


class Books:
    """The bank's books. Every method is one transaction; amounts are fen."""

    def __init__(self, url: str, *, opening_fen: int, clock_offset: timedelta) -> None:
        """Open the books at `url`, founding them with the corporate wallet's opening amount."""
        self._offset = clock_offset
        self._pool: ConnectionPool[Connection[Row]] = ConnectionPool(
            url,
            min_size=1,
            max_size=4,
            kwargs={"row_factory": dict_row},
            check=ConnectionPool.check_connection,
            open=True,
        )
        with self._clerk() as connection:
            connection.execute(Path(__file__).with_name("schema.sql").read_text("utf-8"))
            for reference, kind, holder in (
                (TREASURY, "treasury", "拨款来源(模拟)"),
                (CORPORATE, "corporate", "校工会对公钱包"),
            ):
                self._open(connection, reference, kind, holder)
            founded = connection.execute(
                "SELECT to_char(opened_at AT TIME ZONE 'UTC', 'YYMMDDHH24MISS') AS mark"
                " FROM bank.wallet WHERE reference = %s",
                [TREASURY],
            ).fetchone()
            assert founded is not None  # noqa: S101 - opened just above
            self.mark = founded["mark"]
        self.carry_out(
            [Instruction("OPENING", "OPENING", TREASURY, CORPORATE, opening_fen, BROUGHT_AT)]
        )

    def close(self) -> None:
        """Give the connections back."""
        self._pool.close()

    def now(self) -> datetime:
        """Return the bank's own time, shifted as the demonstration is."""
        return datetime.now(UTC) + self._offset

    @contextmanager
    def _clerk(self) -> Iterator[Connection[Row]]:
        """Give one transaction at a time: the bank has one clerk, so no two can ever deadlock."""
        with self._pool.connection() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('bank clerk'))")
            yield connection

    def _each(self, query: str, rows: Sequence[tuple[Any, ...]]) -> list[Row]:
        """Ask once for each row, in order, by one clerk; a reservation past its time is none."""
        outcomes: list[Row] = []
        with self._clerk() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT bank.expire(%s)", [self.now()])
            cursor.executemany(query, rows, returning=True)
            for _ in rows:
                outcomes.extend(cursor.fetchall())
                cursor.nextset()
        return [self._referenced(outcome) for outcome in outcomes]

    def _open(self, connection: Connection[Row], reference: str, kind: str, holder: str) -> None:
        connection.execute(
            "INSERT INTO bank.wallet (reference, kind, holder, opened_at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (reference) DO NOTHING",
            [reference, kind, holder, self.now()],
        )

    def open_wallets(self, wallets: Sequence[tuple[str, Kind, str]]) -> int:
        """Open wallets of (reference, kind, holder); one that is open stays as it is."""
        with self._clerk() as connection:
            for reference, kind, holder in wallets:
                self._open(connection, reference, kind, holder)
        return len(wallets)

    def carry_out(self, instructions: Sequence[Instruction]) -> list[Row]:
        """Carry out each by itself, in order; return an outcome per instruction."""
        at = self.now()
        return self._each(
            "SELECT * FROM bank.carry_out(%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (i.key, i.kind, i.payer, i.payee, i.amount_fen, i.terminal, i.occurred_at, at)
                for i in instructions
            ],
        )

    def reserve(self, holds: Sequence[Hold]) -> list[Row]:
        """Hold the money of each purchase; return an outcome for each."""
        at = self.now()
        return self._each(
            "SELECT * FROM bank.reserve(%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (h.key, h.payer, h.payee, h.amount_fen, h.terminal, h.occurred_at, h.seconds, at)
                for h in holds
            ],
        )

    def post(self, asked: Sequence[tuple[str, int]]) -> list[Row]:
        """Give the held money of each (key, fen) to its merchant, at most once."""
        at = self.now()
        return self._each(
            "SELECT * FROM bank.post(%s, %s, %s)", [(key, fen, at) for key, fen in asked]
        )

    def void(self, keys: Sequence[str]) -> list[Row]:
        """Give what each key holds free; a key that is unknown is shut for ever."""
        at = self.now()
        return self._each("SELECT * FROM bank.void(%s, %s)", [(key, at) for key in keys])

    def earn_interest(self, amount_fen: int, on: date | None) -> None:
        """Book interest into the corporate wallet, of which nobody was asked."""
        at = self.now()
        occurred = at if on is None else datetime.combine(on, time(23, 59, 59), CAMPUS)
        number = self._all("SELECT count(*) AS n FROM bank.posting WHERE kind = 'INTEREST'", [])
        key = f"INTEREST-{number[0]['n'] + 1}"
        self.carry_out([Instruction(key, "INTEREST", TREASURY, CORPORATE, amount_fen, occurred)])

    def _referenced(self, outcome: Row) -> Row:
        """Give the posting the bank's own number, which no refounding of the books repeats."""
        number, held = outcome.pop("posting_id"), outcome.pop("reservation_id", None)
        reference = f"{self.mark}-{number}" if number else f"{self.mark}-R{held}" if held else None
        return {**outcome, "bank_ref": reference}

    def find(self, keys: Sequence[str]) -> list[Row]:
        """Return what became of each key that is known; unknown keys are absent."""
        with self._clerk() as connection:
            connection.execute("SELECT bank.expire(%s)", [self.now()])
        found = self._all(
            "SELECT p.key, 'DONE' AS status, p.id AS posting_id, NULL::bigint AS reservation_id,"
            " p.posted_at, true AS replayed FROM bank.posting p WHERE p.key = ANY(%(keys)s)"
            " AND NOT EXISTS (SELECT 1 FROM bank.reservation r WHERE r.key = p.key)"
            " UNION ALL SELECT r.key, r.state, r.posting_id, r.id, p.posted_at, true"
            " FROM bank.reservation r LEFT JOIN bank.posting p ON p.id = r.posting_id"
            " WHERE r.key = ANY(%(keys)s)",
            {"keys": list(keys)},
        )
        return [self._referenced(outcome) for outcome in found]

    def wallet(self, reference: str) -> Row | None:
        """Return one wallet with its balance."""
        found = self._all(
            "SELECT reference, kind, holder, balance_fen, reserved_fen FROM bank.wallet"
            " WHERE reference = %s",
            [reference],
        )
        return found[0] if found else None

    def lines(self, day: date) -> list[Row]:
        """Return what moved or was held on a value day (the campus day on which it occurred)."""
        return self._all(
            "SELECT p.id AS posting_id, NULL::bigint AS reservation_id, p.key, p.kind,"
            " a.reference AS payer, a.kind AS payer_kind, b.reference AS payee,"
            " b.kind AS payee_kind, p.terminal, p.amount_fen, p.occurred_at,"
            " p.posted_at AS settled_at, 'S' AS status FROM bank.posting p"
            " JOIN bank.wallet a ON a.id = p.payer_id JOIN bank.wallet b ON b.id = p.payee_id"
            " WHERE p.value_on = %(day)s AND p.kind <> 'OPENING'"
            " UNION ALL SELECT NULL, r.id, r.key,"
            " CASE r.state WHEN 'RESERVED' THEN 'PAY' ELSE 'VOID' END, a.reference, a.kind,"
            " b.reference, b.kind, r.terminal, r.amount_fen, r.occurred_at, r.ended_at,"
            " CASE r.state WHEN 'RESERVED' THEN 'P' ELSE 'V' END FROM bank.reservation r"
            " JOIN bank.wallet a ON a.id = r.payer_id JOIN bank.wallet b ON b.id = r.payee_id"
            " WHERE r.value_on = %(day)s AND r.state <> 'POSTED' ORDER BY 1 NULLS LAST, 2",
            {"day": day},
        )

    def corporate_before(self, day: date) -> int:
        """Return the corporate wallet's balance as a value day begins."""
        found = self._all(
            "SELECT COALESCE(sum(CASE WHEN b.kind = 'corporate' THEN p.amount_fen"
            " ELSE -p.amount_fen END), 0)::bigint AS fen FROM bank.posting p"
            " JOIN bank.wallet a ON a.id = p.payer_id JOIN bank.wallet b ON b.id = p.payee_id"
            " WHERE p.value_on < %s AND 'corporate' IN (a.kind, b.kind)",
            [day],
        )
        return int(found[0]["fen"])

    def keep_file(self, day: date, n: int, name: str, content: bytes, signature: str) -> None:
        """Keep a day's file as it is handed out; who comes second keeps nothing."""
        with self._clerk() as connection:
            connection.execute(
                "INSERT INTO bank.file (day, n, name, content, signature, made_at)"
                " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [day, n, name, content, signature, self.now()],
            )

    def files(self, day: date) -> list[Row]:
        """Return the files of a day that were made, in their order."""
        return self._all(
            "SELECT n, name, content, signature FROM bank.file WHERE day = %s ORDER BY n", [day]
        )

    def totals(self) -> list[Row]:
        """Return count and balance per kind of wallet; over all kinds the balances sum to zero."""
        return self._all(
            "SELECT kind, count(*) AS wallets, sum(balance_fen)::bigint AS balance_fen"
            " FROM bank.wallet GROUP BY kind ORDER BY kind",
            [],
        )

    def latest(self, limit: int) -> list[Row]:
        """Return the newest postings with their holders' names."""
        return self._all(
            "SELECT p.id, p.key, p.kind, a.holder AS payer, b.holder AS payee, p.amount_fen,"
            " p.occurred_at FROM bank.posting p JOIN bank.wallet a ON a.id = p.payer_id"
            " JOIN bank.wallet b ON b.id = p.payee_id ORDER BY p.id DESC LIMIT %s",
            [limit],
        )

    def merchants(self) -> list[Row]:
        """Return every merchant's wallet, fullest first."""
        return self._all(
            "SELECT reference, holder, balance_fen FROM bank.wallet WHERE kind = 'merchant'"
            " ORDER BY balance_fen DESC, reference",
            [],
        )

    def _all(self, query: str, values: list[Any] | dict[str, Any]) -> list[Row]:
        with self._pool.connection() as connection:
            return connection.execute(query, values).fetchall()
