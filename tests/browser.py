"""A real Chromium before the real door: granian serves site/asgi.py on the test's own database.

    @pytest.mark.browser
    def test_lin_sees_her_wallet(open_as: OpenAs, lin: Person) -> None:
        page = open_as(lin, "/wallet/", PHONE)
        expect(page.get_by_role("heading", level=1)).to_have_text("钱包")
        fits(page)
        check_axe(page)

Whatever the console complains of and whichever request fails makes the test fail at its end.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from smartunion.kernel.people.models import Person
from tests.prerequisites import chromium

ROOT = Path(__file__).parents[1]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
ARGS = [
    "--no-sandbox", "--headless=new", "--disable-background-networking", "--no-first-run",
    "--lang=zh-CN", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",  # a microphone
]  # fmt: skip
CAMPUS_READER = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
SECONDS_TO_START = 60

OpenAs = Callable[..., Page]


def test_database_url() -> str:
    """Return the URL of the database that this test session works on."""
    made = connection.settings_dict
    host = made["HOST"] or made["OPTIONS"].get("host", "")
    login = f"{made['USER']}:{made['PASSWORD']}@" if made["USER"] else ""
    port = f"&port={made['PORT']}" if made["PORT"] else ""
    return f"postgresql://{login}/{made['NAME']}?host={host}{port}"


test_database_url.__test__ = False  # type: ignore[attr-defined]  # its name only looks like one


@contextmanager
def serving(**env: str) -> Iterator[str]:
    """Serve the house on the test's database in a process of its own; yield its address.

    `SMARTUNION_CLOCK_OFFSET="…"` shifts the clock of that process.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [
        sys.executable, "-m", "granian", "smartunion.site.asgi:application", "--interface", "asgi",
        "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", "--no-ws",
    ]  # fmt: skip
    environ = {**os.environ, "DATABASE_URL": test_database_url(), **env}
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
        try:
            until = time.monotonic() + SECONDS_TO_START
            while not _answers(url):
                if server.poll() is not None or time.monotonic() > until:
                    log.seek(0)
                    pytest.fail(f"the house did not open its door:\n{log.read()[-3000:]}")
                time.sleep(0.05)
            yield url
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()


def _answers(url: str) -> bool:
    try:
        httpx.get(f"{url}/static/web/su.js", timeout=5, trust_env=False)
    except httpx.TransportError:
        return False
    return True


@pytest.fixture(scope="session")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Return the address of the house, served for the whole session."""
    with django_db_blocker.unblock(), serving() as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the one Chromium of this session."""
    path = chromium()
    if path is None:
        pytest.fail("Chromium is missing: `make browser` installs it, or says how")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=ARGS)


class Complaints(list[str]):
    """What the browser complained of; `forgive` takes back what a test provokes on purpose."""

    def watch(self, page: Page) -> None:
        """Listen to a page: its console, its scripts, its requests and their answers."""
        page.on("pageerror", lambda error: self.append(f"script: {error}"))
        page.on(
            "console",
            lambda said: (
                self.append(f"console: {said.text}")
                if said.type == "error" and "Failed to load resource" not in said.text
                else None
            ),
        )
        page.on(
            "requestfailed",
            lambda asked: (
                self.append(f"request: {asked.url} {asked.failure}")
                if "ERR_ABORTED" not in str(asked.failure)  # left by going to another page
                else None
            ),
        )
        page.on("response", self._answered)

    def _answered(self, response: Any) -> None:
        refusal = response.request.resource_type in {"document", "xhr", "fetch", "eventsource"}
        worst = 500 if refusal else 400  # a page may say no; a style sheet may not be missing
        if response.status >= worst:
            self.append(f"answer: {response.status} {response.url}")

    def forgive(self, part: str) -> None:
        """Drop the complaints that contain the part; there must have been one."""
        kept = [told for told in self if part not in told]
        assert len(kept) < len(self), f"nobody complained of {part}"
        self[:] = kept


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Collect what browsers complain of; the test fails at its end if anything is left."""
    told = Complaints()
    yield told
    assert told == []


@pytest.fixture
def screen(
    transactional_db: None, house: str, browser: Browser, complaints: Complaints
) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that opens a browser of its own: `screen(PHONE)`, `screen(DESK)`."""
    contexts: list[BrowserContext] = []

    def make(size: dict[str, Any] = DESK, *, base_url: str = house, **more: Any) -> BrowserContext:
        context = browser.new_context(base_url=base_url, **CAMPUS_READER, **size, **more)
        context.on("page", complaints.watch)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def phone(screen: Callable[..., BrowserContext]) -> BrowserContext:
    """Return somebody's phone, not signed in."""
    return screen(PHONE)


@pytest.fixture
def desk(screen: Callable[..., BrowserContext]) -> BrowserContext:
    """Return an office computer, not signed in."""
    return screen(DESK)


@pytest.fixture
def open_as(screen: Callable[..., BrowserContext], house: str) -> OpenAs:
    """Return a function that opens an address as a person: `open_as(lin, "/wallet/", PHONE)`."""

    def opened(person: Person, path: str = "/", size: dict[str, Any] = DESK, **more: Any) -> Page:
        context = screen(size, **more)
        base = more.get("base_url", house)
        context.add_cookies([{**sign_in(person), "url": base}])
        page = context.new_page()
        page.goto(path)
        return page

    return opened


def sign_in(person: Person) -> dict[str, str]:
    """Return the cookie of a fresh session of the person."""
    client = Client()
    client.force_login(person)
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
    }


def fits(page: Page) -> None:
    """Assert that the page does not scroll sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{page.url} is {wide}px wider than the screen"


def check_axe(page: Page, *, leave_out: tuple[str, ...] = ()) -> None:
    """Assert that axe finds nothing serious or critical; `leave_out` names rules, with a reason."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    bad = [
        f"{v['id']} ({v['impact']}): {v['help']}\n    "
        + "\n    ".join(f"{n['target'][0]}  {n['html'][:160]}" for n in v["nodes"][:5])
        for v in found["violations"]
        if v["impact"] in {"serious", "critical"} and v["id"] not in leave_out
    ]
    assert not bad, f"{page.url}\n" + "\n".join(bad)


def photograph(page: Page, path: Path) -> None:
    """Take the whole page, once its fonts have come and nothing moves."""
    page.evaluate("document.fonts.ready")
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, full_page=True, animations="disabled")
