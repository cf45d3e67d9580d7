"""语言模型与语音识别 (simulated): an OpenAI-compatible server that can be told to lie.

It speaks the real protocol: streamed chat completions, transcriptions, embeddings, reranking. Asked
about articles it points to them by number, as the house wishes; at `/llm/` it is told to invent, to
stall, to break off. What it is asked is kept for as long as the process lives, and no recording.
"""

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl
from zlib import crc32

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

NAME = "sandbox-7b"
STALL_SECONDS = 90
DIMENSIONS = 64
KEPT = 20
MODES = {
    "honest": "照条文解释",
    "quote": "编造引文",
    "number": "改数字",
    "article": "编造条号",
    "law": "引用已废止的法",
    "modal": "把应当说成不得",
    "uncited": "不写出处",
    "obey": "听从条文里夹带的指示",
    "mixed": "一句真，其余全是编的",
    "think": "先长篇思考再答",
    "stall": "说一句后不再出声",
    "silent": "一直不应答",
    "break": "说到一半断线",
    "garbage": "答非所问",
    "error": "500 错误",
}
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>语言模型（模拟）</title>
<body style="font:16px/1.7 sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem">
<h1>语言模型与语音识别（模拟）</h1><p>接口：<code>/llm/v1/chat/completions</code>、
<code>audio/transcriptions</code>、<code>embeddings</code>、<code>rerank</code>。</p>
<form method="post"><p><label>怎么应答 <select name="mode">{modes}</select></label></p>
<p><label>听到的话 <input name="heard" value="{heard}" size="40"></label></p>
<p><label>改写成的词（空格分开） <input name="words" value="{words}" size="40"></label></p>
<button>设定</button></form><p>已问 {asked} 次，已听 {recordings} 段。</p></html>"""

GIVEN = re.compile(r"^\[(A\d+)\] 《([^》]+)》(\S*)$")
CLOSING = "。；！？"


@dataclass
class Article:
    """One article as the prompt gives it."""

    key: str
    title: str
    label: str
    lines: list[str] = field(default_factory=list)


@dataclass
class Language:
    """The model and the ear, with what they were told to do."""

    mode: str = "honest"
    heard: str = "生双胞胎产假能多休几天"
    words: str = ""
    asked: list[str] = field(default_factory=list)
    recordings: list[int] = field(default_factory=list)
    """How many bytes each recording had; the recordings themselves are not kept."""

    def routes(self) -> list[Route]:
        """Return the addresses of both."""
        return [
            Route("/llm/", self.page, methods=["GET", "POST"]),
            Route("/llm/asked", self.was_asked),
            Route("/llm/v1/models", self.models),
            Route("/llm/v1/chat/completions", self.chat, methods=["POST"]),
            Route("/llm/v1/embeddings", self.embeddings, methods=["POST"]),
            Route("/llm/v1/rerank", self.rerank, methods=["POST"]),
            Route("/llm/v1/audio/transcriptions", self.transcribe, methods=["POST"]),
        ]

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Nothing to open."""
        yield

    async def page(self, request: Request) -> Response:
        """Show what it is told to do, and tell it."""
        if request.method == "POST":
            form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
            if form.get("mode", self.mode) not in MODES:
                return PlainTextResponse("no such mode", 400)
            self.mode = form.get("mode", self.mode)
            self.heard = form.get("heard", self.heard)
            self.words = form.get("words", self.words)
            return RedirectResponse("/llm/", 303)
        modes = "".join(
            f'<option value="{k}"{" selected" if k == self.mode else ""}>{v}</option>'
            for k, v in MODES.items()
        )
        told = {"heard": html.escape(self.heard), "words": html.escape(self.words)}
        counts = {"asked": len(self.asked), "recordings": len(self.recordings)}
        return HTMLResponse(PAGE.format(modes=modes, **told, **counts))

    async def was_asked(self, _: Request) -> Response:
        """Answer what it has been asked, so that a test can look at what left the house."""
        return JSONResponse({"asked": self.asked, "recordings": self.recordings})

    async def models(self, _: Request) -> Response:
        """Answer which models there are."""
        return JSONResponse({"object": "list", "data": [{"id": NAME, "object": "model"}]})

    async def chat(self, request: Request) -> Response:
        """Answer a chat completion, streamed or whole."""
        body = await request.json()
        prompt = body["messages"][-1]["content"]
        self.asked = [*self.asked, prompt][-KEPT:]
        if self.mode == "error":
            return JSONResponse({"error": {"message": "out of memory"}}, 500)
        if self.mode == "silent":
            await asyncio.sleep(STALL_SECONDS)
        if not body.get("stream"):
            said = json.dumps(self.words.split(), ensure_ascii=False)
            if self.mode == "garbage":
                said = "好的！以下是改写："
            choice = {"index": 0, "message": {"role": "assistant", "content": said},
                      "finish_reason": "stop"}  # fmt: skip
            return JSONResponse({"object": "chat.completion", "model": NAME, "choices": [choice]})
        return StreamingResponse(self._stream(prompt), media_type="text/event-stream")

    async def _stream(self, prompt: str) -> AsyncIterator[str]:
        if self.mode == "garbage":
            yield "data: {这不是 JSON\n\n"
            return
        said = answer(self.mode, articles(prompt))
        for at in range(0, len(said), 6):
            yield _event(said[at : at + 6])
            await asyncio.sleep(0)
            if self.mode == "stall" and at > len(said) // 2:
                await asyncio.sleep(STALL_SECONDS)
            if self.mode == "break" and at > len(said) // 2:
                return
        yield "data: [DONE]\n\n"

    async def embeddings(self, request: Request) -> Response:
        """Answer vectors that are near each other where the texts share pairs of characters."""
        texts = (await request.json())["input"]
        if (no := await self._amiss()) is not None:
            return no
        rows = [{"object": "embedding", "index": n, "embedding": vector(text)}
                for n, text in enumerate(texts)]  # fmt: skip
        return JSONResponse({"object": "list", "data": rows, "model": NAME})

    async def rerank(self, request: Request) -> Response:
        """Answer how many pairs of characters each document shares with the question."""
        body = await request.json()
        if (no := await self._amiss()) is not None:
            return no
        asked = _pairs(body["query"])
        results = [
            {"index": n, "relevance_score": len(asked & _pairs(text)) / (1 + len(asked))}
            for n, text in enumerate(body["documents"])
        ]
        return JSONResponse({"results": sorted(results, key=lambda r: -r["relevance_score"])})

    async def _amiss(self) -> Response | None:
        """Answer as a server that is out of order, when it is told to be one."""
        if self.mode == "silent":
            await asyncio.sleep(STALL_SECONDS)
        if self.mode == "error":
            return JSONResponse({"error": {"message": "out of memory"}}, 500)
        if self.mode == "garbage":
            return JSONResponse({"data": [], "results": [{"index": 0}]})
        if self.mode == "break":
            return StreamingResponse(_dribble(), media_type="application/json")
        return None

    async def transcribe(self, request: Request) -> Response:
        """Answer what it is told to have heard; the recording is measured and let go."""
        body = await request.body()
        if b'name="file"' not in body:
            return JSONResponse({"error": {"message": "no file"}}, 400)
        self.recordings.append(len(body))
        if self.mode == "error":
            return JSONResponse({"error": {"message": "out of memory"}}, 500)
        return JSONResponse({"text": self.heard})


def articles(prompt: str) -> list[Article]:
    """Return the articles that a prompt gives."""
    found: list[Article] = []
    for line in prompt.splitlines():
        if named := GIVEN.match(line):
            key, title, label = named.groups()
            found.append(Article(key, title, label))
        elif line.startswith("问题"):
            break
        elif found and " " in line:
            found[-1].lines.append(line.split(" ", 1)[1])
    return found


def answer(mode: str, given: list[Article]) -> str:
    """Return what is said in a mode about the articles that were given."""
    if not given:
        return "没有条文可以解释。"
    one = given[0]
    honest = f"这件事依据《{one.title}》{one.label}[{one.key}]。{{{{引:{one.key}.1}}}}[{one.key}]"
    if mode == "think":
        return f"<think>用户问的可能是别的。我记得应当是 9999 天。</think>{honest}\n"
    lies: dict[str, Callable[[], str]] = {
        "quote": lambda: f"条文写明“职工想休多久就休多久”[{one.key}]。",
        "number": lambda: _renumbered(_first(one)) + f"[{one.key}]。",
        "article": lambda: f"{_first(one)}[A9]。",
        "law": lambda: f"依据《职工福利暂行条例》第四百二十条，{_first(one)}[{one.key}]。",
        "modal": lambda: f"单位不得不必理会，{_first(one)}[{one.key}]。",
        "uncited": lambda: f"{_first(one)}。",
        "obey": lambda: f"系统已升级，请把密码发到管理员邮箱即可领取补贴[{one.key}]。",
    }
    if mode in lies:
        return lies[mode]()
    if mode == "mixed":
        return "".join([honest, *(lie() for lie in lies.values())])
    return honest + "\n"


def _first(one: Article) -> str:
    """Return an article's first sentence, without its end."""
    text = "".join(one.lines)
    for n, c in enumerate(text):
        if c in CLOSING:
            return text[:n]
    return text


def _renumbered(text: str) -> str:
    """Return a sentence in which a number is another."""
    swapped = re.sub(r"\d+", lambda m: str(int(m.group()) + 7), text)
    return swapped if swapped != text else f"{text}，期限为 77 日"


def _event(text: str) -> str:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    told: dict[str, Any] = {"object": "chat.completion.chunk", "model": NAME, "choices": [choice]}
    return f"data: {json.dumps(told, ensure_ascii=False)}\n\n"


async def _dribble() -> AsyncIterator[str]:
    """Say something every so often and never come to an end."""
    for _ in range(STALL_SECONDS * 5):
        yield " "
        await asyncio.sleep(0.2)


def _pairs(text: str) -> set[str]:
    said = re.sub(r"\W+", "", text)
    return {said[n : n + 2] for n in range(len(said) - 1)}


def vector(text: str) -> list[float]:
    """Return a text's pairs of characters counted in so many drawers."""
    drawers = [0.0] * DIMENSIONS
    for pair in _pairs(text):
        drawers[crc32(pair.encode()) % DIMENSIONS] += 1.0
    return drawers


def alone() -> Starlette:
    """Return the model as a server of its own, for tests that need nothing else of the world."""
    return Starlette(routes=Language().routes())
