"""模拟手机: the providers (SMS, voice, WeCom, mail), and the phones on which it all arrives.

The protocols are written in docs/notices.md. What really sends is a page at `/phones/`, on which a
person reads, taps and answers. Faults can be switched on for each channel.
"""

import asyncio
import contextlib
import hashlib
import json
import logging
import re
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from smartunion.sandbox.signing import SKEW_SECONDS, is_valid, signature

from . import page
from .box import CHANNELS, Box, Item
from .faults import Faults
from .mail import Mailroom

log = logging.getLogger(__name__)

TEMPLATES = {
    "SU_NOTICE": "【{sign}】{title}：{text}",
    "SU_CRISIS": "【{sign}】危急 {title}：{text}",
}
"""What the vendor has approved; the parameters are filled in by it."""

CALLS = {"SU_CRISIS_CALL": "这里是校工会值守系统。{title}。收到请按 1。"}
CALL_REPORTS: dict[str, dict[str, object]] = {
    "busy": {"status": "BUSY"},
    "missed": {"status": "NO_ANSWER"},
    "nobody": {"status": "UNDELIVERED", "code": "MOBILE_NUMBER_EMPTY", "text": "空号"},
}
"""What is reported of a call that nobody takes."""

LONGEST_RING_SECONDS = 60

MOBILE = re.compile(r"1[3-9]\d{9}")
RECEIPT_SECONDS = 0.4
SHUFFLE_SECONDS = 3.0
TICK_SECONDS = 0.1
TOKEN_SECONDS = 7200
PER_MINUTE, PER_HOUR = 30, 1000
ITEMS_SHOWN = 60


@dataclass(frozen=True)
class Setup:
    """What the process is started with."""

    url: str
    clock_offset: timedelta
    sms_key_id: str
    sms_secret: bytes
    wecom_corp_id: str
    wecom_secret: str
    smtp_port: int
    receipts_url: str
    receipts_secret: bytes
    owners: tuple[page.Owner, ...] = ()


def owners(text: str) -> tuple[page.Owner, ...]:
    """Return whose phones there are, from JSON: a list of the fields of an Owner."""
    return tuple(page.Owner(**each) for each in json.loads(text))


@dataclass
class Phones:
    """The providers' counters and the phones behind them."""

    setup: Setup
    faults: dict[str, Faults] = field(
        default_factory=lambda: {channel: Faults() for channel in CHANNELS}
    )
    box: Box = field(init=False)
    _tokens: dict[str, float] = field(default_factory=dict)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Keep tables, mail server and reporting alive as long as the process serves."""
        self.box = await run_in_threadpool(
            Box, self.setup.url, clock_offset=self.setup.clock_offset
        )
        mailroom = Mailroom(self.box, self.faults["email"])
        server = await mailroom.listen(self.setup.smtp_port)
        reporting = asyncio.create_task(self._report())
        try:
            yield
        finally:
            reporting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reporting
            server.close()
            self.box.close()

    def routes(self) -> list[Route]:
        """Return every address of the providers and of the page."""
        post = ["POST"]
        return [
            Route("/sms/v1/messages", self.sms, methods=post),
            Route("/voice/v1/calls", self.call, methods=post),
            Route("/phones/calls/{number:int}/{what:str}", self.on_the_phone, methods=post),
            Route("/cgi-bin/gettoken", self.wecom_token),
            Route("/cgi-bin/message/send", self.wecom, methods=post),
            Route("/phones/history", self.history, methods=post),
            Route("/phones/items.json", self.items),
            Route("/phones/faults", self.set_faults, methods=post),
            Route("/phones/nobody", self.set_nobody, methods=post),
            Route("/phones/reply", self.reply, methods=post),
            Route("/phones/items/{number:int}/tap", self.tap),
            Route("/phones/items/{number:int}/read", self.mark_read, methods=post),
            Route("/phones/style.css", page.style),
            Route("/phones/script.js", page.script),
            Route("/phones/", self.look),
            Route("/phones", lambda _: RedirectResponse("/phones/", 308)),
        ]

    # --- the SMS vendor

    async def sms(self, request: Request) -> Response:
        """Take an SMS: signed, by an approved template; the same out_id is the same message."""
        body = await request.body()
        if not self._is_signed(request, body):
            return JSONResponse({"code": "SIGNATURE_DOES_NOT_MATCH", "message": "签名不正确"}, 401)
        try:
            asked = json.loads(body)
            phone, key, params = str(asked["phone"]), str(asked["out_id"]), dict(asked["params"])
            text = TEMPLATES[asked["template"]].format(sign=asked["sign"], **params)
        except (ValueError, KeyError, TypeError) as wrong:
            return JSONResponse({"code": "TEMPLATE_ILLEGAL", "message": f"模板或参数 {wrong!r}"})
        if no := _sms_refuses(self.faults["sms"], phone):
            return no
        gone = await run_in_threadpool(self.box.nobody, phone)
        state = "nobody" if gone else "lost" if self.faults["sms"].spend("lose") else "arrived"
        item = Item(
            "sms", key, phone, str(params.get("title", "")), text, str(params.get("link", "")),
            sender="1069 8888 2025", state=state,
        )  # fmt: skip
        number, is_new = await run_in_threadpool(self.box.take, item)
        if is_new and state != "lost":
            await run_in_threadpool(self._report_sms, number, gone=gone)
        await self._delay("sms")
        return JSONResponse({"code": "OK", "message": "OK", "biz_id": f"P{number}"})

    def _report_sms(self, number: int, *, gone: bool) -> None:
        """Let the vendor report the delivery a little later, or that nobody has the number."""
        said: dict[str, object] = {"status": "DELIVERED"}
        if gone:
            said = {"status": "UNDELIVERED", "code": "MOBILE_NUMBER_EMPTY", "text": "空号"}
        late = secrets.randbelow(1000) / 1000 * SHUFFLE_SECONDS
        after = RECEIPT_SECONDS + (late if self.faults["sms"].shuffle else 0)
        self.box.report(number, said, after=after)

    def _is_signed(self, request: Request, body: bytes) -> bool:
        at = request.headers.get("X-Timestamp", "")
        return (
            request.headers.get("X-Key-Id") == self.setup.sms_key_id
            and is_valid(
                request.headers.get("X-Signature", ""), self.setup.sms_secret,
                "POST", request.url.path, at, body=body,
            )
            and at.isdecimal()
            and abs(self._stamp() - int(at)) <= SKEW_SECONDS
        )  # fmt: skip

    # --- the voice vendor

    async def call(self, request: Request) -> Response:
        """Let a phone ring; signed like an SMS, the same out_id is the same call."""
        body = await request.body()
        if not self._is_signed(request, body):
            return JSONResponse({"code": "SIGNATURE_DOES_NOT_MATCH", "message": "签名不正确"}, 401)
        try:
            asked = json.loads(body)
            phone, key, title = str(asked["phone"]), str(asked["out_id"]), asked["params"]["title"]
            said = CALLS[asked["template"]].format(title=title)
            seconds = min(float(asked["ring_seconds"]), LONGEST_RING_SECONDS)
        except (ValueError, KeyError, TypeError) as wrong:
            return JSONResponse({"code": "TEMPLATE_ILLEGAL", "message": f"模板或参数 {wrong!r}"})
        if no := _sms_refuses(self.faults["voice"], phone):
            return no
        gone = await run_in_threadpool(self.box.nobody, phone)
        state = "nobody" if gone else "lost" if self.faults["voice"].spend("lose") else "ringing"
        shown = str(asked.get("shown") or "") or "校工会值守"
        item = Item("voice", key, phone, str(title), said, sender=shown, state=state)
        number, became, is_new = await run_in_threadpool(self.box.ring, item, seconds)
        if is_new and became in CALL_REPORTS:
            after = RECEIPT_SECONDS
            await run_in_threadpool(self.box.report, number, CALL_REPORTS[became], after=after)
        await self._delay("voice")
        return JSONResponse({"code": "OK", "message": "OK", "call_id": f"P{number}"})

    async def on_the_phone(self, request: Request) -> Response:
        """Pick up, press a key or hang up, as the owner's finger does."""
        number, what = request.path_params["number"], request.path_params["what"]
        form = await self._form(request)
        await run_in_threadpool(self._on_the_phone, number, what, form.get("key", ""))
        return self._back(form)

    def _on_the_phone(self, number: int, what: str, key: str) -> None:
        if what == "pick_up" and self.box.pick_up(number):
            self.box.report(number, {"status": "ANSWERED"}, after=0)
        elif what == "press" and key and self.box.press(number):
            self.box.report(number, {"status": "PRESSED", "text": key[:1]}, after=0)
        elif what == "hang_up" and self.box.hang_up(number) == "ringing":
            self.box.report(number, CALL_REPORTS["busy"], after=0)

    # --- WeCom

    async def wecom_token(self, request: Request) -> Response:
        """Answer an access token, as WeCom's gettoken does."""
        given = request.query_params
        if given.get("corpid") != self.setup.wecom_corp_id:
            return JSONResponse({"errcode": 40013, "errmsg": "invalid corpid"})
        if given.get("corpsecret") != self.setup.wecom_secret:
            return JSONResponse({"errcode": 40001, "errmsg": "invalid credential"})
        token = secrets.token_urlsafe(48)
        self._tokens[token] = time.monotonic() + TOKEN_SECONDS
        answer = {"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": TOKEN_SECONDS}
        return JSONResponse(answer)

    async def wecom(self, request: Request) -> Response:
        """Take an application message, as WeCom's message/send does, silences included."""
        if no := self._wecom_refuses(request.query_params.get("access_token", "")):
            return no
        try:
            asked = json.loads(await request.body())
            card = {name: str(value) for name, value in asked["textcard"].items()}
            user, title, text = str(asked["touser"]), card["title"], card["description"]
        except (ValueError, KeyError, TypeError, AttributeError):
            return JSONResponse({"errcode": 40008, "errmsg": "invalid message type"})
        if await run_in_threadpool(self.box.nobody, user):
            return JSONResponse(
                {"errcode": 81013, "errmsg": "user & party & tag all invalid", "invaliduser": user}
            )
        state = await run_in_threadpool(self._wecom_lands, user)
        key = hashlib.sha256(json.dumps([user, *sorted(card.items())]).encode()).hexdigest()
        if not asked.get("enable_duplicate_check"):
            key = secrets.token_hex(32)
        if self.faults["wecom"].spend("lose"):
            state = "lost"
        item = Item(
            "wecom", key, user, title, text, card.get("url", ""), card.get("btntxt", "详情"),
            sender="校工会", state=state,
        )  # fmt: skip
        number, _ = await run_in_threadpool(self.box.take, item)
        await self._delay("wecom")
        return JSONResponse(
            {"errcode": 0, "errmsg": "ok", "invaliduser": "", "msgid": f"P{number}"}
        )

    def _wecom_refuses(self, token: str) -> Response | None:
        """Return WeCom's no to a token that is unknown or over, or the fault that is on."""
        until = self._tokens.get(token)
        if until is None:
            return JSONResponse({"errcode": 40014, "errmsg": "invalid access_token"})
        if until < time.monotonic():
            return JSONResponse({"errcode": 42001, "errmsg": "access_token expired"})
        if self.faults["wecom"].spend("errors"):
            return Response("upstream", 503)
        if self.faults["wecom"].spend("busy"):
            return JSONResponse({"errcode": 45009, "errmsg": "api freq out of limit"})
        return None

    def _wecom_lands(self, user: str) -> str:
        """Return where a message to the member lands: past the limits it is dropped silently."""
        now = self.box.now()
        minute = self.box.taken_since("wecom", user, now - timedelta(minutes=1))
        hour = self.box.taken_since("wecom", user, now - timedelta(hours=1))
        return "dropped" if minute >= PER_MINUTE or hour >= PER_HOUR else "arrived"

    # --- the demonstration's past

    async def history(self, request: Request) -> Response:
        """Put on the phones what arrived long ago; signed like an SMS, at most 1000 at once."""
        body = await request.body()
        if not self._is_signed(request, body):
            return JSONResponse({"code": "SIGNATURE_DOES_NOT_MATCH"}, 401)
        items = json.loads(body)["items"]
        await run_in_threadpool(self.box.take_history, items)
        return JSONResponse({"taken": len(items)})

    # --- the phones

    async def look(self, request: Request) -> Response:
        """Show the phones for people; `?part` is only what moves."""
        given = dict(request.query_params)
        html = await run_in_threadpool(self._page, given)
        return HTMLResponse(html, headers={"Cache-Control": "no-store"})

    def _page(self, given: dict[str, str]) -> str:
        listed = page.listed(self.setup.owners, self.box.addresses(), given.get("q", ""))
        owner = page.chosen(self.setup.owners, given.get("who", ""))
        newest = max(listed, key=page.latest, default=None)
        shown = owner or (newest.owner if newest else None)
        view = page.View(
            listed=listed,
            owner=shown,
            is_chosen=owner is not None,
            items=self.box.items(shown.addresses(), limit=ITEMS_SHOWN) if shown else {},
            replies=self.box.replies([shown.phone, shown.username]) if shown else [],
            gone=self.box.gone(),
            faults={channel: vars(faults) for channel, faults in self.faults.items()},
            counts=self.box.counts(),
            tab=given.get("tab", ""),
            query=given.get("q", ""),
            now=self.box.now(),
        )
        return page.part(view) if "part" in given else page.whole(view)

    async def items(self, request: Request) -> Response:
        """Answer the items at an address as JSON, for tests."""
        channel, address = request.query_params["channel"], request.query_params["address"]
        found = await run_in_threadpool(self.box.items, {channel: address}, limit=2000)
        return Response(
            json.dumps(found[channel], default=str, ensure_ascii=False),
            media_type="application/json",
        )

    async def tap(self, request: Request) -> Response:
        """Open an item's link, as its owner's finger does."""
        number = request.path_params["number"]
        item = await run_in_threadpool(self.box.item, number)
        if item is None:
            return Response("没有这条消息", 404)
        await run_in_threadpool(self._read, number)
        return RedirectResponse(item["link"] or "/phones/", 303)

    async def mark_read(self, request: Request) -> Response:
        """Mark an item as read."""
        await run_in_threadpool(self._read, request.path_params["number"])
        return self._back(await self._form(request))

    def _read(self, number: int) -> None:
        item = self.box.read(number)
        if item is not None and item["channel"] != "email":
            self.box.report(number, {"status": "READ"}, after=0)

    async def reply(self, request: Request) -> Response:
        """Answer an SMS or a WeCom message; the house hears of it as of a receipt."""
        form = await self._form(request)
        text = form.get("text", "").strip()
        if text:
            item = await run_in_threadpool(
                self.box.reply, form.get("channel", "sms"), form.get("address", ""), text
            )
            if item is not None:
                said = {"status": "REPLY", "text": text}
                await run_in_threadpool(self.box.report, item["id"], said, after=0)
        return self._back(form)

    async def set_nobody(self, request: Request) -> Response:
        """Let an address lead to nobody (空号), or to its owner again."""
        form = await self._form(request)
        gone = form.get("gone") == "yes"
        await run_in_threadpool(self.box.set_nobody, form.get("address", ""), gone=gone)
        return self._back(form)

    async def set_faults(self, request: Request) -> Response:
        """Switch the faults of one channel; what is not a number switches off."""
        form = await self._form(request)
        faults = self.faults[form.get("channel", "sms")]
        for each in fields(Faults):
            given = form.get(each.name, "")
            setattr(faults, each.name, int(given) if given.isdecimal() else 0)
        return self._back(form)

    async def _form(self, request: Request) -> dict[str, str]:
        return dict(parse_qsl((await request.body()).decode()))

    def _back(self, form: dict[str, str]) -> Response:
        kept = {name: form[name] for name in ("who", "tab") if form.get(name)}
        return RedirectResponse(f"/phones/?{urlencode(kept)}", 303)

    async def _delay(self, channel: str) -> None:
        """Keep the answer back, after the message was taken: a sender may die meanwhile."""
        if wait := self.faults[channel].delay_ms:
            await asyncio.sleep(wait / 1000)

    def _stamp(self) -> int:
        return int(time.time() + self.setup.clock_offset.total_seconds())

    # --- what the providers report

    async def _report(self) -> None:
        """Send what is due to the house, signed, until it says yes."""
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            while True:
                try:
                    for missed in await run_in_threadpool(self.box.let_go):
                        said = CALL_REPORTS["missed"]
                        await run_in_threadpool(self.box.report, missed, said, after=0)
                    for report in await run_in_threadpool(self.box.due_reports):
                        await self._send_report(client, report)
                except Exception:
                    log.exception("phones: reporting failed and goes on")
                await asyncio.sleep(TICK_SECONDS)

    async def _send_report(self, client: httpx.AsyncClient, report: dict[str, Any]) -> None:
        content = report["content"]
        if report["channel"] == "wecom":  # WeCom knows no out_id, only its own number
            content = {name: value for name, value in content.items() if name != "out_id"}
        body = json.dumps(content, ensure_ascii=False).encode()
        path = f"/notices/receipts/{report['channel']}/"
        done = False
        for _ in range(2 if self.faults[report["channel"]].spend("twice") else 1):
            at = str(self._stamp())
            mac = signature(self.setup.receipts_secret, "POST", path, at, body=body)
            headers = {
                "Content-Type": "application/json", "X-Timestamp": at, "X-Signature": mac,
            }  # fmt: skip
            with contextlib.suppress(httpx.TransportError):
                reply = await client.post(
                    self.setup.receipts_url + path, content=body, headers=headers
                )
                done = done or reply.is_success or reply.status_code == httpx.codes.NOT_FOUND
        await run_in_threadpool(self.box.reported, report["id"], done=done)


def _sms_refuses(faults: Faults, phone: str) -> Response | None:
    """Return the vendor's no to a number that is none, or the fault that is on."""
    if faults.spend("errors"):
        return Response("upstream", 503)
    if faults.spend("busy"):
        return JSONResponse({"code": "BUSINESS_LIMIT_CONTROL", "message": "触发流量控制"})
    if not MOBILE.fullmatch(phone):
        return JSONResponse({"code": "MOBILE_NUMBER_ILLEGAL", "message": "号码格式不对"})
    return None
