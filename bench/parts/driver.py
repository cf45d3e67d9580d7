"""Clients in Python, as pacing.py runs them: `driver.py pay|wsgi FIRST COUNT`.

`pay` is the action wallet.actions.paying.pay; `wsgi` is a whole signed request through the
installation's WSGI application and every middleware it has. Which wallets are this client's own
follows from its number, so that no payment code is used twice.
"""

import io
import itertools
import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import django

django.setup()

from bench.parts import pacing, signed  # noqa: E402 - Django must be set up first
from smartunion.domains.wallet.actions import paying  # noqa: E402
from smartunion.domains.wallet.rules import counter_at  # noqa: E402
from smartunion.kernel.base import clock  # noqa: E402
from smartunion.site.wsgi import application  # noqa: E402

BIZ_DATE = date(2025, 12, 19)
CLIENTS = 8


def payer(setting: dict[str, Any], wallets: Iterator[int]) -> Callable[[int], None]:
    """Return how to pay by the action."""

    def pay(seq: int) -> None:
        till = random.choice(setting["terminals"])
        paid = paying.pay(
            terminal_id=till["id"], biz_date=BIZ_DATE, terminal_seq=seq,
            total_fen=random.randint(300, 3000), wallet_id=next(wallets), at=clock.now(),
        )  # fmt: skip
        assert paid.status == "S", paid

    return pay


def caller(setting: dict[str, Any], wallets: Iterator[int]) -> Callable[[int], None]:
    """Return how to pay by a whole request."""
    key = bytes.fromhex(setting["code_key"])
    offset = clock.offset().total_seconds()

    def pay(seq: int) -> None:
        code = signed.code_of(next(wallets), counter_at(clock.now()), key)
        headers, body = signed.request(
            random.choice(setting["terminals"]), seq, code, random.randint(300, 3000), offset
        )
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "POST", "PATH_INFO": signed.PATH, "QUERY_STRING": "",
            "SERVER_NAME": "localhost", "SERVER_PORT": "80", "HTTP_HOST": "localhost",
            "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr,
            "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)),
        }  # fmt: skip
        environ |= {"HTTP_" + k.upper().replace("-", "_"): v for k, v in headers.items()}
        environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE")
        told: list[str] = []
        answer = application(environ, lambda status, _: told.append(status))
        content = b"".join(answer)
        getattr(answer, "close", lambda: None)()
        assert told[0].startswith("201"), (told, content.decode())

    return pay


def main() -> None:
    mode, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with open(os.environ["BENCH_SETTING"], encoding="utf-8") as file:
        setting = json.load(file)
    make = {"pay": payer, "wsgi": caller}[mode]
    clients = []
    for number in range(first, first + count):
        own = setting["wallets"][number::CLIENTS]
        random.shuffle(own)
        clients.append(make(setting, itertools.cycle(own)))
    pacing.drive(clients, first)


main()
