"""模拟银行: the outside world's bank, spoken to only over HTTP.

The interface is written in docs/bank.md. The page at `/` is for people and says that it is
simulated. Faults (delay, lost answers) can be switched on, so that both can be tried.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from . import asked
from .books import Books
from .page import human_page
from .signing import SKEW_SECONDS, is_valid, signature

STATEMENT_LIMIT = 5000

Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Setup:
    """What the process is started with."""

    url: str
    key_id: str
    secret: bytes
    opening_fen: int
    clock_offset: timedelta


class Bank:
    """The bank's counter: believes only what is signed, answers signed, keeps the books."""

    books: Books

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._delay_ms = 0
        self._lose_answers = 0

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Keep the books open as long as the process serves."""
        self.books = await run_in_threadpool(
            Books,
            self._setup.url,
            opening_fen=self._setup.opening_fen,
            clock_offset=self._setup.clock_offset,
        )
        yield
        self.books.close()

    def routes(self) -> list[Route]:
        """Return every address of the interface."""
        v1, signed = "/bank/v1", self._signed
        return [
            Route("/", self.look),
            Route("/faults", self.set_faults, methods=["POST"]),
            Route(f"{v1}/wallets", signed(self.open_wallets), methods=["POST"]),
            Route(f"{v1}/wallets/{{reference}}", signed(self.wallet)),
            Route(f"{v1}/instructions", signed(self.carry_out), methods=["POST"]),
            Route(f"{v1}/instructions/{{key}}", signed(self.instruction)),
            Route(f"{v1}/queries", signed(self.query), methods=["POST"]),
            Route(f"{v1}/statements/{{day}}", signed(self.statement)),
        ]

    async def open_wallets(self, _: Request, body: bytes) -> Answer:
        """Open sub-wallets and merchants' wallets; safe to repeat."""
        opened = await run_in_threadpool(self.books.open_wallets, asked.new_wallets(body))
        return 200, {"opened": opened}

    async def wallet(self, request: Request, _: bytes) -> Answer:
        """Answer one wallet's balance."""
        found = await run_in_threadpool(self.books.wallet, request.path_params["reference"])
        if found is None:
            return 404, {"code": "UNKNOWN_WALLET", "text": "没有这个钱包"}
        return 200, found

    async def carry_out(self, _: Request, body: bytes) -> Answer:
        """Carry out each instruction by itself; the answer has an outcome for each."""
        outcomes = await run_in_threadpool(self.books.carry_out, asked.instructions(body))
        return 200, {"outcomes": outcomes}

    async def query(self, _: Request, body: bytes) -> Answer:
        """Answer what became of several keys; those never carried out are absent."""
        return 200, {"outcomes": await run_in_threadpool(self.books.find, asked.keys(body))}

    async def instruction(self, request: Request, _: bytes) -> Answer:
        """Answer what became of one key."""
        found = await run_in_threadpool(self.books.find, [request.path_params["key"]])
        if not found:
            return 404, {"code": "UNKNOWN_KEY", "text": "没有这笔指令"}
        return 200, found[0]

    async def statement(self, request: Request, _: bytes) -> Answer:
        """Answer the postings of one value day, oldest first, page by page."""
        try:
            day = date.fromisoformat(request.path_params["day"])
            after = int(request.query_params.get("after", "0"))
        except ValueError as wrong:
            raise asked.BadRequestError("the day is YYYY-MM-DD, after a number") from wrong
        rows = await run_in_threadpool(
            self.books.statement, day, after=after, limit=STATEMENT_LIMIT + 1
        )
        more = len(rows) > STATEMENT_LIMIT
        return 200, {"day": day, "postings": rows[:STATEMENT_LIMIT], "has_more": more}

    async def look(self, _: Request) -> Response:
        """Show the page for people."""
        html = await run_in_threadpool(
            human_page, self.books, delay_ms=self._delay_ms, lose_answers=self._lose_answers
        )
        return HTMLResponse(html)

    async def set_faults(self, request: Request) -> Response:
        """Switch faults on or off; what is not a number switches off."""
        form = dict(parse_qsl((await request.body()).decode()))
        given = {name: value for name, value in form.items() if value.isdecimal()}
        self._delay_ms = int(given.get("delay_ms", 0))
        self._lose_answers = int(given.get("lose_answers", 0))
        return RedirectResponse("/", 303)

    def _signed(
        self, handle: Callable[[Request, bytes], Awaitable[Answer]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            answer = self._disbelief(request, body)
            if answer is None:
                try:
                    answer = await handle(request, body)
                except asked.BadRequestError as wrong:
                    answer = 400, {"code": "MALFORMED", "text": str(wrong)}
            if self._delay_ms:
                await asyncio.sleep(self._delay_ms / 1000)
            if self._lose_answers:
                self._lose_answers -= 1
                return Response(status_code=504)
            return self._reply(request, *answer)

        return endpoint

    def _disbelief(self, request: Request, body: bytes) -> Answer | None:
        """Return why the request is not believed: unsigned, altered on the way, or stale."""
        given = request.headers
        at = given.get("X-Timestamp", "")
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        lines = (request.method, target, at)
        if given.get("X-Key-Id") != self._setup.key_id or not is_valid(
            given.get("X-Signature", ""), self._setup.secret, *lines, body=body
        ):
            return 401, {"code": "WRONG_SIGNATURE", "text": "签名不正确"}
        if not at.isdecimal() or abs(self._stamp() - int(at)) > SKEW_SECONDS:
            text = f"时间戳与银行时间相差超过{SKEW_SECONDS}秒"
            return 401, {"code": "STALE_CLOCK", "text": text, "now": self._stamp()}
        return None

    def _reply(self, request: Request, status: int, answer: dict[str, Any]) -> Response:
        """Sign an answer together with the request's own signature, so that none is forged."""
        body = json.dumps(answer, ensure_ascii=False, default=_plain).encode()
        at = str(self._stamp())
        lines = (str(status), at, request.headers.get("X-Signature", ""))
        mac = signature(self._setup.secret, *lines, body=body)
        headers = {"X-Timestamp": at, "X-Signature": mac}
        return Response(body, status, headers, media_type="application/json")

    def _stamp(self) -> int:
        return int(time.time() + self._setup.clock_offset.total_seconds())


def _plain(value: object) -> str:
    assert isinstance(value, date | datetime)  # noqa: S101 - the books hold nothing else
    return value.isoformat()
