"""How late is a deadline, and does each fire exactly once when workers are killed all the time?

    smartunion bench timers [--kills 1000] [--pending 200000] [--quick]

Everything happens on a PostgreSQL of the benchmark's own, which keeps the moment of each commit:
a timer is as late as the commit of all that its firing wrote. Workers are those of `smartunion
work`, forked by the same code, firing through the same ticker; their handler locks a case, notes
what happened and writes two messages. Meanwhile some cases are acknowledged within 15 ms of a
deadline. Workers are killed at random moments and by themselves at four points: after the claim,
after the handler, before the commit, after it. procrastinate gets the same load and kills in the
same run, in an environment of its own.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[1]
PARTS = Path(__file__).parent / "parts"
SERVER = "postgres-bench-timers"
SET_UP = "import django, runpy, sys; django.setup(); sys.argv.pop(0); runpy.run_path(sys.argv[0])"
HOUSE = [sys.executable, "-c", SET_UP]
"""How a part runs inside the house: Django is set up before its first import."""
GOALS = {"lateness_p99_ms": 20.0, "lost": 0, "doubled": 0, "recovery_s": 2.0}
CALM = ["0", "0.5", "1.2", "2", "3"]
STORM = ["0", "1", "3", "6", "10"]
"""When each of a case's timers is due, in seconds since it opened."""

TABLES = """
CREATE TABLE bench_case (id bigserial PRIMARY KEY);
CREATE TABLE bench_event (id bigserial PRIMARY KEY, case_id bigint, key text, what text);
CREATE TABLE bench_outbox (id bigserial PRIMARY KEY, key text, channel text);
"""
PENDING = """
INSERT INTO timers_timer (kind, key, due_at, try_at, state, payload, set_at, tries, error)
SELECT 'bench.idle', 'idle/' || i, due, due, 'pending', '{}', now(), 0, ''
FROM (SELECT i, now() + interval '1 day' + i * interval '1 second' AS due
      FROM generate_series(1, %s) i) waiting
"""
LATENESS = """
SELECT EXTRACT(EPOCH FROM pg_xact_commit_timestamp(f.xmin)
  - GREATEST(t.due_at, pg_xact_commit_timestamp(c.xmin)))::float8 * 1000
FROM timers_firing f JOIN timers_timer t ON t.id = f.timer_id
JOIN bench_case c ON c.id = (t.payload->>'case')::bigint
WHERE t.kind = 'bench.step' AND starts_with(t.key, %s) ORDER BY 1
"""
"""From due, or from the commit that set the timer where it was set too late, to the commit of all
that its firing wrote."""
READY = """
SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%timers_timer%' AND pid <> pg_backend_pid()
"""
UNFIRED = "SELECT count(*) FROM timers_timer WHERE state = 'pending' AND kind <> 'bench.idle'"
FIRED = """
SELECT EXTRACT(EPOCH FROM pg_xact_commit_timestamp(f.xmin))::float8
FROM timers_firing f JOIN timers_timer t ON t.id = f.timer_id WHERE t.key = %s
"""
LOST = """
SELECT count(*) FROM timers_timer t WHERE starts_with(key, %(run)s)
AND NOT (state = 'canceled' OR state = 'fired'
  AND EXISTS (SELECT FROM bench_event e WHERE e.key = t.key AND what = 'fired')
  AND EXISTS (SELECT FROM timers_firing f WHERE f.timer_id = t.id))
"""
DOUBLED = """
SELECT count(*) FROM (
  SELECT key FROM bench_event WHERE starts_with(key, %(run)s) GROUP BY key HAVING count(*) > 1
  UNION SELECT key FROM bench_outbox WHERE starts_with(key, %(run)s)
  GROUP BY key, channel HAVING count(*) > 1
) twice
"""
WRONG = """
SELECT
  (SELECT count(*) FROM timers_timer t JOIN bench_event e ON e.key = t.key
   WHERE t.state = 'canceled' AND starts_with(t.key, %(run)s)),
  (SELECT count(*) FROM bench_event fired JOIN bench_event ack USING (case_id)
   WHERE fired.what = 'fired' AND ack.what = 'ack' AND fired.id > ack.id),
  (SELECT count(*) FROM timers_timer t JOIN timers_firing f ON f.timer_id = t.id
   WHERE pg_xact_commit_timestamp(f.xmin) < t.due_at)
"""
"""Fired and canceled; fired after its case was acknowledged; fired early."""


@dataclass
class Bench:
    """The server, where things are noted, and how much is done."""

    server: str
    place: Path
    quick: bool
    figures: dict[str, Any] = field(default_factory=dict)

    def url(self, name: str) -> str:
        """Return the URL of one of the benchmark's databases."""
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))

    def environment(self, name: str = "timers") -> dict[str, str]:
        """Return the environment in which the house runs on the benchmark's database."""
        return {
            **os.environ,
            "DATABASE_URL": self.url(name),
            "SMARTUNION_CLOCK_OFFSET": "0",
            "SMARTUNION_MODE": "demonstration",
            "DJANGO_SETTINGS_MODULE": "smartunion.site.settings",
            "PYTHONPATH": str(ROOT),
        }

    def ask(self, query: str, given: Any = None, name: str = "timers") -> list[tuple[Any, ...]]:
        """Ask one of the benchmark's databases."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            return connection.execute(query, given).fetchall()

    def one(self, query: str, given: Any = None, name: str = "timers") -> Any:
        """Return the first value of the first row."""
        return self.ask(query, given, name)[0][0]

    def create(self, name: str) -> None:
        """Create a database anew."""
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")

    def noted(self, name: str) -> list[str]:
        """Return the lines that workers have written."""
        path = self.place / name
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def killed(self) -> int:
        """Return how many workers have died by SIGKILL so far."""
        return sum("-9" in line for line in self.noted("deaths"))

    def forget(self) -> None:
        """Begin to note anew."""
        for name in ("points", "deaths"):
            (self.place / name).unlink(missing_ok=True)


def say(text: str) -> None:
    """Tell the person who waits; the figures go to standard output alone."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def run(command: list[str], environment: dict[str, str]) -> str:
    """Run a program to its end and return what it said."""
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}")
    return done.stdout


@contextlib.contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a pool of workers for a while."""
    pool = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        yield pool
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pool.pid, signal.SIGKILL)
        pool.wait()


def children(pid: int) -> list[int]:
    """Return the workers of a pool."""
    with contextlib.suppress(OSError):
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [int(child) for child in listed.split()]
    return []


def ours(bench: Bench, processes: int, probability: float = 0.0) -> list[str]:
    """Return the command of a pool of our workers."""
    part = str(PARTS / "timer_pool.py")
    return [*HOUSE, part, str(processes), str(probability), str(bench.place)]


def loaded(*words: str) -> list[str]:
    """Return the command of our load."""
    return [*HOUSE, str(PARTS / "timer_load.py"), *words]


def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    """Wait for something; return whether it came."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if done():
            return True
        time.sleep(0.1)
    return done()


def storm(
    bench: Bench, pool: subprocess.Popen[bytes], kills: int, until: Callable[[], bool]
) -> None:
    """Kill a random worker at random moments, until so many have died and `until` says so."""
    while bench.killed() < kills or not until():
        time.sleep(random.uniform(0.01, 0.06))
        if alive := children(pool.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(random.choice(alive), signal.SIGKILL)


def percentiles(late: list[float], name: str = "") -> dict[str, float | None]:
    """Return the median, the 99th percentile and the worst of sorted milliseconds."""
    prefix = f"{name}_" if name else ""
    pick = {"p50_ms": 0.5, "p99_ms": 0.99, "max_ms": 1.0}
    return {
        f"{prefix}{key}": round(late[min(len(late) - 1, int(len(late) * share))], 2)
        if late
        else None
        for key, share in pick.items()
    }


# --- ours ---------------------------------------------------------------------------------------


def prepare(bench: Bench, pending: int) -> None:
    """Make the house's tables, and so many timers that are due another day."""
    say(f"preparing: the house's tables, {pending:,} timers pending behind")
    bench.create("timers")
    house = [sys.executable, "-m", "smartunion.site.cli"]
    run([*house, "migrate", "--verbosity", "0", "--skip-checks"], bench.environment())
    with psycopg.connect(bench.url("timers"), autocommit=True) as connection:
        connection.execute(TABLES)
        connection.execute(PENDING, [pending])
        connection.execute("VACUUM ANALYZE")


def lateness(bench: Bench) -> None:
    """87 timers a second, some due at once; a tenth of the cases is acknowledged."""
    cases, seconds = ("100", "6") if bench.quick else ("400", "23")
    say(f"lateness: {cases} cases of {len(CALM)} timers in {seconds} s, two workers")
    with running(ours(bench, 2), bench.environment()):
        wait_until(lambda: bench.one(READY) == 2, 20)
        run(loaded("calm", cases, seconds, "0.1", *CALM), bench.environment())
        wait_until(lambda: bench.one(UNFIRED) == 0, 30)
    late = [row[0] for row in bench.ask(LATENESS, ["calm/"])]
    bench.figures |= percentiles(late, "lateness") | {"fired": len(late)}


def burst(bench: Bench) -> None:
    """Everything is due in the same moment: how many fire in a second?"""
    say("burst: 2,000 timers due at once, two workers")
    with psycopg.connect(bench.url("timers"), autocommit=True) as connection:
        connection.execute("INSERT INTO bench_case DEFAULT VALUES")
        connection.execute(
            """INSERT INTO timers_timer
                 (kind, key, due_at, try_at, state, payload, set_at, tries, error)
               SELECT 'bench.step', 'burst/' || i, now(), now(), 'pending',
                 jsonb_build_object('case', -i), now(), 0, '' FROM generate_series(1, 2000) i"""
        )
    with running(ours(bench, 2), bench.environment()):
        wait_until(lambda: bench.one(UNFIRED) == 0, 60)
    seconds = bench.one(
        """SELECT EXTRACT(EPOCH FROM max(at) - min(at))::float8 FROM (
             SELECT pg_xact_commit_timestamp(f.xmin) AS at FROM timers_firing f
             JOIN timers_timer t ON t.id = f.timer_id WHERE starts_with(t.key, 'burst/')) fired"""
    )
    bench.figures["burst_per_s"] = round(2000 / seconds)


def killed(bench: Bench, kills: int) -> None:
    """Four workers under a storm of SIGKILL, until enough have died and everything has fired."""
    seconds = max(5, round(kills / 16))
    cases = str(max(50, kills))
    say(f"storm: {kills:,} kills, {cases} cases of {len(STORM)} timers in {seconds} s, 4 workers")
    bench.forget()
    with running(ours(bench, 4, 0.02), bench.environment()) as pool:
        load = subprocess.Popen(
            loaded("storm", cases, str(seconds), "0.1", *STORM),
            env=bench.environment(), stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        storm(bench, pool, kills, until=lambda: load.poll() is not None)
        told = json.loads(load.communicate()[0])
        wait_until(lambda: bench.one(UNFIRED) == 0, 60)
    given = {"run": "storm/"}
    both, after, early = bench.ask(WRONG, given)[0]
    points = Counter(bench.noted("points"))
    bench.figures |= {
        "kills": bench.killed(),
        "kills_at": {
            "random moment": bench.killed() - points.total(),
            **dict(sorted(points.items())),
        },
        "steps": told["set"],
        "acknowledged": told["canceled"],
        "lost": bench.one(LOST, given),
        "doubled": bench.one(DOUBLED, given),
        "fired_and_canceled": both,
        "fired_after_acknowledged": after,
        "fired_early": early,
        **percentiles([row[0] for row in bench.ask(LATENESS, ["storm/"])], "storm_lateness"),
    }


def recovery(bench: Bench) -> None:
    """Kill a worker in the middle of its handler; how soon is all that it wrote there after all?

    The claim dies with the connection, and the only other worker is the one that replaces it.
    """
    tries = 3 if bench.quick else 15
    say(f"recovery: a single worker is killed in its handler, {tries} times")
    taken = []
    with running(ours(bench, 1), bench.environment()):
        for number in range(tries):
            key = f"slow/{number}"
            with psycopg.connect(bench.url("timers"), autocommit=True) as connection:
                connection.execute(
                    """INSERT INTO timers_timer
                         (kind, key, due_at, try_at, state, payload, set_at, tries, error)
                       VALUES ('bench.slow', %s, now(), now(), 'pending', '{}', now(), 0, '')""",
                    [key],
                )
            begun = bench.place / key.replace("/", "_")
            wait_until(lambda begun=begun: begun.exists() and begun.read_text() != "", 20)
            victim, moment = int(begun.read_text()), time.time()
            os.kill(victim, signal.SIGKILL)
            wait_until(lambda key=key: bool(bench.ask(FIRED, [key])), 20)
            taken.append(bench.one(FIRED, [key]) - moment)
    bench.figures |= {"recovery_s": round(max(taken), 3)}
    bench.figures |= {"recovery_p50_s": round(sorted(taken)[len(taken) // 2], 3)}


def notify_cost(bench: Bench) -> None:
    """Commits a second of others, beside timers set with and without NOTIFY."""
    seconds = "1" if bench.quick else "3"
    say("notify: commits beside timers that are set")
    part = [sys.executable, str(PARTS / "notify_cost.py")]
    rates = {
        name: json.loads(run([*part, *words, seconds], bench.environment()))
        for name, words in {
            "writers_alone": ["far", "4", "0"],
            "beside_timers_due_later": ["far", "4", "4"],
            "beside_timers_due_soon": ["soon", "4", "4"],
            "setters_due_later": ["far", "0", "8"],
            "setters_due_soon": ["soon", "0", "8"],
        }.items()
    }
    bench.figures["commits_per_s"] = rates


# --- procrastinate ------------------------------------------------------------------------------


def procrastinate(bench: Bench, kills: int) -> None:
    """The same with procrastinate: two polls, then kills without and with its sweeper."""
    python = environment_of_its_own(bench)
    if python is None:
        return
    driver = [python, str(PARTS / "procrastinate_driver.py")]
    cases, seconds = ("100", "6") if bench.quick else ("200", "12")
    peer: dict[str, Any] = {"version": VERSION}
    for name, poll in (("default_poll_5s", "5"), ("tuned_poll_0.2s", "0.2")):
        say(f"procrastinate: {name}, {cases} cases, two workers")
        bench.create("procrastinate")
        run([*driver, "prepare"], bench.environment("procrastinate"))
        pool = [*driver, "pool", "2", poll, "no", str(bench.place)]
        with running(pool, bench.environment("procrastinate")):
            time.sleep(3)
            run([*driver, "load", cases, seconds, *CALM], bench.environment("procrastinate"))
            steps = int(cases) * len(CALM)
            wait_until(lambda steps=steps: ran(bench)["ran"] >= steps, 20)
        peer[name] = percentiles(peer_lateness(bench))
    for name, sweeps, patience in (("killed", "no", 15), ("killed_with_sweeper", "yes", 200)):
        number = max(20, kills // 5)
        say(f"procrastinate: {name}, {number} kills")
        bench.create("procrastinate")
        run([*driver, "prepare"], bench.environment("procrastinate"))
        bench.forget()
        span = max(5, round(number / 16))
        pool = [*driver, "pool", "4", "0.2", sweeps, str(bench.place)]
        with running(pool, bench.environment("procrastinate")) as workers:
            time.sleep(2)
            load = subprocess.Popen(
                [*driver, "load", str(number), str(span), *STORM],
                env=bench.environment("procrastinate"),
            )
            storm(bench, workers, number, until=lambda load=load: load.poll() is not None)
            steps = number * len(STORM)
            wait_until(lambda steps=steps: ran(bench)["distinct"] >= steps, patience)
            time.sleep(5)
        told = ran(bench)
        peer[name] = {
            "kills": bench.killed(),
            "steps": steps,
            "lost": steps - told["distinct"],
            "doubled": told["twice"],
            **percentiles(peer_lateness(bench)),
        }
    bench.figures["procrastinate"] = peer


VERSION = "3.10.0"


def environment_of_its_own(bench: Bench) -> str | None:
    """Install procrastinate into an environment of its own; None when no registry is in reach."""
    python = bench.place.parent / "procrastinate/bin/python"
    if not python.exists():
        say("preparing: procrastinate in an environment of its own")
        run([sys.executable, "-m", "venv", str(python.parents[1])], dict(os.environ))
    found = subprocess.run([python, "-c", "import procrastinate"], capture_output=True, check=False)
    if found.returncode:
        got = subprocess.run(
            [python, "-m", "pip", "install", "-q", f"procrastinate=={VERSION}", "psycopg[binary]"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if got.returncode:
            say(f"procrastinate is skipped: pip could not install it: {got.stderr[-300:]}")
            return None
    return str(python)


def ran(bench: Bench) -> dict[str, int]:
    """Return how many jobs ran, how many different ones, and how many more than once."""
    times = [row[0] for row in bench.ask("SELECT count(*) FROM bench_ran GROUP BY key", None,
                                         "procrastinate")]  # fmt: skip
    return {"ran": sum(times), "distinct": len(times), "twice": sum(n > 1 for n in times)}


def peer_lateness(bench: Bench) -> list[float]:
    """Return how late procrastinate's jobs were, at their first run."""
    return [
        row[0]
        for row in bench.ask(
            """SELECT EXTRACT(EPOCH FROM min(pg_xact_commit_timestamp(xmin)) - min(due_at))::float8
                 * 1000 AS late FROM bench_ran GROUP BY key ORDER BY late""",
            None,
            "procrastinate",
        )
    ]


# --- all of it ----------------------------------------------------------------------------------


def main() -> None:
    """Measure everything and print one JSON object."""
    parser = argparse.ArgumentParser("smartunion bench timers", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--pending", type=int, default=200_000)
    parser.add_argument("--quick", action="store_true", help="a short look, a tenth of the kills")
    parser.add_argument("--alone", action="store_true", help="without procrastinate")
    given = parser.parse_args()
    from smartunion.site import embedded

    kills = given.kills // 10 if given.quick else given.kills
    began, load = time.monotonic(), os.getloadavg()[0]
    place = embedded.VAR / "bench"
    place.mkdir(parents=True, exist_ok=True)
    server = embedded.start(SERVER, "track_commit_timestamp=on", "max_connections=300")
    own = Path(tempfile.mkdtemp(dir=place))
    bench = Bench(server, own, given.quick)
    try:
        prepare(bench, given.pending)
        lateness(bench)
        burst(bench)
        killed(bench, kills)
        recovery(bench)
        notify_cost(bench)
        if not given.alone:
            procrastinate(bench, kills)
    finally:
        embedded.stop(SERVER)
        shutil.rmtree(own, ignore_errors=True)
    bench.figures |= {
        "pending": given.pending,
        "goals": {name: f"<= {goal:g}" for name, goal in GOALS.items()},
        "missed": [name for name, goal in GOALS.items() if bench.figures[name] > goal],
        "load_before": round(load, 2),
        "cpus": os.cpu_count(),
        "took_s": round(time.monotonic() - began),
    }
    print(json.dumps(bench.figures))
    if bench.figures["lost"] or bench.figures["doubled"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
