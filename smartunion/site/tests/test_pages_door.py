"""Django behind the ASGI door, over a real server."""

import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest

from smartunion.site.pages_door import environ
from smartunion.site.processes import free_port
from tests.bank import wait_until_alive

APPLICATION = """
from smartunion.site.pages_door import PagesDoor

class Streamed(list):
    streaming = True

def pages(environ, start):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start("201 Created", [("X-Path", environ["PATH_INFO"]), ("X-Length", str(len(body)))])
    if environ["PATH_INFO"] == "/streamed":
        return Streamed([b"a" * 100_000, b"b" * 100_000])
    return [environ["REQUEST_METHOD"].encode(), b" ", body]

door = PagesDoor(pages, threads=2)

async def application(scope, receive, send):
    if scope["type"] == "http":
        await door(scope, receive, send)
    else:
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"].endswith("shutdown"):
                return
"""


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    place: Path = tmp_path_factory.mktemp("door")
    (place / "behind_the_door.py").write_text(APPLICATION, encoding="utf-8")
    port = free_port(19_010)
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--no-ws"]
    command += ["--log-level", "error", "--port", str(port), "behind_the_door:application"]
    process = subprocess.Popen(command, cwd=place)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            wait_until_alive(f"http://127.0.0.1:{port}/", process)
            yield client
    finally:
        process.terminate()
        process.wait(15)


def test_a_posted_body_reaches_the_page(door: httpx.Client) -> None:
    answer = door.post("/v1/payments", content=b"x" * 10)
    assert (answer.status_code, answer.content) == (201, b"POST " + b"x" * 10)


def test_a_large_body_arrives_whole(door: httpx.Client) -> None:
    answer = door.post("/files/", content=b"x" * 3_000_000)
    assert answer.headers["X-Length"] == "3000000"


def test_a_chunked_body_has_a_length_for_django(door: httpx.Client) -> None:
    answer = door.post("/files/", content=iter([b"one", b"two"]))
    assert answer.content == b"POST onetwo"


def test_a_streamed_answer_arrives_whole(door: httpx.Client) -> None:
    assert door.get("/streamed").content == b"a" * 100_000 + b"b" * 100_000


def test_a_chinese_path_arrives_as_wsgi_writes_it(door: httpx.Client) -> None:
    raw = dict(door.get("/公示/").headers.raw)[b"x-path"]
    assert raw.decode() == "/公示/"


def test_a_header_with_an_underscore_cannot_pose_as_another() -> None:
    scope = {
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "http_version": "1.1",
        "headers": [(b"x_key_id", b"forged"), (b"x-key-id", b"real"), (b"cookie", b"a=1")],
    }
    environment = environ(scope, BytesIO())
    assert environment["HTTP_X_KEY_ID"] == "real"
    assert environment["HTTP_COOKIE"] == "a=1"
