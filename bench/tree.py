"""How fast does the journal's tree grow, and how long does a proof take when it is large?

    smartunion bench tree [--entries 1000000] [--quick]

On a PostgreSQL of the benchmark's own: so many rows are written to the journal itself (their
commitments come with them, by the trigger), then find their places in the batches of the worker.
`appended_per_s` is those places, hashes of leaves and nodes included, to the commit; `proof_ms` an
inclusion proof of a random leaf under the newest root, made as pages make it; each is checked.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.timers import HOUSE, PARTS, Bench, run, say
from smartunion.site import embedded

SERVER = "postgres-bench-tree"
GOALS = {"appended_per_s": 50_000, "proof_ms": 1.0}


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--quick", action="store_true", help="a twentieth of the entries")
    asked = parser.parse_args()
    entries = asked.entries // 20 if asked.quick else asked.entries
    load_before = round(os.getloadavg()[0], 2)
    own = Path(tempfile.mkdtemp())
    try:
        bench = Bench(embedded.start(SERVER), own, asked.quick)
        bench.create("tree")
        environment = bench.environment("tree")
        say("preparing: the house's tables")
        house = [sys.executable, "-m", "smartunion.site.cli"]
        run([*house, "migrate", "--verbosity", "0", "--skip-checks"], environment)
        say(f"{entries:,} rows of the journal, then their places")
        figures: dict[str, Any] = json.loads(
            run([*HOUSE, str(PARTS / "tree_load.py"), str(entries)], environment)
        )
    finally:
        embedded.stop(SERVER)
        shutil.rmtree(own, ignore_errors=True)
    missed = [
        name
        for name, goal in GOALS.items()
        if (figures[name] < goal if name.endswith("_s") else figures[name] > goal)
    ]
    figures |= {"goals": {"appended_per_s": ">= 50000", "proof_ms": "<= 1"}, "missed": missed}
    figures |= {"load_before": load_before, "cpus": os.cpu_count()}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
