"""How long does it take to close and freeze a month, for everybody and every merchant?

    smartunion bench month [--people 5000] [--quick]

Thirty days of purchases of 5,000 members at 41 merchants, 13 each; some of the month before is
given back after its close, so that there are corrections. `seconds` is the month's close and the
freezing of every statement in one transaction, as the 5th does it; `again_s` the audit that
computes all frozen statements anew (M1), `identical` that it found each byte for byte the same;
`expiry_s` the return of what everybody left over, where the terms say so.
"""

import argparse
import json
import os
import shutil
import tempfile
from pathlib import Path

from bench.reconcile import SERVER, opened, part
from bench.timers import say
from smartunion.site import embedded

PER_PERSON = 13
DAYS = 30
GOALS = {"seconds": 5.0}


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--quick", action="store_true", help="a tenth of the people")
    asked = parser.parse_args()
    people = asked.people // 10 if asked.quick else asked.people
    load_before = round(os.getloadavg()[0], 2)
    own = Path(tempfile.mkdtemp())
    try:
        _, environment = opened(own, quick=asked.quick, people=people)
        say(f"{people * PER_PERSON:,} purchases in November, a tenth of it in October")
        number = people * PER_PERSON // DAYS
        november = [f"2025-11-{day:02}={number}" for day in range(1, DAYS + 1)]
        spend = [f"2025-10-15={people * PER_PERSON // 10}", *november]
        part("books_load.py", "spend", *spend, environment=environment)
        figures = json.loads(part("close_month.py", environment=environment))
    finally:
        embedded.stop(SERVER)
        shutil.rmtree(own, ignore_errors=True)
    missed = [name for name, goal in GOALS.items() if figures[name] > goal]
    figures |= {"goals": {"seconds": "<= 5", "identical": "true"}, "missed": missed}
    figures |= {"load_before": load_before, "cpus": os.cpu_count()}
    print(json.dumps(figures))
    if not figures["identical"]:
        raise SystemExit("a frozen month is not what it was")


if __name__ == "__main__":
    main()
