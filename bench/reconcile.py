"""How long does a day of 100,000 lines take to be matched with the bank, and in how much memory?

    smartunion bench reconcile [--lines 100000] [--quick]

A tenth of the lines on one day, all of them on the next, each day in a process of its own. A day:
the account's statement, a file whose trailer is wrong (refused), one with 50 lines missing, 50 too
many, 50 a fen off and 50 failed (each found, each a case), then the resend that is right: every
case closes by itself. `seconds` is all of that for the large day; `peak_mib` the most memory that
its process ever had, `growth` that over the small day's (the file itself is whole in memory while
its signature is looked at: 17 MiB); `unexplained_fen` what stays apart.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.timers import HOUSE, PARTS, Bench, run, say
from smartunion.site import embedded

SERVER = "postgres-bench-books"
MOMENT = datetime(2025, 12, 19, 2, 0, tzinfo=UTC)
SMALL, LARGE = "2025-12-10", "2025-12-11"
PEOPLE = 5000
GOALS = {"seconds": 10.0, "growth": 1.2, "unexplained_fen": 0}


def opened(own: Path, *, quick: bool, people: int) -> tuple[Bench, dict[str, str]]:
    """Start the benchmark's own server with the house's tables, members and 41 merchants."""
    bench = Bench(embedded.start(SERVER), own, quick)
    bench.create("books")
    offset = round((MOMENT - datetime.now(UTC)).total_seconds())
    environment = {**bench.environment("books"), "SMARTUNION_CLOCK_OFFSET": str(offset)}
    say(f"preparing: the house's tables, {people:,} members, 41 merchants")
    house = [sys.executable, "-m", "smartunion.site.cli"]
    run([*house, "migrate", "--verbosity", "0", "--skip-checks"], environment)
    run([sys.executable, str(PARTS / "setting.py"), str(people)], environment)
    return bench, environment


def part(name: str, *given: object, environment: dict[str, str]) -> str:
    """Run a part inside the house and return what it printed."""
    return run([*HOUSE, str(PARTS / name), *map(str, given)], environment)


def measured(own: Path, lines: int, *, quick: bool) -> dict[str, Any]:
    """Prepare both days, reconcile each, return the figures."""
    _, environment = opened(own, quick=quick, people=PEOPLE)
    say(f"{lines:,} purchases on one day, a tenth of it on the day before")
    spend = (f"{SMALL}={lines // 10}", f"{LARGE}={lines}")
    part("books_load.py", "spend", *spend, environment=environment)
    made = json.loads(part("books_load.py", "files", own, SMALL, LARGE, environment=environment))
    for day in (SMALL, LARGE):
        part("reconcile_day.py", "sign", own, day, environment=environment)
    small, large = (
        json.loads(part("reconcile_day.py", "day", own, day, environment=environment))
        for day in (SMALL, LARGE)
    )
    for day, one in ((SMALL, small), (LARGE, large)):
        if (one["found"], one["cases"], one["left"]) != (made[day]["faults"],) * 2 + (0,):
            raise SystemExit(f"{day}: not every fault was found, or not every one is gone: {one}")
    return {
        "lines": made[LARGE]["lines"],
        "seconds": large["seconds"],
        "peak_mib": large["peak_mib"],
        "peak_mib_small": small["peak_mib"],
        "growth": round(large["peak_mib"] / small["peak_mib"], 3),
        "idle_mib": large["idle_mib"],
        "found": large["found"],
        "unexplained_fen": large["unexplained_fen"],
        "took": large["took"],
        "small": small["took"],
        "recomputed": large["recomputed"],
    }


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--quick", action="store_true", help="a fifth of the lines")
    asked = parser.parse_args()
    load_before = round(os.getloadavg()[0], 2)
    own = Path(tempfile.mkdtemp())
    try:
        figures = measured(own, asked.lines // 5 if asked.quick else asked.lines, quick=asked.quick)
    finally:
        embedded.stop(SERVER)
        shutil.rmtree(own, ignore_errors=True)
    missed = [name for name, goal in GOALS.items() if figures[name] > goal]
    figures |= {"goals": {name: f"<= {goal}" for name, goal in GOALS.items()}, "missed": missed}
    figures |= {"load_before": load_before, "cpus": os.cpu_count()}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
