"""The door of the pages: Django as WSGI on a pool of threads, inside one ASGI server.

One hop into a thread and one back per request: the body is read before, a whole answer is sent
after. docs/adr/0010 has the figures of the other ways that were measured.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

IN_MEMORY = 1 << 20
"""Bytes of a body that are kept in memory; the rest of it goes to a file."""


class PagesDoor:
    """An ASGI application that answers by a WSGI one."""

    def __init__(self, pages: Application, *, threads: int) -> None:
        self._pages = pages
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="page")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        body = await _body(receive)
        if body is None:
            return
        loop = asyncio.get_running_loop()

        def stream(message: Message) -> None:
            asyncio.run_coroutine_threadsafe(_forward(send, message), loop).result()

        with body:
            last = await loop.run_in_executor(
                self._threads, self._answer, environ(scope, body), stream
            )
        for message in last:
            await send(message)

    def _answer(
        self, environment: dict[str, Any], stream: Callable[[Message], None]
    ) -> list[Message]:
        """Run the page; return what is left to send: everything, unless it streams."""
        start: Message = {"type": "http.response.start"}

        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            start["status"] = int(status[:3])
            start["headers"] = [
                (k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in headers
            ]

        answer = self._pages(environment, begin)
        try:
            if not getattr(answer, "streaming", False):
                whole = b"".join(answer)
                return [start, {"type": "http.response.body", "body": whole}]
            stream(start)
            for chunk in answer:
                stream({"type": "http.response.body", "body": chunk, "more_body": True})
            return [{"type": "http.response.body", "body": b""}]
        finally:
            getattr(answer, "close", lambda: None)()


def environ(scope: Scope, body: IO[bytes]) -> dict[str, Any]:
    """Return WSGI's view of an ASGI request; a header with an underscore is dropped, as forged."""
    host, port = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    environment: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": str(host),
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": str(client[0]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1").upper()
        if "_" in name:
            continue
        key = name.replace("-", "_")
        if key not in {"CONTENT_LENGTH", "CONTENT_TYPE"}:
            key = f"HTTP_{key}"
        text = value.decode("latin-1")
        joint = "; " if key == "HTTP_COOKIE" else ","
        environment[key] = f"{environment[key]}{joint}{text}" if key in environment else text
    if "HTTP_TRANSFER_ENCODING" in environment:  # its length is known now, and Django asks for it
        environment["CONTENT_LENGTH"] = str(body.seek(0, 2))
        body.seek(0)
    return environment


async def _body(receive: Receive) -> IO[bytes] | None:
    """Return the whole body, or None when the sender left before its end."""
    message = await receive()
    if message["type"] == "http.disconnect":
        return None
    if not message.get("more_body", False):
        return BytesIO(message.get("body", b""))
    body = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the caller closes it
    body.write(message.get("body", b""))
    while message.get("more_body", False):
        message = await receive()
        if message["type"] == "http.disconnect":
            body.close()
            return None
        body.write(message.get("body", b""))
    body.seek(0)
    return body


async def _forward(send: Send, message: Message) -> None:
    await send(message)
