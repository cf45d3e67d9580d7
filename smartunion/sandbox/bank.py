"""模拟银行: the outside world's bank, spoken to only over HTTP.

The interface is written in docs/bank.md. The page at `/` is for people and says that it is
simulated. What can go wrong (faults.py) can be switched on, so that all of it can be tried.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from . import asked, dayfile, faults, sm2
from .books import CAMPUS, Books, Row
from .page import human_page
from .signing import SKEW_SECONDS

Answer = tuple[int, dict[str, Any] | str]

STRANGER = "1f" * 32
"""A key that nobody believes."""

NOTIFY_AFTER_SECONDS = (0.0, 0.5, 2.0, 10.0, 60.0)
"""How long the bank waits before it tells somebody again who did not hear."""


@dataclass(frozen=True)
class Setup:
    """What the process is started with. Keys by their ids: own are private, the union's public."""

    url: str
    own_keys: dict[str, str]
    union_keys: dict[str, str]
    opening_fen: int
    clock_offset: timedelta


class Bank:
    """The bank's counter: believes only what is signed, answers signed, keeps the books."""

    books: Books
    client: httpx.AsyncClient

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._faults = faults.Faults()
        self._telling: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Keep the books open as long as the process serves."""
        self.books = await run_in_threadpool(
            Books,
            self._setup.url,
            opening_fen=self._setup.opening_fen,
            clock_offset=self._setup.clock_offset,
        )
        async with httpx.AsyncClient(timeout=5, trust_env=False) as self.client:
            yield
            for task in self._telling:
                task.cancel()
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
            Route(f"{v1}/reservations", signed(self.reserve), methods=["POST"]),
            Route(f"{v1}/postings", signed(self.post), methods=["POST"]),
            Route(f"{v1}/voids", signed(self.void), methods=["POST"]),
            Route(f"{v1}/queries", signed(self.query), methods=["POST"]),
            Route(f"{v1}/files/{{name}}", signed(self.day_file)),
            Route(f"{v1}/statements/{{name}}", signed(self.statement)),
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
        return await self._told(body, outcomes)

    async def reserve(self, _: Request, body: bytes) -> Answer:
        """Hold the money of each purchase: the first of two phases."""
        outcomes = await run_in_threadpool(self.books.reserve, asked.holds(body))
        return await self._told(body, outcomes)

    async def post(self, _: Request, body: bytes) -> Answer:
        """Give what is held to its merchant: the second of two phases."""
        outcomes = await run_in_threadpool(self.books.post, asked.postings(body))
        return await self._told(body, outcomes)

    async def void(self, _: Request, body: bytes) -> Answer:
        """Give what is held free."""
        outcomes = await run_in_threadpool(self.books.void, asked.keys(body))
        return await self._told(body, outcomes)

    async def query(self, _: Request, body: bytes) -> Answer:
        """Answer what became of several keys; those never carried out are absent."""
        return 200, {"outcomes": await run_in_threadpool(self.books.find, asked.keys(body))}

    async def instruction(self, request: Request, _: bytes) -> Answer:
        """Answer what became of one key."""
        found = await run_in_threadpool(self.books.find, [request.path_params["key"]])
        if not found:
            return 404, {"code": "UNKNOWN_KEY", "text": "没有这笔指令"}
        return 200, found[0]

    async def day_file(self, request: Request, _: bytes) -> Answer:
        """Answer a day's file or its signature: the n-th, or the newest there is."""
        day, wants_signature = _named(request.path_params["name"])
        asked_for = request.query_params.get("n")
        if asked_for is not None and not asked_for.isdecimal():
            raise asked.BadRequestError("n is a number")
        found = await run_in_threadpool(self._file, day, int(asked_for) if asked_for else None)
        if found is None:
            return 404, {"code": "NO_FILE", "text": "该日未结束，或没有这一份文件"}
        return 200, found["signature"] + "\n" if wants_signature else found["content"].decode()

    async def statement(self, request: Request, _: bytes) -> Answer:
        """Answer the corporate account's statement of a day, or its signature."""
        day, wants_signature = _named(request.path_params["name"])
        text = await run_in_threadpool(self._statement, day)
        return 200, self._stamp_text(text) + "\n" if wants_signature else text

    async def look(self, _: Request) -> Response:
        """Show the page for people."""
        return HTMLResponse(await run_in_threadpool(human_page, self.books, self._faults))

    async def set_faults(self, request: Request) -> Response:
        """Switch faults on or off; every setting replaces all."""
        form = dict(parse_qsl((await request.body()).decode()))
        self._faults = faults.given(form)
        if earned := faults.interest(form):
            await run_in_threadpool(self.books.earn_interest, *earned)
        return RedirectResponse("/", 303)

    def _file(self, day: date, n: int | None) -> Row | None:
        """Return a file of a day that is over; it is made when it is first asked for."""
        made = self.books.files(day)
        wanted = n or max(len(made), 1)
        if wanted <= len(made):
            return made[wanted - 1]
        if wanted > len(made) + 1 or day >= self.books.now().astimezone(CAMPUS).date():
            return None
        striking = self._faults.strike_a_file()
        said = day - timedelta(days=1) if striking.file_yesterday else day
        written = dayfile.lines(self.books.lines(said), self.books.mark)
        text = dayfile.file_text(
            said, wanted, dayfile.struck(written, striking),
            wrong_trailer=bool(striking.file_trailer),
        )  # fmt: skip
        signature = self._stamp_text(text, stranger=bool(striking.file_signature))
        name = f"UNION_CCB_{day:%Y%m%d}_{wanted}.txt"
        self.books.keep_file(day, wanted, name, text.encode(), signature)
        return self.books.files(day)[wanted - 1]

    def _statement(self, day: date) -> str:
        rows = [row for row in self.books.lines(day) if row["status"] == "S"]
        return dayfile.statement_text(day, self.books.corporate_before(day), rows, self.books.mark)

    def _signed(
        self, handle: Callable[[Request, bytes], Awaitable[Answer]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            if self._faults.down:
                return Response(status_code=503)
            if self._faults.spend("lose_requests"):
                return Response(status_code=504)
            body = await request.body()
            answer = self._disbelief(request, body)
            if answer is None:
                try:
                    answer = await handle(request, body)
                except asked.BadRequestError as wrong:
                    answer = 400, {"code": "MALFORMED", "text": str(wrong)}
            if self._faults.delay_ms:
                await asyncio.sleep(self._faults.delay_ms / 1000)
            if self._faults.spend("lose_answers"):
                return Response(status_code=504)
            return self._reply(request, *answer)

        return endpoint

    def _disbelief(self, request: Request, body: bytes) -> Answer | None:
        """Return why the request is not believed: unsigned, altered on the way, or stale."""
        given = request.headers
        at = given.get("X-Timestamp", "")
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        said = _said(request.method, target, at, body=body)
        if not sm2.is_stamped(given.get("X-Signature", ""), said, self._setup.union_keys):
            return 401, {"code": "WRONG_SIGNATURE", "text": "签名不正确"}
        if not at.isdecimal() or abs(self._now() - int(at)) > SKEW_SECONDS:
            text = f"时间戳与银行时间相差超过{SKEW_SECONDS}秒"
            return 401, {"code": "STALE_CLOCK", "text": text, "now": self._now()}
        return None

    def _reply(self, request: Request, status: int, answer: dict[str, Any] | str) -> Response:
        """Sign an answer together with the request's own signature, so that none is forged."""
        if isinstance(answer, str):
            body, kind = answer.encode(), "text/plain"
        else:
            body = json.dumps(answer, ensure_ascii=False, default=_plain).encode()
            kind = "application/json"
        at = str(self._now())
        said = _said(str(status), at, request.headers.get("X-Signature", ""), body=body)
        stranger = self._faults.spend("wrong_signatures")
        headers = {"X-Timestamp": at, "X-Signature": self._stamp(said, stranger=stranger)}
        return Response(body, status, headers, media_type=kind)

    async def _told(self, body: bytes, outcomes: Sequence[Row]) -> Answer:
        """Answer with the outcomes, and tell the asker of them where it wants to be told."""
        answer: dict[str, Any] = {"outcomes": outcomes}
        if url := asked.notify_url(body):
            faults_now = self._faults
            if faults_now.notify_first:
                await self._tell(url, answer)
            for _ in range((not faults_now.notify_first) + bool(faults_now.notify_twice)):
                task = asyncio.create_task(self._tell(url, answer))
                self._telling.add(task)
                task.add_done_callback(self._telling.discard)
        return 200, answer

    async def _tell(self, url: str, answer: dict[str, Any]) -> None:
        """Send a notification until somebody says that it was heard."""
        body = json.dumps(answer, ensure_ascii=False, default=_plain).encode()
        for wait in NOTIFY_AFTER_SECONDS:
            await asyncio.sleep(wait)
            at = str(self._now())
            said = _said("POST", urlsplit(url).path, at, body=body)
            headers = {
                "Content-Type": "application/json", "X-Timestamp": at,
                "X-Signature": self._stamp(said),
            }  # fmt: skip
            with contextlib.suppress(httpx.TransportError):
                if (await self.client.post(url, content=body, headers=headers)).is_success:
                    return

    def _stamp_text(self, text: str, *, stranger: bool = False) -> str:
        return self._stamp(text.encode(), stranger=stranger)

    def _stamp(self, data: bytes, *, stranger: bool = False) -> str:
        key_id, private = next(iter(self._setup.own_keys.items()))
        return sm2.stamp(key_id, STRANGER if stranger else private, data)

    def _now(self) -> int:
        return int(time.time() + self._setup.clock_offset.total_seconds())


def _said(*lines: str, body: bytes) -> bytes:
    """Return what is signed: one line for each part, the last the body's digest."""
    return "\n".join([*lines, sm2.digest(body)]).encode()


def _named(name: str) -> tuple[date, bool]:
    """Return (day, whether its signature is wanted) of `yyyymmdd` or `yyyymmdd.sig`."""
    day, _, rest = name.partition(".")
    if rest not in ("", "sig") or len(day) != len("yyyymmdd") or not day.isdecimal():
        raise asked.BadRequestError("the day is yyyymmdd")
    try:
        return date(int(day[:4]), int(day[4:6]), int(day[6:])), rest == "sig"
    except ValueError as wrong:
        raise asked.BadRequestError("there is no such day") from wrong


def _plain(value: object) -> str:
    assert isinstance(value, date | datetime)  # noqa: S101 - the books hold nothing else
    return value.isoformat()
