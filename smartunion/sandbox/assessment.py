"""An outside assessment system, simulated: it lets somebody answer and pushes the result (R113).

It keeps whole answer vectors, signs what it sends as the house's other providers do, and pushes the
same message again until it is answered. What it is told, row by row, stands on its page.
"""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import parse_qsl

import httpx
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from .signing import signature

PATH = "/wellbeing/results/"
ITEMS = 90
BODY = (1, 4, 12, 27, 40, 42, 48, 49, 52, 53, 56, 58)
MOOD = (5, 14, 15, 20, 22, 26, 29, 30, 31, 32, 54, 71, 79)
FEAR = (13, 25, 47, 50, 70, 75, 82)
PRESETS: dict[str, tuple[str, dict[int, int]]] = {
    "calm": ("各题都是“没有”", {}),
    "body": ("身体方面各题 2 分", dict.fromkeys(BODY, 2)),
    "mood": ("心情方面各题 3 分（关键题 1 分）", {**dict.fromkeys(MOOD, 3), 15: 1, 79: 5}),
    "fear": ("回避方面各题 4 分", dict.fromkeys(FEAR, 4)),
}
FORMS = {"1-5": "1–5 计分", "0-4": "0–4 计分，声明换算", "raw": "0–4 计分，不声明换算",
         "short": "只送 89 题"}  # fmt: skip
TRIES = 3
KEPT = 12


@dataclass
class Assessments:
    """The vendor: where the house is, how to sign, and what has been sent."""

    url: str
    key_id: str
    secret: bytes
    clock_offset: timedelta = timedelta()
    sent: list[tuple[str, str, str]] = field(default_factory=list)
    count: int = 0

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Be there; nothing is to be opened."""
        yield

    def routes(self) -> list[Route]:
        """Return the page and its button."""
        return [
            Route("/assessment/", self.page),
            Route("/assessment/push", self.push, methods=["POST"]),
        ]

    async def page(self, _: Request) -> Response:
        """Show the form and what the house has answered."""
        options = "".join(
            f'<option value="{k}">{escape(words)}</option>' for k, (words, _) in PRESETS.items()
        )
        forms = "".join(f'<option value="{k}">{escape(w)}</option>' for k, w in FORMS.items())
        rows = "".join(
            f"<tr><td>{escape(key)}<td>{escape(who)}<td><code>{escape(told)}</code></tr>"
            for key, who, told in reversed(self.sent)
        )
        return HTMLResponse(
            '<!doctype html><html lang="zh-CN"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            "<title>模拟测评系统</title>"
            "<style>body{font:16px/1.6 system-ui;margin:1rem;max-width:60rem}"
            "label{display:block;margin:.5rem 0}td,th{border:1px solid #ccc;padding:.25rem .5rem;"
            "text-align:left}code{word-break:break-all}</style>"
            "<h1>模拟测评系统</h1><p>演示用的校外系统：作答后把整份答卷推给智慧工会，由那边评分。</p>"
            '<form method="post" action="/assessment/push"><label>工号或学号 '
            '<input name="username" required></label><label>作答 '
            f'<select name="preset">{options}</select></label><label>格式 '
            f'<select name="form">{forms}</select></label><button>提交并推送</button></form>'
            f"<h2>推送记录</h2><table><tr><th>编号</th><th>谁</th><th>答复</th></tr>{rows}</table>"
        )

    async def push(self, request: Request) -> Response:
        """Send one person's answers to the house."""
        form = dict(parse_qsl((await request.body()).decode()))
        await self.send(form.get("username", ""), form["preset"], form["form"])
        return RedirectResponse("/assessment/", 303)

    async def send(self, username: str, preset: str, form: str) -> dict[str, Any]:
        """Sign and send one row; the same message again while nobody answers."""
        self.count += 1
        at = datetime.now(UTC) + self.clock_offset
        key = f"{int(at.timestamp())}-{self.count}"
        answers = [PRESETS[preset][1].get(n, 1) for n in range(1, ITEMS + 1)]
        said: dict[str, Any] = {"scale": "1-5"}
        if form in ("0-4", "raw"):
            answers = [one - 1 for one in answers]
            said = {"scale": "0-4"} | ({"conversion": "plus_one"} if form == "0-4" else {})
        row = {
            "key": key,
            "username": username,
            "answers": answers[: ITEMS - 1] if form == "short" else answers,
            "answered_at": at.isoformat(),
            "consented_at": (at - timedelta(minutes=15)).isoformat(),
            "seconds": 600,
        }
        body = json.dumps({**said, "rows": [row]}).encode()
        reply = await self._post(body, str(int(at.timestamp())))
        self.sent = [*self.sent, (key, username, json.dumps(reply, ensure_ascii=False))][-KEPT:]
        return reply

    async def _post(self, body: bytes, stamp: str) -> dict[str, Any]:
        headers = {
            "Content-Type": "application/json",
            "X-Key-Id": self.key_id,
            "X-Timestamp": stamp,
            "X-Signature": signature(self.secret, "POST", PATH, stamp, body=body),
        }
        trouble = ""
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            for _ in range(TRIES):
                try:
                    reply = await client.post(self.url + PATH, content=body, headers=headers)
                    if not reply.is_server_error:
                        told: dict[str, Any] = reply.json()
                        return told
                    trouble = str(reply.status_code)
                except (httpx.TransportError, ValueError) as broken:
                    trouble = repr(broken)
        return {"unanswered": trouble}


def from_environment() -> Assessments:
    """Return the vendor as `smartunion sandbox` sets it up."""
    return Assessments(
        url=os.environ["SANDBOX_RECEIPTS_URL"],
        key_id=os.environ["ASSESSMENT_KEY_ID"],
        secret=os.environ["ASSESSMENT_SECRET"].encode(),
        clock_offset=timedelta(seconds=float(os.environ.get("SMARTUNION_CLOCK_OFFSET", "0"))),
    )
