"""The hub: one poll per tick for everybody who listens, no matter how many.

It reads versions, never the rows themselves, on one connection of its own, and wakes the listeners
whose version changed. A listener that is slow only falls behind itself: nothing is queued for it,
it compares versions when it gets to write.
"""

import asyncio
import logging
from collections.abc import Mapping

import psycopg

from .source import Source
from .versions import Spot, statement

log = logging.getLogger(__name__)

TICK_SECONDS = 0.3
RETRY_SECONDS = 1.0


class Listener:
    """One open stream: what it listens to, what it has seen, and the bell that wakes it."""

    def __init__(self, spots: frozenset[Spot], seen: Mapping[Spot, str] | None = None) -> None:
        self.spots = spots
        self.seen: dict[Spot, str] = dict(seen or {})
        self.bell = asyncio.Event()


class Hub:
    """Keeps the versions of all spots that somebody listens to."""

    def __init__(
        self, dsn: str, sources: Mapping[str, Source], *, tick: float = TICK_SECONDS
    ) -> None:
        self.dsn = dsn
        self.sources = sources
        self.tick = tick
        self.polls = 0
        self.versions: dict[Spot, str] = {}
        self._listeners: dict[Spot, set[Listener]] = {}
        self._pulse: asyncio.Task[None] | None = None

    def join(self, listener: Listener) -> None:
        """Begin to wake the listener; the first one starts the pulse."""
        for spot in listener.spots:
            self._listeners.setdefault(spot, set()).add(listener)
        if any(self.versions.get(spot) != listener.seen.get(spot) for spot in listener.spots):
            listener.bell.set()
        if self._pulse is None or self._pulse.done():
            self._pulse = asyncio.create_task(self._beat())

    def leave(self, listener: Listener) -> None:
        """Stop waking the listener; after the last one the pulse stops by itself."""
        for spot in listener.spots:
            others = self._listeners.get(spot, set())
            others.discard(listener)
            if not others:
                self._listeners.pop(spot, None)
                self.versions.pop(spot, None)

    def news(self, listener: Listener) -> dict[Spot, str]:
        """Return the versions that the listener has not seen, and take them as seen."""
        fresh = {
            spot: self.versions[spot]
            for spot in listener.spots
            if spot in self.versions and self.versions[spot] != listener.seen.get(spot)
        }
        listener.seen.update(fresh)
        return fresh

    async def _beat(self) -> None:
        """Poll once per tick while anybody listens; outlive a database that goes away."""
        while self._listeners:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self.dsn, autocommit=True, application_name="smartunion live"
                ) as connection:
                    while self._listeners:
                        await self._poll(connection)
                        await asyncio.sleep(self.tick)
            except psycopg.Error as error:
                log.warning("live: the database does not answer: %s", error)
                await asyncio.sleep(RETRY_SECONDS)

    async def _poll(self, connection: psycopg.AsyncConnection[tuple[str, int, str]]) -> None:
        """Read all versions in one statement and wake whoever has news."""
        sql, keys = statement(self._listeners, self.sources)
        rows = await (await connection.execute(sql.encode(), keys)).fetchall()
        self.polls += 1
        for topic, key, version in rows:
            if self.versions.get((topic, key)) == version:
                continue
            self.versions[topic, key] = version
            for listener in self._listeners.get((topic, key), ()):
                listener.bell.set()
