"""The simulated bank's books: wallets and append-only postings in a database of its own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import Connection, sql
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

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
            self._mark = founded["mark"]
        now = self.now()
        self.carry_out([Instruction("OPENING", "OPENING", TREASURY, CORPORATE, opening_fen, now)])

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
        outcomes: list[Row] = []
        with self._clerk() as connection, connection.cursor() as cursor:
            cursor.executemany(
                "SELECT * FROM bank.carry_out(%s, %s, %s, %s, %s, %s, %s)",
                [
                    (i.key, i.kind, i.payer, i.payee, i.amount_fen, i.occurred_at, at)
                    for i in instructions
                ],
                returning=True,
            )
            for _ in instructions:
                outcomes.extend(cursor.fetchall())
                cursor.nextset()
        return [self._referenced(outcome) for outcome in outcomes]

    def _referenced(self, outcome: Row) -> Row:
        """Give the posting the bank's own number, which no refounding of the books repeats."""
        number = outcome.pop("posting_id")
        return {**outcome, "bank_ref": f"{self._mark}-{number}" if number else None}

    def find(self, keys: Sequence[str]) -> list[Row]:
        """Return the outcome of each instruction that was carried out; unknown keys are absent."""
        found = self._all(
            "SELECT key, 'DONE' AS status, id AS posting_id, posted_at, true AS replayed"
            " FROM bank.posting WHERE key = ANY(%s) ORDER BY id",
            [list(keys)],
        )
        return [self._referenced(outcome) for outcome in found]

    def wallet(self, reference: str) -> Row | None:
        """Return one wallet with its balance."""
        found = self._all(
            "SELECT reference, kind, holder, balance_fen FROM bank.wallet WHERE reference = %s",
            [reference],
        )
        return found[0] if found else None

    def statement(self, day: date, *, after: int, limit: int) -> list[Row]:
        """Return postings of a value day (the campus day on which they occurred), oldest first."""
        return self._all(
            "SELECT p.id, p.key, p.kind, a.reference AS payer, b.reference AS payee, p.amount_fen,"
            " p.occurred_at, p.posted_at FROM bank.posting p"
            " JOIN bank.wallet a ON a.id = p.payer_id JOIN bank.wallet b ON b.id = p.payee_id"
            " WHERE p.value_on = %s AND p.id > %s ORDER BY p.id LIMIT %s",
            [day, after, limit],
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

    def _all(self, query: str, values: list[Any]) -> list[Row]:
        with self._pool.connection() as connection:
            return connection.execute(query, values).fetchall()
