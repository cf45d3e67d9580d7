"""How long does the draw of a large round take?

    smartunion bench draw [--vouchers 2000] [--quick]

A frame of 22 branches is drawn as the product draws it (SHA-256 tickets; half of the branches, a
fifth of their vouchers), then checked as the published script checks it. No database: the draw is
arithmetic. `seconds` is the best of five draws of 44,000 vouchers (goal 0.2); `verify_s` is the
check of the frame's root, the seed and the whole result.
"""

import argparse
import json
import os
import time

from smartunion.domains.inspection.rules import sample

BRANCHES = 22
GOAL_SECONDS = 0.2
TIMES = 5


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vouchers", type=int, default=2000, help="in each branch")
    parser.add_argument("--quick", action="store_true", help="a tenth of the vouchers")
    asked = parser.parse_args()
    each = asked.vouchers // 10 if asked.quick else asked.vouchers
    load_before = round(os.getloadavg()[0], 2)
    frame = {
        f"B{branch:02}": [f"V2025-1-B{branch:02}-{n:04}" for n in range(1, each + 1)]
        for branch in range(1, BRANCHES + 1)
    }
    root = sample.frame_root(frame)
    seed = sample.seed_of("AUD-2025-1", root, "48113906572204417395")
    took = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        drawn = sample.draw(frame, seed)
        took.append(time.perf_counter() - begun)
    result = {
        "audit_id": "AUD-2025-1", "dice": "48113906572204417395", "frame_root": root,
        "seed": seed, "drawn": drawn,
    }  # fmt: skip
    begun = time.perf_counter()
    assert sample.differences(frame, result) == []
    figures = {
        "vouchers": BRANCHES * each,
        "drawn": sum(map(len, drawn.values())),
        "seconds": round(min(took), 4),
        "verify_s": round(time.perf_counter() - begun, 4),
        "goals": {"seconds": f"<= {GOAL_SECONDS}"},
        "missed": ["seconds"] if min(took) > GOAL_SECONDS else [],
        "load_before": load_before,
        "cpus": os.cpu_count(),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
