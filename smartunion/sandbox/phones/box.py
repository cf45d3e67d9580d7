"""What lies on the phones: one row an item, kept in tables of the sandbox's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

Row = dict[str, Any]

CHANNELS = ("sms", "wecom", "email", "voice")
TALK_SECONDS = 60
"""How long a call lasts that nobody hangs up."""
REPORTS_TRIED = 40


@dataclass(frozen=True)
class Item:
    """Something to bring to an address. `state` says where it lands: arrived, lost, dropped…"""

    channel: str
    key: str
    address: str
    title: str
    body: str = ""
    link: str = ""
    button: str = ""
    sender: str = ""
    state: str = "arrived"


class Box:
    """The phones' memory. Every method is one transaction."""

    def __init__(self, url: str, *, clock_offset: timedelta) -> None:
        """Open the tables at `url`, making them when they are missing."""
        self._offset = clock_offset
        self._pool: ConnectionPool[Connection[Row]] = ConnectionPool(
            url, min_size=1, max_size=6, kwargs={"row_factory": dict_row},
            check=ConnectionPool.check_connection, open=True,
        )  # fmt: skip
        with self._pool.connection() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('phones schema'))")
            connection.execute(Path(__file__).with_name("schema.sql").read_text("utf-8"))

    def close(self) -> None:
        """Give the connections back."""
        self._pool.close()

    def now(self) -> datetime:
        """Return the phones' time, shifted as the demonstration is."""
        return datetime.now(UTC) + self._offset

    def take(self, item: Item) -> tuple[int, bool]:
        """Take an item; return its number, and whether its key was new (else it only counts)."""
        at = self.now()
        with self._pool.connection() as connection:
            (row,) = connection.execute(
                "INSERT INTO phones.item"
                " (channel, key, address, sender, title, body, link, button, state, taken_at,"
                "  arrived_at)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (channel, key) DO UPDATE SET calls = item.calls + 1"
                " RETURNING id, calls",
                [
                    item.channel, item.key, item.address, item.sender, item.title, item.body,
                    item.link, item.button, item.state, at, at if item.state == "arrived" else None,
                ],
            ).fetchall()  # fmt: skip
        return row["id"], row["calls"] == 1

    def ring(self, item: Item, seconds: float) -> tuple[int, str, bool]:
        """Let a phone ring; return the call's number, what became of it, and whether it is new.

        One call at a time: a phone that rings or is in talk is busy. The same key is the same call.
        """
        at = self.now()
        with self._pool.connection() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [item.address])
            (taken,) = connection.execute(
                "SELECT count(*) AS n FROM phones.item WHERE address = %s AND ends_at > %s"
                " AND channel = 'voice' AND key <> %s",
                [item.address, at, item.key],
            ).fetchall()
            state = "busy" if item.state == "ringing" and taken["n"] else item.state
            ends = at + timedelta(seconds=seconds) if state == "ringing" else None
            (row,) = connection.execute(
                "INSERT INTO phones.item"
                " (channel, key, address, sender, title, body, state, taken_at, arrived_at,"
                "  ends_at)"
                " VALUES ('voice', %s, %s, %s, %s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (channel, key) DO UPDATE SET calls = item.calls + 1"
                " RETURNING id, state, calls",
                [
                    item.key, item.address, item.sender, item.title, item.body, state, at,
                    at if state == "ringing" else None, ends,
                ],
            ).fetchall()  # fmt: skip
        return row["id"], row["state"], row["calls"] == 1

    def pick_up(self, number: int) -> bool:
        """Answer a call that rings; return whether it still did."""
        return bool(
            self._all(
                "UPDATE phones.item SET state = 'talking', ends_at = %s"
                " WHERE id = %s AND state = 'ringing' AND ends_at > %s RETURNING id",
                [self.now() + timedelta(seconds=TALK_SECONDS), number, self.now()],
            )
        )

    def press(self, number: int) -> bool:
        """Press a key in a call; it ends with that. Return whether there was one."""
        return bool(
            self._all(
                "UPDATE phones.item SET state = 'read', read_at = %s, ends_at = NULL"
                " WHERE id = %s AND state = 'talking' RETURNING id",
                [self.now(), number],
            )
        )

    def hang_up(self, number: int) -> str:
        """End a call; return what it was: ringing, talking, or nothing."""
        with self._pool.connection() as connection:
            row = connection.execute(
                "SELECT state FROM phones.item WHERE id = %s FOR UPDATE", [number]
            ).fetchone()
            was = row["state"] if row else ""
            ends = {"ringing": "busy", "talking": "ended"}.get(was)
            if ends is None:
                return ""
            connection.execute(
                "UPDATE phones.item SET state = %s, ends_at = NULL WHERE id = %s", [ends, number]
            )
        return str(was)

    def let_go(self) -> list[int]:
        """End the calls whose time is up; return those that nobody took."""
        rows = self._all(
            "UPDATE phones.item SET ends_at = NULL,"
            " state = CASE state WHEN 'ringing' THEN 'missed' ELSE 'ended' END"
            " WHERE ends_at <= %s RETURNING id, state",
            [self.now()],
        )
        return [row["id"] for row in rows if row["state"] == "missed"]

    def take_history(self, items: Sequence[Row]) -> None:
        """Take what arrived long ago, as from a phone's backup: nothing is reported."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO phones.item"
                " (channel, key, address, title, body, link, button, state, seq, taken_at,"
                "  arrived_at, read_at)"
                " VALUES (%(channel)s, %(key)s, %(address)s, %(title)s, %(body)s, %(link)s, '查看',"
                "  CASE WHEN %(read_at)s::text IS NULL THEN 'arrived' ELSE 'read' END, 2,"
                "  %(at)s::timestamptz, %(at)s::timestamptz, %(read_at)s::timestamptz)"
                " ON CONFLICT (channel, key) DO NOTHING",
                items,
            )

    def taken_since(self, channel: str, address: str, since: datetime) -> int:
        """Return how many items of a channel arrived at an address since then."""
        return int(
            self._all(
                "SELECT count(*) AS n FROM phones.item WHERE channel = %s AND address = %s"
                " AND taken_at > %s AND state IN ('arrived', 'read')",
                [channel, address, since],
            )[0]["n"]
        )

    def taken_alike(self, channel: str, key: str, since: datetime) -> bool:
        """Test if the same content was taken since then."""
        return bool(
            self._all(
                "SELECT 1 AS n FROM phones.item WHERE channel = %s AND key = %s AND taken_at > %s",
                [channel, key, since],
            )
        )

    def read(self, number: int) -> Row | None:
        """Mark an item as read; return it when it was not read before."""
        rows = self._all(
            "UPDATE phones.item SET state = 'read', read_at = %s WHERE id = %s"
            " AND state IN ('arrived', 'under_way') RETURNING *",
            [self.now(), number],
        )
        return rows[0] if rows else None

    def item(self, number: int) -> Row | None:
        """Return an item."""
        rows = self._all("SELECT * FROM phones.item WHERE id = %s", [number])
        return rows[0] if rows else None

    def reply(self, channel: str, address: str, body: str) -> Row | None:
        """Keep what somebody answered; return the item that it answers."""
        self._all(
            "INSERT INTO phones.reply (channel, address, body, at) VALUES (%s, %s, %s, %s)"
            " RETURNING id",
            [channel, address, body, self.now()],
        )
        rows = self._all(
            "SELECT * FROM phones.item WHERE channel = %s AND address = %s"
            " AND state IN ('arrived', 'read') ORDER BY taken_at DESC, id DESC LIMIT 1",
            [channel, address],
        )
        return rows[0] if rows else None

    def report(self, number: int, content: Row, *, after: float) -> int:
        """Put down a report to be sent after so many seconds; return its own number."""
        with self._pool.connection() as connection:
            (row,) = connection.execute(
                "UPDATE phones.item SET seq = seq + 1 WHERE id = %s RETURNING seq, key, channel",
                [number],
            ).fetchall()
            full = {
                **content, "out_id": row["key"], "provider_id": f"P{number}", "seq": row["seq"],
                "at": self.now().isoformat(),
            }  # fmt: skip
            connection.execute(
                "INSERT INTO phones.report (channel, content, due_at) VALUES (%s, %s, %s)",
                [row["channel"], Jsonb(full), self.now() + timedelta(seconds=after)],
            )
        return int(row["seq"])

    def due_reports(self) -> list[Row]:
        """Return the reports that are due, the oldest first."""
        return self._all(
            "SELECT * FROM phones.report WHERE done_at IS NULL AND due_at <= %s"
            " ORDER BY due_at, id LIMIT 50",
            [self.now()],
        )

    def reported(self, number: int, *, done: bool) -> None:
        """Note that a report came through, or put it off; after many tries it is forgotten."""
        self._all(
            "UPDATE phones.report SET tries = tries + 1,"
            " done_at = CASE WHEN %s OR tries >= %s THEN %s ELSE NULL END,"
            " due_at = %s + least(power(2, tries), 60) * interval '1 s' WHERE id = %s"
            " RETURNING id",
            [done, REPORTS_TRIED, self.now(), self.now(), number],
        )

    def nobody(self, address: str) -> bool:
        """Test if an address leads to nobody."""
        return bool(self._all("SELECT 1 AS n FROM phones.nobody WHERE address = %s", [address]))

    def set_nobody(self, address: str, *, gone: bool) -> None:
        """Let an address lead to nobody, or to its owner again."""
        if gone:
            query = "INSERT INTO phones.nobody VALUES (%s) ON CONFLICT DO NOTHING RETURNING address"
        else:
            query = "DELETE FROM phones.nobody WHERE address = %s RETURNING address"
        self._all(query, [address])

    def gone(self) -> set[str]:
        """Return every address that leads to nobody."""
        return {row["address"] for row in self._all("SELECT address FROM phones.nobody", [])}

    def items(self, addresses: dict[str, str], *, limit: int) -> dict[str, list[Row]]:
        """Return by channel the newest items at these addresses, the newest last."""
        found = {}
        for channel in CHANNELS:
            rows = self._all(
                "SELECT * FROM phones.item WHERE channel = %s AND address = %s"
                " ORDER BY taken_at DESC, id DESC LIMIT %s",
                [channel, addresses.get(channel, ""), limit],
            )
            found[channel] = rows[::-1]
        return found

    def replies(self, addresses: Sequence[str]) -> list[Row]:
        """Return what was answered from somebody's addresses, the oldest first."""
        return self._all(
            "SELECT * FROM phones.reply WHERE address = ANY(%s) AND address <> ''"
            " ORDER BY id DESC LIMIT 30",
            [list(addresses)],
        )[::-1]

    def addresses(self) -> list[Row]:
        """Return every address that something was sent to: newest item, how many are unread."""
        return self._all(
            "SELECT channel, address, max(taken_at) AS latest, max(id) AS newest,"
            " (array_agg(title ORDER BY id DESC))[1] AS title,"
            " count(*) FILTER (WHERE state IN ('arrived', 'ringing')) AS unread, count(*) AS items"
            " FROM phones.item WHERE state <> 'lost' GROUP BY channel, address"
            " ORDER BY latest DESC",
            [],
        )

    def counts(self) -> list[Row]:
        """Return per channel how many items, calls and lost ones there are."""
        return self._all(
            "SELECT channel, count(*) AS items, sum(calls)::bigint AS calls,"
            " count(*) FILTER (WHERE state IN ('lost', 'dropped', 'nobody')) AS missing"
            " FROM phones.item GROUP BY channel ORDER BY channel",
            [],
        )

    def _all(self, query: str, values: list[Any]) -> list[Row]:
        with self._pool.connection() as connection:
            return connection.execute(query, values).fetchall()
