"""The configured model server: OpenAI-compatible, asked over HTTP, never waited for too long.

vLLM, SGLang, Ollama and their like; whatever is not plainly an answer is none. No tools are given
to the model, and what it says passes rules/checking.py before anybody reads it.
"""

import json
import logging
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from django.conf import settings

log = logging.getLogger(__name__)
CONNECT_SECONDS = 2.0
STOP_SECONDS = 20.0
"""After this nothing of the model is waited for; the articles stand on the page already."""

STAGE_SECONDS = 0.8
MOST_TOKENS = 400
_END = object()


class NoModelError(Exception):
    """The model server gave no usable answer; `late` when its time was up."""

    def __init__(self, why: str, *, late: bool = False) -> None:
        self.late = late
        super().__init__(why)


@dataclass(frozen=True)
class Server:
    """One OpenAI-compatible server."""

    url: str
    name: str
    key: str = ""
    extra: str = ""
    """JSON that is merged into each request: how this server is told not to think aloud."""

    def stream(self, prompt: str, *, seconds: float = STOP_SECONDS) -> Iterator[str]:
        """Yield the answer's text as it comes; stops for good when the seconds are over.

        :raises NoModelError: no connection, an error, garbage, broken off, or too late
        """
        until = time.monotonic() + seconds
        pieces: queue.Queue[Any] = queue.Queue()
        gone = threading.Event()
        reader = threading.Thread(
            target=self._read, args=(prompt, pieces, gone, seconds), name="model", daemon=True
        )
        reader.start()
        try:
            while True:
                try:
                    piece = pieces.get(timeout=max(0.0, until - time.monotonic()))
                except queue.Empty:
                    raise NoModelError("time is up", late=True) from None
                if piece is _END:
                    return
                if isinstance(piece, NoModelError):
                    raise piece
                yield piece
                if time.monotonic() >= until:
                    raise NoModelError("time is up", late=True)
        finally:
            gone.set()

    def _read(
        self, prompt: str, pieces: "queue.Queue[Any]", gone: threading.Event, seconds: float
    ) -> None:
        """Read the stream into the queue, in a thread of its own: a stalled socket stops nobody."""
        try:
            with (
                self._http(seconds) as http,
                http.stream("POST", "chat/completions", json=self._body(prompt, True)) as got,
            ):
                if got.status_code != httpx.codes.OK:
                    raise NoModelError(f"status {got.status_code}")
                for line in got.iter_lines():
                    if gone.is_set():
                        return
                    if not line.startswith("data:"):
                        continue
                    said = line[5:].strip()
                    if said == "[DONE]":
                        pieces.put(_END)
                        return
                    if text := _delta(said):
                        pieces.put(text)
            raise NoModelError("broken off")
        except NoModelError as no:
            pieces.put(no)
        except httpx.TimeoutException:
            pieces.put(NoModelError("silent", late=True))
        except httpx.HTTPError as no:
            pieces.put(NoModelError(type(no).__name__))

    def say(self, prompt: str) -> str:
        """Return a whole short answer. Raises NoModelError."""
        answer = self._post("chat/completions", self._body(prompt, False))
        try:
            return str(answer["choices"][0]["message"]["content"])
        except (KeyError, IndexError, TypeError) as odd:
            raise NoModelError("no content") from odd

    def vectors(self, texts: list[str]) -> list[list[float]]:
        """Return a vector of each text, in their order. Raises NoModelError."""
        answer = self._post("embeddings", {"model": self.name, "input": texts})
        try:
            rows = sorted(answer["data"], key=lambda row: int(row["index"]))
            found = [[float(x) for x in row["embedding"]] for row in rows]
        except (KeyError, TypeError, ValueError) as odd:
            raise NoModelError("no vectors") from odd
        if len(found) != len(texts) or len({len(one) for one in found}) != 1:
            raise NoModelError("vectors are missing")
        return found

    def scores(self, question: str, texts: list[str]) -> list[float]:
        """Return how well each text answers, in their order. Raises NoModelError."""
        asked = {"model": self.name, "query": question, "documents": texts, "texts": texts}
        answer = self._post("rerank", asked)
        rows = answer.get("results", []) if isinstance(answer, dict) else answer
        try:
            told = {int(r["index"]): float(r.get("relevance_score", r.get("score"))) for r in rows}
            return [told[n] for n in range(len(texts))]
        except (KeyError, TypeError, ValueError) as odd:
            raise NoModelError("no scores") from odd

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        """Return a stage's answer; its time is the wall clock's, however slowly it comes."""
        until, parts = time.monotonic() + STAGE_SECONDS, []
        try:
            with (
                self._http(STAGE_SECONDS) as http,
                http.stream("POST", path, json=body) as got,
            ):
                if got.status_code != httpx.codes.OK:
                    raise NoModelError(f"status {got.status_code}")
                for part in got.iter_bytes():
                    parts.append(part)
                    if time.monotonic() >= until:
                        raise NoModelError("time is up", late=True)
            return json.loads(b"".join(parts))
        except httpx.HTTPError as no:
            raise NoModelError(type(no).__name__) from no
        except ValueError as odd:
            raise NoModelError("not JSON") from odd

    def _http(self, seconds: float) -> httpx.Client:
        return httpx.Client(
            base_url=f"{self.url.rstrip('/')}/",
            headers={"Authorization": f"Bearer {self.key}"} if self.key else {},
            timeout=httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
            trust_env=False,
        )

    def _body(self, prompt: str, stream: bool) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.name,
            "messages": [{"role": "user", "content": prompt}],
            "temperature": 0.6 if "r1" in self.name.lower() else 0.2,
            "max_tokens": MOST_TOKENS,
            "stream": stream,
        }
        return body | (json.loads(self.extra) if self.extra else {})


def _delta(said: str) -> str:
    """Return the text of one event of the stream; an event that cannot be read ends it."""
    try:
        choices = json.loads(said).get("choices") or [{}]
        text = choices[0].get("delta", {}).get("content")
    except (ValueError, AttributeError, IndexError, TypeError) as odd:
        raise NoModelError("not an event") from odd
    return text if isinstance(text, str) else ""


def explainer() -> Server | None:
    """Return the model that explains, None where none is configured."""
    return _server(settings.POLICY_MODEL_URL, settings.POLICY_MODEL_NAME)


def rewriter() -> Server | None:
    """Return the model that puts a question into the statutes' words; off unless it is wished."""
    return explainer() if settings.POLICY_REWRITE else None


def embedder() -> Server | None:
    """Return the server of vectors, None where none is configured."""
    return _server(settings.POLICY_EMBED_URL, settings.POLICY_EMBED_NAME)


def reranker() -> Server | None:
    """Return the server that orders by relevance, None where none is configured."""
    return _server(settings.POLICY_RERANK_URL, settings.POLICY_RERANK_NAME)


def _server(url: str, name: str) -> Server | None:
    if not url:
        return None
    return Server(url, name, settings.POLICY_MODEL_KEY, settings.POLICY_MODEL_EXTRA)
