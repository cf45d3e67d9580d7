"""How soon do all three contacts of a red case hear of it, and how late is a limit of seconds?

    smartunion bench crisis [--cases 200] [--pending 100000] [--quick] [--alone]

Everything on a PostgreSQL of the benchmark's own that keeps the moment of each commit, with
100,000 timers pending behind; two workers as `smartunion work` forks them; a gateway that takes 20
to 60 ms and notes when it was asked. A person hands in a questionnaire that is red by wellbeing's
own action: it is scored, sealed, and the case opened. `notify_p99_ms` is from there to the moment
at which the gateway has taken the last of six messages (A, B, C by SMS and WeCom), without that
call's own gateway time; of it `submitting` is the action, to the end of its commit.
`lateness_p99_ms` is from due to fired, `effect` to the commit of all that followed (a limit that
passes writes some thirty rows and six messages). In the same run procrastinate, and Celery's ETA as
Grafana OnCall escalates, get the timers of sixty such cases, each in an
environment of its own; null with the reason where one cannot be installed.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from bench import timers as base
from bench.timers import PARTS, PENDING, percentiles, run, running, say, wait_until
from smartunion.site.processes import free_port

SERVER = "postgres-bench-crisis"
PEERS = 60
"""Cases of the peers: their eight timers each are a percentile of five hundred."""

GOALS = {"notify_p99_ms": 250.0, "lateness_p99_ms": 20.0}
OFFSETS = ["0", "2", "3", "4", "6", "7", "9", "10"]
"""When a red case's own timers are due; the peers get as many."""

LATENESS = """
SELECT EXTRACT(EPOCH FROM f.at - GREATEST(t.due_at, t.set_at))::float8 * 1000
FROM timers_firing f JOIN timers_timer t ON t.id = f.timer_id
JOIN response_run r ON r.id = (t.payload->>'run')::bigint AND r.number = ANY(%s)
WHERE starts_with(t.kind, 'response.') ORDER BY 1
"""
"""From due to fired, by the database's clock: when the ticker has it in hand."""

EFFECT = """
SELECT EXTRACT(EPOCH FROM pg_xact_commit_timestamp(f.xmin)
  - GREATEST(t.due_at, pg_xact_commit_timestamp(e.xmin)))::float8 * 1000
FROM timers_firing f JOIN timers_timer t ON t.id = f.timer_id
JOIN response_run r ON r.id = (t.payload->>'run')::bigint AND r.number = ANY(%s)
JOIN response_event e ON e.run_id = r.id AND e.key = 'opened'
WHERE starts_with(t.kind, 'response.') ORDER BY 1
"""
"""From due to the commit of all that followed: calls, messages, steps, the next clocks."""

UNDONE = """
SELECT (SELECT count(*) FROM timers_timer
    WHERE state = 'pending' AND starts_with(kind, 'response.'))
  + (SELECT count(*) FROM notices_message WHERE state IN ('pending', 'sending'))
"""
READY = """
SELECT count(*) FROM pg_stat_activity
WHERE (query LIKE '%timers_timer%' OR query LIKE '%notices_message%') AND pid <> pg_backend_pid()
"""
FIRST = """
SELECT r.number, p.phone, p.username FROM response_asked a JOIN response_run r ON r.id = a.run_id
JOIN people_person p ON p.id = a.person_id
WHERE a.turn = 0 AND a.post IN ('a', 'b', 'c') AND r.number = ANY(%s)
"""


class Bench(base.Bench):
    """The timers' benchmark with a gateway and the response's settings."""

    port = 0

    def environment(self, name: str = "timers") -> dict[str, str]:
        """Return the environment in which the house runs, its gateway included."""
        address = f"http://127.0.0.1:{self.port}"
        return {
            **super().environment(name),
            "DJANGO_SETTINGS_MODULE": "bench.parts.crisis_settings",
            "SMS_URL": address,
            "VOICE_URL": address,
            "WECOM_URL": address,
        }

    def calls(self) -> list[dict[str, Any]]:
        """Return every call that the gateway was asked."""
        return [json.loads(line) for line in self.noted("calls")]


@contextlib.contextmanager
def gateway(bench: Bench) -> Iterator[None]:
    """Run the gateway, whose notes begin anew."""
    bench.port = free_port(18_700 + os.getpid() % 200)
    (bench.place / "calls").unlink(missing_ok=True)
    part = str(PARTS / "crisis_gateway.py")
    command = [sys.executable, part, str(bench.port), str(bench.place / "calls")]
    with running(command, dict(os.environ)):
        yield


def workers(bench: Bench, processes: int, probability: float = 0.0) -> list[str]:
    """Return the command of a pool of workers that fire and send."""
    part = str(PARTS / "crisis_pool.py")
    return [*base.HOUSE, part, str(processes), str(probability), str(bench.place)]


def load(*words: str) -> list[str]:
    """Return the command that opens red cases."""
    return [*base.HOUSE, str(PARTS / "crisis_load.py"), *words]


def prepare(bench: Bench, pending: int, drafts: int = 0) -> None:
    """Make the house's tables and rosters, so many timers that are due another day, and so many
    questionnaires that are filled in and not yet handed in."""
    say(f"preparing: the house, 22 branches on duty, {pending:,} timers pending behind")
    bench.create("timers")
    house = [sys.executable, "-m", "smartunion.site.cli"]
    run([*house, "migrate", "--verbosity", "0", "--skip-checks"], bench.environment())
    with psycopg.connect(bench.url("timers"), autocommit=True) as connection:
        connection.execute(PENDING, [pending])
    run(load("prepare", str(drafts)), bench.environment())


def notified(bench: Bench, submitted: dict[str, float]) -> tuple[list[float], list[float]]:
    """Return for each case the ms until its last of six messages was taken, without and with the
    gateway's time; a case of which one is missing counts as a minute."""
    came: dict[tuple[str, str, str], tuple[float, float]] = {}
    for call in bench.calls():
        number = next((word for word in call["title"].split() if word in submitted), "")
        came.setdefault((number, call["channel"], call["to"]), (call["arrived"], call["answered"]))
    plain, whole = [], []
    first: dict[str, list[tuple[str, str]]] = {}
    for number, phone, username in bench.ask(FIRST, [list(submitted)]):
        first.setdefault(number, []).extend([("sms", phone), ("wecom", username)])
    for number, began in submitted.items():
        taken = [came.get((number, *each), (began + 60, began + 60)) for each in first[number]]
        plain.append((max(arrived for arrived, _ in taken) - began) * 1000)
        whole.append((max(answered for _, answered in taken) - began) * 1000)
    return sorted(plain), sorted(whole)


def ours(bench: Bench, cases: int, seconds: int) -> None:
    """Two workers; a fifth of the cases is answered in the moment of A's limit."""
    say(f"crisis: {cases} red cases in {seconds} s, two workers")
    with gateway(bench), running(workers(bench, 2), bench.environment()):
        wait_until(lambda: bench.one(READY) >= 4, 20)
        words = ("submit", "calm", str(cases), str(seconds), "0.2")
        told = json.loads(run(load(*words), bench.environment()))
        numbers = [list(told["submitted"])]
        wait_until(lambda: bench.one(UNDONE) == 0, 60)
    plain, whole = notified(bench, told["submitted"])
    late = [row[0] for row in bench.ask(LATENESS, numbers)]
    bench.figures |= {
        **percentiles(plain, "notify"),
        **percentiles(whole, "notify_with_gateway"),
        **percentiles(sorted(told["acted"]), "submitting"),
        **percentiles(late, "lateness"),
        **percentiles([row[0] for row in bench.ask(EFFECT, numbers)], "effect"),
        "cases": told["opened"],
        "fired": len(late),
        "answered_at_the_limit": {name: told[name] for name in ("answered", "late", "failed")},
    }


def procrastinate(bench: Bench, cases: int, seconds: int) -> None:
    """The same number of timers with procrastinate, at its own poll and at a fifth of a second."""
    python = base.environment_of_its_own(bench)
    if python is None:
        bench.figures["procrastinate"] = None
        bench.figures["procrastinate_why"] = "pip could not install it"
        return
    driver = [python, str(PARTS / "procrastinate_driver.py")]
    peer: dict[str, Any] = {"version": base.VERSION}
    for name, poll in (("default_poll_5s", "5"), ("tuned_poll_0.2s", "0.2")):
        say(f"procrastinate: {name}, {cases} cases, two workers")
        bench.create("procrastinate")
        run([*driver, "prepare"], bench.environment("procrastinate"))
        pool = [*driver, "pool", "2", poll, "no", str(bench.place)]
        with running(pool, bench.environment("procrastinate")):
            time.sleep(3)
            words = ["load", str(cases), str(seconds), *OFFSETS]
            run([*driver, *words], bench.environment("procrastinate"))
            steps = cases * len(OFFSETS)
            wait_until(lambda steps=steps: base.ran(bench)["ran"] >= steps, 25)
        peer[name] = percentiles(base.peer_lateness(bench))
    bench.figures["procrastinate"] = peer


CELERY = "5.7.0"


def celery(bench: Bench, cases: int, seconds: int) -> None:
    """The same number of tasks with an ETA, as Grafana OnCall sets each next step."""
    python = bench.place.parent / "celery/bin/python"
    if not python.exists():
        say("preparing: Celery in an environment of its own")
        run([sys.executable, "-m", "venv", str(python.parents[1])], dict(os.environ))
    asked = [python, "-m", "pip", "install", "-q", f"celery=={CELERY}"]
    got = subprocess.run(asked, capture_output=True, text=True, check=False)
    if got.returncode:
        bench.figures["celery_eta"] = None
        bench.figures["celery_eta_why"] = f"pip could not install it: {got.stderr[-200:]}"
        return
    say(f"celery: {cases} cases of {len(OFFSETS)} tasks with an ETA, two processes")
    driver = [str(python), str(PARTS / "celery_driver.py")]
    environment = {**os.environ, "CELERY_PLACE": str(bench.place / "celery"), "C_FORCE_ROOT": "1"}
    heard: dict[str, Any] = {"ran": 0, "late": []}

    def all_ran() -> bool:
        heard.update(json.loads(run([*driver, "lateness"], environment)))
        return len(heard["late"]) >= cases * len(OFFSETS)

    with running([*driver, "worker", "2"], environment):
        time.sleep(4)
        run([*driver, "load", str(cases), str(seconds), *OFFSETS], environment)
        time.sleep(float(OFFSETS[-1]))
        wait_until(all_ran, 30)
    bench.figures["celery_eta"] = {
        "version": CELERY,
        "broker": "filesystem",
        "steps": cases * len(OFFSETS),
        "ran": heard["ran"],
        **percentiles(heard["late"]),
    }


@contextlib.contextmanager
def benched(quick: bool) -> Iterator[Bench]:
    """Start the benchmark's own server and stop it afterwards."""
    from smartunion.site import embedded

    place = embedded.VAR / "bench"
    place.mkdir(parents=True, exist_ok=True)
    server = embedded.start(SERVER, "track_commit_timestamp=on", "max_connections=300")
    own = Path(tempfile.mkdtemp(dir=place))
    try:
        yield Bench(server, own, quick)
    finally:
        embedded.stop(SERVER)
        shutil.rmtree(own, ignore_errors=True)


def main() -> None:
    """Measure everything and print one JSON object."""
    parser = argparse.ArgumentParser("smartunion bench crisis", description=__doc__)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--pending", type=int, default=100_000)
    parser.add_argument("--quick", action="store_true", help="a fifth of the cases")
    parser.add_argument("--alone", action="store_true", help="without the peers")
    given = parser.parse_args()
    cases = given.cases // 5 if given.quick else given.cases
    seconds = cases  # one red case a second, each with some 27 timers and 40 messages
    began, before = time.monotonic(), os.getloadavg()[0]
    with benched(given.quick) as bench:
        prepare(bench, given.pending, cases)
        ours(bench, cases, seconds)
        if not given.alone:
            peers = min(cases, PEERS)
            procrastinate(bench, peers, peers)
            celery(bench, peers, peers)
        bench.figures |= {
            "pending": given.pending,
            "goals": {name: f"<= {goal:g}" for name, goal in GOALS.items()},
            "missed": [name for name, goal in GOALS.items() if bench.figures[name] > goal],
            "load_before": round(before, 2),
            "cpus": os.cpu_count(),
            "took_s": round(time.monotonic() - began),
        }
        print(json.dumps(bench.figures, ensure_ascii=False))


if __name__ == "__main__":
    main()
