"""Web, worker and database are killed in the middle of trading, as a power cut would do it.

Real processes on a PostgreSQL of their own; tills that pay over HTTP and ask again under the same
key until they have an answer. Afterwards no acknowledged payment is missing, none is doubled, the
bank's books equal ours and every audit holds.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from bench.parts import signed
from smartunion.domains.wallet.rules import counter_at
from smartunion.kernel.base.days import CAMPUS
from smartunion.sandbox import books
from smartunion.site.processes import Child, command, free_port, signal_group
from tests import template
from tests.bank import wait_until_alive

ROOT = Path(__file__).resolve().parents[2]
MORNING = datetime(2025, 12, 19, 10, 42, tzinfo=CAMPUS)
MEMBERS, TILLS = 40, 4
ACKNOWLEDGED = {200, 201}


class House:
    """One installation in a directory of its own."""

    def __init__(self, place: Path) -> None:
        offset = round((MORNING - datetime.now(UTC)).total_seconds())
        self.offset = timedelta(seconds=offset)
        self.web, self.bank = free_port(19_110), free_port(19_210)
        self.environment = {
            **os.environ,
            "SMARTUNION_VAR": str(place),
            "SMARTUNION_CLOCK_OFFSET": str(offset),
            "SANDBOX_PORT": str(self.bank),
            "BANK_URL": f"http://127.0.0.1:{self.bank}",
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "smartunion.site.settings",
        }
        for name in (
            "DATABASE_URL",
            "SMARTUNION_EMBEDDED",
            "SMARTUNION_NOW",
            "SANDBOX_DATABASE_URL",
        ):
            self.environment.pop(name, None)
        self.postgres = place / "postgres"
        self.tables = template.data()
        self.children: list[Child] = []
        self.url = self.start_database()
        self.environment["DATABASE_URL"] = self.url
        self.setting: dict[str, Any] = json.loads(
            self.run("bench/parts/setting.py", str(MEMBERS), "allot")
        )

    def run(self, *words: str) -> str:
        """Run a Python program of the house to its end."""
        done = subprocess.run(
            [sys.executable, *words],
            env=self.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (words, done.stdout)
        return done.stdout

    def start_database(self) -> str:
        """Start the house's own PostgreSQL, as whoever restarts the machine would."""
        program = "from pathlib import Path; from smartunion.site import embedded;"
        program += f"print(embedded.start(like=Path({str(self.tables)!r})))"
        return self.run("-c", program).strip()

    def start(self, *words: str) -> Child:
        """Start a process of the house."""
        child = command(*words)
        child.process = subprocess.Popen(
            child.command, env=self.environment, cwd=ROOT, start_new_session=True
        )
        self.children.append(child)
        return child

    def kill(self, child: Child) -> None:
        """kill -9, the process and all that it has started."""
        assert child.process is not None
        signal_group(child.process, signal.SIGKILL)
        child.process.wait()
        self.children.remove(child)

    def kill_database(self) -> None:
        """kill -9 the server, in the middle of whatever it does."""
        number = int((self.postgres / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(number, signal.SIGKILL)

    def stop(self) -> None:
        for child in self.children:
            child.ask_to_stop()
        for child in self.children:
            child.wait(5)
        self.run("-m", "smartunion.site.cli", "stop")

    def ask(self, query: str, *, bank: bool = False) -> list[tuple[Any, ...]]:
        """Look into the books."""
        with psycopg.connect(books.beside(self.url) if bank else self.url) as connection:
            return connection.execute(query).fetchall()

    def wait(self, query: str, seconds: float) -> None:
        """Wait until the query finds nothing any more."""
        until = time.monotonic() + seconds
        while left := self.ask(query):
            assert time.monotonic() < until, left[:3]
            time.sleep(0.2)


@pytest.fixture
def house() -> Iterator[House]:
    place = Path(tempfile.mkdtemp(prefix="smartunion-kill-"))
    place.chmod(0o755)  # PostgreSQL does not run as root, and must get in
    made = House(place)
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(place, ignore_errors=True)


class Till(threading.Thread):
    """Pays for its own members, one after the other, and never takes silence for an answer."""

    def __init__(self, house: House, index: int) -> None:
        super().__init__()
        self.house, self.terminal = house, house.setting["terminals"][index]
        self.members = house.setting["wallets"][index::TILLS]
        self.closing = threading.Event()
        self.acknowledged: dict[int, tuple[int, int, int]] = {}
        """Number -> (payment, wallet, fen)."""
        self.asked_again = 0
        self.wrong: list[str] = []

    def run(self) -> None:
        key, number = bytes.fromhex(self.house.setting["code_key"]), 0
        offset = self.house.offset.total_seconds()
        while not self.closing.is_set():
            number += 1
            wallet, fen = self.members[number % len(self.members)], 101 + number % 37
            now = datetime.fromtimestamp(time.time() + offset, UTC)
            code = signed.code_of(wallet, counter_at(now), key)
            self.pay(number, wallet, fen, code, offset)
            time.sleep(0.03)

    def pay(self, number: int, wallet: int, fen: int, code: str, offset: float) -> None:
        """Ask until there is an answer, with the same key and the same words."""
        until = time.monotonic() + 50
        while time.monotonic() < until:
            headers, body = signed.request(self.terminal, number, code, fen, offset)
            try:
                answer = httpx.post(
                    f"http://127.0.0.1:{self.house.web}{signed.PATH}",
                    content=body, headers=headers, timeout=5, trust_env=False,
                )  # fmt: skip
            except httpx.TransportError:
                self.asked_again += 1
                time.sleep(0.2)
                continue
            if answer.status_code in ACKNOWLEDGED:
                self.acknowledged[number] = (answer.json()["id"], wallet, fen)
                return
            if answer.status_code < 500:
                self.wrong.append(answer.text)
                return
            self.asked_again += 1
            time.sleep(0.2)
        self.wrong.append(f"no answer to {number}")


def trade_on(tills: list[Till], more: int, seconds: float = 60) -> None:
    """Return when the tills have so many more answers."""
    until = time.monotonic() + seconds
    wanted = sum(len(till.acknowledged) for till in tills) + more
    while sum(len(till.acknowledged) for till in tills) < wanted:
        assert time.monotonic() < until, [till.wrong for till in tills]
        time.sleep(0.05)


@pytest.mark.xdist_group("kill")
def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(house: House) -> None:
    bank = house.start("sandbox", "--port", str(house.bank))
    worker, web = house.start("work"), house.start("serve", "--port", str(house.web))
    for child, address in ((bank, f"{house.bank}/alive"), (web, f"{house.web}/accounts/login/")):
        wait_until_alive(f"http://127.0.0.1:{address}", child.process, 40)
    house.wait("SELECT 1 FROM wallet_allotment WHERE state <> 'credited'", 40)
    tills = [Till(house, index) for index in range(TILLS)]
    for till in tills:
        till.start()

    trade_on(tills, 40)
    house.kill(web)
    web = house.start("serve", "--port", str(house.web))
    trade_on(tills, 40)
    house.kill(worker)
    house.start("work")
    house.start("work")
    trade_on(tills, 40)
    house.kill_database()
    house.start_database()
    trade_on(tills, 40)
    for till in tills:
        till.closing.set()
    for till in tills:
        till.join(60)

    assert [wrong for till in tills for wrong in till.wrong] == []
    assert sum(till.asked_again for till in tills) > 0, "the tills felt nothing of it"
    said = {
        (till.terminal["id"], number): told
        for till in tills
        for number, told in till.acknowledged.items()
    }
    assert len(said) >= 160
    rows = house.ask(
        "SELECT terminal_id, terminal_seq, id, wallet_id, asked_fen FROM wallet_payment"
        " WHERE status = 'S'"
    )
    assert {(terminal, seq): tuple(rest) for terminal, seq, *rest in rows} == said

    spent = Counter(dict.fromkeys(house.setting["wallets"], 0))
    for _, wallet, fen in said.values():
        spent[wallet] += fen
    ours = dict(house.ask("SELECT id, ecny_fen FROM wallet_wallet"))
    assert ours == {wallet: 200_00 - fen for wallet, fen in spent.items()}

    house.wait(
        "SELECT p.id, o.state FROM wallet_payment p LEFT JOIN wallet_bankorder o"
        " ON o.document = 'payment:' || p.id"
        " WHERE o.state IS NULL OR o.state IN ('waiting', 'sent')",
        40,
    )
    assert house.ask("SELECT document, refusal FROM wallet_bankorder WHERE state = 'refused'") == []
    theirs = house.ask(
        "SELECT split_part(reference, '-W', 2)::int, balance_fen FROM bank.wallet"
        " WHERE kind = 'personal'",
        bank=True,
    )
    assert dict(theirs) == ours
    paid = house.ask("SELECT count(*) FROM bank.posting WHERE kind = 'PAY'", bank=True)
    assert paid == [(len(said),)]
    house.run("-m", "smartunion.site.cli", "check")
