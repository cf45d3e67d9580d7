"""The broadcaster's ASGI application: /live/?topics=payments,budget as server-sent events.

One frame per tick with an event for each topic that changed; the data is the topic's name, so a
part of a page that hears `sse:payments` reloads itself from its own page, with its own permission.
No figure ever travels here. The event id carries the versions seen, so a browser that comes back
with Last-Event-ID, or a page that says from which versions it was rendered, misses nothing.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs

from django.db import DatabaseError

from smartunion.kernel.base.refusals import Refused

from . import versions
from .door import admit, session_key
from .hub import Hub, Listener
from .refusals import NotNow, TooMany
from .source import Source

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15.0
RECHECK_SECONDS = 30.0
WRITE_SECONDS = 20.0
CONNECTIONS = 2000
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class Broadcaster:
    """The ASGI application; its questions about persons run in two threads of their own."""

    def __init__(
        self,
        dsn: str,
        sources: Mapping[str, Source],
        *,
        recheck: float = RECHECK_SECONDS,
        heartbeat: float = HEARTBEAT_SECONDS,
        connections: int = CONNECTIONS,
    ) -> None:
        self.hub = Hub(dsn, sources)
        self.sources = sources
        self.recheck = recheck
        self.heartbeat = heartbeat
        self.connections = connections
        self.open = 0
        self._porters = ThreadPoolExecutor(2, thread_name_prefix="live-door")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: a stream, or a refusal in the one shape."""
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        topics = sorted({t for t in ",".join(asked.get("topics", [])).split(",") if t})
        session = session_key(headers.get(b"cookie", ""))
        seen = headers.get(b"last-event-id") or "".join(asked.get("since", [])[:1])
        try:
            if self.open >= self.connections:
                raise TooMany(limit=self.connections)
            self.open += 1
            try:
                spots = await self._admit(session, topics)
                listener = Listener(spots, versions.unpack(seen))
                await self._stream(listener, session, topics, receive, send)
            finally:
                self.open -= 1
        except Refused as no:
            await _refuse(no, send)
        except DatabaseError:
            await _refuse(NotNow(), send)

    async def _admit(self, session: str, topics: list[str]) -> frozenset[versions.Spot]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._porters, admit, session, topics, self.sources)

    async def _stream(
        self, listener: Listener, session: str, topics: list[str], receive: Receive, send: Send
    ) -> None:
        """Write frames until the browser leaves, the right ends or a write takes too long."""
        writing = asyncio.create_task(self._write(listener, session, topics, send))
        leaving = asyncio.create_task(_gone(receive))
        self.hub.join(listener)
        try:
            await asyncio.wait({writing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.hub.leave(listener)
            for task in (writing, leaving):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, TimeoutError, ConnectionError):
                    await task

    async def _write(self, listener: Listener, session: str, topics: list[str], send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await _chunk(send, "retry: 2000\n\n")
        checked = written = time.monotonic()
        while True:
            rest = min(
                self.recheck - (time.monotonic() - checked),
                self.heartbeat - (time.monotonic() - written),
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(listener.bell.wait(), max(rest, 0.01))
            listener.bell.clear()
            if time.monotonic() - checked >= self.recheck:
                try:
                    await self._admit(session, topics)
                except Refused as no:
                    await _chunk(send, f"event: ended\ndata: {no.code}\n\n", more=False)
                    return
                except DatabaseError:
                    log.warning("live: cannot ask whether a listener may stay; asking again")
                checked = time.monotonic()
            if fresh := self.hub.news(listener):
                await _chunk(send, frame({topic for topic, _ in fresh}, listener.seen))
                written = time.monotonic()
            elif time.monotonic() - written >= self.heartbeat:
                await _chunk(send, ": .\n\n")
                written = time.monotonic()


def frame(topics: set[str], seen: Mapping[versions.Spot, str]) -> str:
    """Return one frame: an event per topic, the last one carrying what has been seen."""
    return "".join(
        f"id: {versions.pack(seen)}\nevent: {topic}\ndata: {topic}\n\n" for topic in sorted(topics)
    )


async def _chunk(send: Send, text: str, *, more: bool = True) -> None:
    """Write once, and give up on a browser that takes nothing for long."""
    message = {"type": "http.response.body", "body": text.encode(), "more_body": more}
    await asyncio.wait_for(send(message), WRITE_SECONDS)


async def _gone(receive: Receive) -> None:
    """Return when the browser has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(no: Refused, send: Send) -> None:
    body = json.dumps({"refused": no.as_dict()}, ensure_ascii=False).encode()
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"cache-control", b"no-store"),
    ]
    if no.status == TooMany.status:
        headers.append((b"retry-after", b"5"))
    await send({"type": "http.response.start", "status": no.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
