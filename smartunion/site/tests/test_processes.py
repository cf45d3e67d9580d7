"""The company of processes that `smartunion demo` runs."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from smartunion.site import rounds
from smartunion.site.processes import Child, free_port, is_free, running

STAYS = """
import pathlib, signal, subprocess, sys, time
worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
with pathlib.Path(sys.argv[1]).open("a") as file:
    file.write(f"{worker.pid}\\n")
time.sleep(60)
"""

COMPANY = """
import sys
from smartunion.site.processes import Child, Company
company = Company([Child("one", [sys.executable, *sys.argv[1:]])], say=print)
company.run(greet=lambda: print("greeted", flush=True) is None)
"""


def started(place: Path) -> list[int]:
    return [int(line) for line in place.read_text().split()] if place.exists() else []


def wait_for(what: object) -> None:
    until = time.monotonic() + 15
    while not what():
        assert time.monotonic() < until
        time.sleep(0.05)


def is_running(number: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False


def test_a_child_that_dies_is_started_again_and_its_orphans_are_ended(tmp_path: Path) -> None:
    script, log = tmp_path / "stays.py", tmp_path / "log"
    script.write_text(STAYS, encoding="utf-8")
    child, said = Child("one", [sys.executable, str(script), str(log)]), []
    child.keep(said.append)
    wait_for(lambda: len(started(log)) == 1)
    assert child.process is not None
    os.kill(child.process.pid, signal.SIGKILL)
    time.sleep(1.1)
    wait_for(lambda: child.keep(said.append) or len(started(log)) == 2)
    assert said == ["one 已退出（-9），正在重新启动"]
    wait_for(lambda: not is_running(started(log)[0]))
    child.ask_to_stop()
    child.wait(5)
    wait_for(lambda: not is_running(started(log)[1]))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_company_ends_together(tmp_path: Path, number: signal.Signals) -> None:
    script, log = tmp_path / "stays.py", tmp_path / "log"
    script.write_text(STAYS, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-c", COMPANY, str(script), str(log)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "greeted\n"
    wait_for(lambda: len(started(log)) == 1)
    process.send_signal(number)
    assert process.wait(15) == 0
    wait_for(lambda: not is_running(started(log)[0]))


ENDS = """
import pathlib, sys, time
from smartunion.site.parent import end_with_parent
end_with_parent()
pathlib.Path(sys.argv[1]).write_text(str(__import__("os").getpid()))
time.sleep(60)
"""


def test_nobody_outlives_a_company_that_was_killed(tmp_path: Path) -> None:
    script, log = tmp_path / "ends.py", tmp_path / "log"
    script.write_text(ENDS, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-c", COMPANY, str(script), str(log)],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    wait_for(lambda: len(started(log)) == 1)
    process.kill()
    process.wait()
    wait_for(lambda: not is_running(started(log)[0]))


def test_a_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_free(port)
        assert free_port(port) > port
        with pytest.raises(CommandError, match="give --port"):
            free_port(port, tries=1)


def test_a_child_may_run_for_a_while_only() -> None:
    with running(Child("one", [sys.executable, "-c", "import time; time.sleep(60)"])) as child:
        assert child.process is not None
        assert child.process.poll() is None
    assert child.process.poll() is not None


def test_a_round_that_fails_does_not_stop_the_others(db: None) -> None:
    stop, seen = threading.Event(), []

    def fails(at: object) -> None:
        seen.append("fails")
        raise RuntimeError("broken")

    def works(at: object) -> None:
        seen.append("works")
        if seen.count("works") == 2:
            stop.set()

    rounds.keep_going(
        [rounds.Round("fails", 0.01, fails), rounds.Round("works", 0.01, works)], stop=stop
    )
    assert seen.count("fails") >= 2
