"""Workers and database are killed in the middle of firing; each deadline fires once all the same.

Real processes of `smartunion work` and of the benchmark on a PostgreSQL of their own. The figures
are `smartunion bench timers`'s; here only what must never be false is asked.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bench import timers as bench
from tests import template

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60
CALM = " WHERE starts_with(key, 'calm/')"
WORKERS = "SELECT name, starts FROM timers_worker ORDER BY name"


class House:
    """One installation in a directory of its own."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.environment = {
            **os.environ,
            "SMARTUNION_VAR": str(place),
            "SMARTUNION_CLOCK_OFFSET": "0",
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "smartunion.site.settings",
        }
        for name in ("DATABASE_URL", "SMARTUNION_EMBEDDED", "SMARTUNION_NOW"):
            self.environment.pop(name, None)
        self.url = self.start_database()
        self.environment["DATABASE_URL"] = self.url
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(bench.TABLES)

    def run(self, *words: str) -> str:
        """Run a Python program of the house to its end."""
        command = [sys.executable, *words]
        done = subprocess.run(
            command, env=self.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
        )
        assert done.returncode == 0, (words, done.stdout)
        return done.stdout

    def start_database(self) -> str:
        """Start the house's own PostgreSQL, as whoever restarts the machine would."""
        program = "from pathlib import Path; from smartunion.site import embedded;"
        program += "print(embedded.start('postgres', 'track_commit_timestamp=on', "
        return self.run("-c", program + f"like=Path({str(template.data())!r})))").strip()

    def kill_database(self) -> None:
        """kill -9 the server, in the middle of whatever it does."""
        lock = (self.place / "postgres").resolve() / "postmaster.pid"
        os.kill(int(lock.read_text().split("\n", 1)[0]), signal.SIGKILL)

    def ask(self, query: str, given: Any = None) -> list[tuple[Any, ...]]:
        """Look into the books; a database that is down has none."""
        with contextlib.suppress(psycopg.Error), psycopg.connect(self.url) as connection:
            return connection.execute(query, given).fetchall()
        return []

    @contextlib.contextmanager
    def running(self, *command: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run a process with its children for a while."""
        process = subprocess.Popen(command, env=self.environment, cwd=ROOT, start_new_session=True)
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def pool(self, processes: int, probability: float) -> list[str]:
        """Return the command of workers that die by themselves now and then."""
        part = str(bench.PARTS / "timer_pool.py")
        return [*bench.HOUSE, part, str(processes), str(probability), str(self.place)]

    def load(self, run: str, cases: int, share: float, *offsets: str) -> subprocess.Popen[str]:
        """Open cases; a share of them is acknowledged in the moment when a deadline is due."""
        words = [run, str(cases), "3", str(share), *offsets]
        return subprocess.Popen(
            bench.loaded(*words), env=self.environment, cwd=ROOT, text=True, stdout=subprocess.PIPE
        )

    def holds(self, run: str) -> None:
        """Assert that every deadline of the run fired exactly once, or was canceled and did not."""
        given = {"run": f"{run}/"}
        wait_until(lambda: self.ask(bench.UNFIRED) == [(0,)])
        assert self.ask(bench.LOST, given) == [(0,)]
        assert self.ask(bench.DOUBLED, given) == [(0,)]
        assert self.ask(bench.WRONG, given) == [(0, 0, 0)]


def wait_until(done: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    place = Path(tempfile.mkdtemp(prefix="smartunion-workers-"))
    place.chmod(0o755)  # PostgreSQL does not run as root, and must get in
    made = House(place)
    try:
        yield made
    finally:
        made.run("-m", "smartunion.site.cli", "stop")
        shutil.rmtree(place, ignore_errors=True)


def test_workers_killed_at_every_point_lose_no_deadline_and_double_none(house: House) -> None:
    deaths = house.place / "deaths"
    with house.running(*house.pool(3, 0.1)) as pool:
        load = house.load("storm", 60, 0.2, "0", "0.5", "1")
        while load.poll() is None:
            time.sleep(0.1)
            for child in bench.children(pool.pid)[:1]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
        told = json.loads(load.communicate()[0])
        house.holds("storm")
    assert told["set"] == 180
    assert deaths.read_text(encoding="utf-8").count("-9") > 20
    points = set((house.place / "points").read_text(encoding="utf-8").splitlines())
    assert points == {"after claim", "after handler", "before commit", "after commit"}


def test_a_database_that_is_killed_fires_what_was_due_when_it_is_back(house: House) -> None:
    fired = "SELECT count(*) FROM timers_firing JOIN timers_timer t ON t.id = timer_id" + CALM
    with house.running(*house.pool(2, 0.0)):
        told = json.loads(house.load("calm", 40, 0, "4", "5", "6").communicate()[0])
        wait_until(lambda: house.ask(fired) > [(20,)])
        house.kill_database()
        assert house.ask(fired) == []
        house.start_database()
        assert house.ask(fired) < [(told["set"],)]
        house.holds("calm")
    assert told["set"] == 120


def test_a_timer_that_kills_its_workers_does_not_stop_the_others(house: House) -> None:
    """It would be the first in the queue for ever: the oldest promise."""
    put = """
        INSERT INTO timers_timer (kind, key, due_at, try_at, state, payload, set_at, tries, error)
        VALUES (%s, %s, now(), now(), 'pending', '{"case": 0}', now(), 0, '')"""
    with psycopg.connect(house.url, autocommit=True) as connection:
        connection.execute(put, ["bench.deadly", "deadly/1"])
        connection.execute(put, ["bench.step", "meek/1"])
    states = "SELECT key, state FROM timers_timer WHERE key IN ('deadly/1', 'meek/1') ORDER BY key"
    with house.running(*house.pool(1, 0.0)):
        wait_until(lambda: house.ask(states) == [("deadly/1", "pending"), ("meek/1", "fired")])
        tries = "SELECT tries, error FROM timers_timer WHERE key = 'deadly/1'"
        wait_until(lambda: house.ask(tries) > [(1, "")])
    assert house.ask(tries)[0][1] == "处理它的进程接连意外结束"
    with psycopg.connect(house.url, autocommit=True) as connection:
        connection.execute("DELETE FROM timers_timer WHERE key = 'deadly/1'")


def test_a_worker_that_is_killed_is_replaced_and_all_of_them_say_good_bye(house: House) -> None:
    work = [sys.executable, "-m", "smartunion.site.cli", "work"]
    with house.running(*work) as process:
        wait_until(lambda: [starts for _, starts in house.ask(WORKERS)] == [1, 1])
        os.kill(bench.children(process.pid)[0], signal.SIGKILL)
        wait_until(lambda: sorted(starts for _, starts in house.ask(WORKERS)) == [1, 2])
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0
    assert house.ask(WORKERS) == []


def test_children_do_not_outlive_a_parent_that_is_killed(house: House) -> None:
    """Whoever restarts `work` shall not have twice as many workers each time."""
    work = [sys.executable, "-m", "smartunion.site.cli", "work", "--processes", "1"]
    with house.running(*work) as process:
        wait_until(lambda: house.ask(WORKERS))
        (child,) = bench.children(process.pid)
        process.kill()
        process.wait()
        wait_until(lambda: not Path(f"/proc/{child}").exists())
    assert house.ask(WORKERS) == []
