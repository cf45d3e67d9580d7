"""Take the picture of a page with the system's own Chromium, spoken to over its pipe.

Chromium's `--screenshot` cuts a long page at the window's foot and pictures an error page as
gladly as the right one; so it is asked by its own protocol, which needs no package: JSON ended by
a NUL on file descriptors 3 and 4.
"""

import base64
import contextlib
import itertools
import json
import os
import select
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
WIDTH, HEIGHT = 1080, 800
MOST_PIXELS = 12_000
"""A page longer than this is cut there; the text beside the picture is always whole."""

OK = 200
SECONDS = 60.0
FLAGS = (
    "--headless=new", "--remote-debugging-pipe", "--no-first-run", "--no-default-browser-check",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-extensions", "--disable-dev-shm-usage", "--mute-audio", "--hide-scrollbars",
    "--lang=zh-CN", f"--window-size={WIDTH},{HEIGHT}",
)  # fmt: skip


class NoPictureError(Exception):
    """There is no picture this time; the message says why, for officers to read."""


def find() -> str | None:
    """Return the path of Chromium: that of the setting CHROMIUM, or the first one on the PATH."""
    if settings.CHROMIUM:
        return shutil.which(settings.CHROMIUM)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def picture(url: str) -> bytes:
    """Return the PNG of the whole page at an address, which must answer 200.

    :raises NoPictureError: no Chromium, no answer, another answer than 200, or no end in a minute
    """
    path = find()
    if path is None:
        raise NoPictureError("本机没有 Chromium")
    with tempfile.TemporaryDirectory(prefix="posting-") as profile:
        browser = _Browser(path, Path(profile))
        try:
            return browser.picture(url)
        except (OSError, KeyError, ValueError) as broken:
            raise NoPictureError(f"Chromium 没有完成：{type(broken).__name__} {broken}") from broken
        finally:
            browser.close()


class _Browser:
    """One Chromium of our own, gone when its picture is taken."""

    def __init__(self, path: str, profile: Path) -> None:
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        # Chromium's own sandbox cannot be set up by root (a container); what it opens is our page.
        flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        null = os.open(os.devnull, os.O_RDWR)
        # Numbers above those that Chromium is given, so that no copy overwrites another.
        ours = [os.dup2(fd, 100 + k) for k, fd in enumerate((theirs_in, theirs_out, null))]
        self._pid = os.posix_spawn(
            path,
            [path, *flags, f"--user-data-dir={profile}", "about:blank"],
            {**os.environ, "HOME": str(profile)},
            file_actions=[
                (os.POSIX_SPAWN_DUP2, ours[2], 0),
                (os.POSIX_SPAWN_DUP2, ours[2], 1),
                (os.POSIX_SPAWN_DUP2, ours[2], 2),
                (os.POSIX_SPAWN_DUP2, ours[0], 3),
                (os.POSIX_SPAWN_DUP2, ours[1], 4),
            ],
            setpgroup=0,
        )
        for fd in (theirs_in, theirs_out, null, *ours):
            os.close(fd)
        self._numbers = itertools.count(1)
        self._until = time.monotonic() + SECONDS
        self._read = b""
        self._happened: list[dict[str, Any]] = []
        self._session = ""

    def picture(self, url: str) -> bytes:
        """Open the address in a window and picture it from head to foot."""
        window = self._ask("Target.createTarget", url="about:blank")
        attached = self._ask("Target.attachToTarget", targetId=window["targetId"], flatten=True)
        self._session = attached["sessionId"]
        self._ask("Page.enable")
        self._ask("Network.enable")
        gone = self._ask("Page.navigate", url=url)
        if trouble := gone.get("errorText"):
            raise NoPictureError(f"页面打不开：{trouble}")
        self._wait("Page.loadEventFired")
        answered = [
            one["params"]["response"]["status"]
            for one in self._happened
            if one["method"] == "Network.responseReceived" and one["params"]["type"] == "Document"
        ]
        if answered[-1:] != [OK]:
            raise NoPictureError(f"页面应答 {answered[-1] if answered else '空'}，没有截图")
        self._ask("Runtime.evaluate", expression="document.fonts.ready", awaitPromise=True)
        size = self._ask("Page.getLayoutMetrics")["cssContentSize"]
        clip = {
            "x": 0, "y": 0, "width": size["width"], "height": min(size["height"], MOST_PIXELS),
            "scale": 1,
        }  # fmt: skip
        taken = self._ask(
            "Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True
        )
        return base64.b64decode(taken["data"])

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one command and return its result."""
        number = next(self._numbers)
        asked: dict[str, Any] = {"id": number, "method": method, "params": params}
        if self._session:
            asked["sessionId"] = self._session
        os.write(self._out, json.dumps(asked).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") == number:
                if "error" in told:
                    raise NoPictureError(f"Chromium：{told['error'].get('message', '')}")
                return dict(told["result"])

    def _wait(self, method: str) -> None:
        """Wait until something has happened."""
        while not any(one["method"] == method for one in self._happened):
            self._next()

    def _next(self) -> dict[str, Any]:
        """Return the next message; what merely happened is also kept."""
        while b"\0" not in self._read:
            left = self._until - time.monotonic()
            if left <= 0 or not select.select([self._in], [], [], left)[0]:
                raise NoPictureError(f"Chromium {SECONDS:.0f} 秒内没有完成")
            chunk = os.read(self._in, 1 << 16)
            if not chunk:
                raise NoPictureError("Chromium 自己退出了")
            self._read += chunk
        line, _, self._read = self._read.partition(b"\0")
        told: dict[str, Any] = json.loads(line)
        if "method" in told:
            self._happened.append(told)
        return told

    def close(self) -> None:
        """End Chromium and all that it started."""
        os.close(self._out)
        os.close(self._in)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
