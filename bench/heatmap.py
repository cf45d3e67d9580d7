"""How long does the heat map take when a million payments lie below it?

    smartunion bench heatmap [--payments 1000000] [--quick]

The worst of days: every one of them on one day, at 41 merchants, by 5,000 members; beside it an
ordinary day of a fiftieth of a percent of them, out of the same table. They are folded,
as the worker does every few seconds. `ms` is the median of the
whole page's grid of the worst day, `day_ms` of the ordinary one. A slow count in other words is
held against both grids, muted cells included.
"""

import argparse
import json
import os
import shutil
import tempfile
from pathlib import Path

from bench.reconcile import PEOPLE, SERVER, opened, part
from bench.timers import say
from smartunion.site import embedded

WORST, ORDINARY = "2025-12-11", "2025-12-10"
GOALS = {"ms": 300.0, "day_ms": 50.0}


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=1_000_000)
    parser.add_argument("--quick", action="store_true", help="a tenth of the payments")
    asked = parser.parse_args()
    payments = asked.payments // 10 if asked.quick else asked.payments
    load_before = round(os.getloadavg()[0], 2)
    own = Path(tempfile.mkdtemp())
    try:
        _, environment = opened(own, quick=asked.quick, people=PEOPLE)
        say(f"{payments:,} payments on one day, {payments // 500:,} on the day before")
        spend = (f"{ORDINARY}={payments // 500}", f"{WORST}={payments}")
        part("books_load.py", "pay", *spend, environment=environment)
        figures = json.loads(part("heat_days.py", WORST, ORDINARY, environment=environment))
    finally:
        embedded.stop(SERVER)
        shutil.rmtree(own, ignore_errors=True)
    missed = [name for name, goal in GOALS.items() if figures[name] > goal]
    figures |= {"goals": {name: f"<= {goal}" for name, goal in GOALS.items()}, "missed": missed}
    figures |= {"load_before": load_before, "cpus": os.cpu_count()}
    print(json.dumps(figures))
    if not figures["right"]:
        raise SystemExit("the map is wrong")


if __name__ == "__main__":
    main()
