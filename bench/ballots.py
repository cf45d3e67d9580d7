"""How long do 200 secret ballots take to check, to shuffle, to verify?

    smartunion bench ballots [--ballots 200] [--quick]

`check_ms` is the server's check of one ballot, `shuffle_s` one shuffle with its 128 rounds,
`verify_s` the server's check of that shuffle, `stdlib_verify_s` the whole vote by the script that
anybody downloads, `browser_ms` one encryption in Chromium on this machine.
"""

import argparse
import http.server
import importlib.util
import json
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from smartunion.domains.congress.rules import boxes, counting, group, keys

STATIC = Path(boxes.__file__).parents[1] / "static/congress"
CONTEXT = "bench"
GOALS = {
    "check_ms": 1.0, "shuffle_s": 10.0, "verify_s": 10.0, "stdlib_verify_s": 30.0,
    "browser_ms": 100.0,
}  # fmt: skip
NAMES = 12


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    """Return what an act gives and the seconds it took."""
    began = time.perf_counter()
    found = act()
    return found, time.perf_counter() - began


def held(number: int) -> tuple[dict[str, Any], dict[str, float]]:
    """Hold a vote of twelve names; return the file for verifiers and what its parts took."""
    made = {n: keys.begin(CONTEXT, n, 2) for n in (1, 2, 3)}
    said = [made[n][1] for n in (1, 2, 3)]
    shares = {
        me: sum(
            one * pow(me, power)
            for secret, _ in made.values()
            for power, one in enumerate(secret.terms)
        ) % group.ORDER
        for me in made
    }  # fmt: skip
    key = keys.whole(said)
    rules = counting.Rules(10, NAMES, number, number)
    slips = [group.fresh() for _ in range(number)]
    values = [
        counting.value_of([(at * each + 1) % 3 for at in range(NAMES)]) for each in range(number)
    ]
    cast = [
        boxes.cast(CONTEXT, key, slip, value) for slip, value in zip(slips, values, strict=True)
    ]
    good, check = timed(lambda: all(boxes.is_ballot(CONTEXT, key, one) for one in cast))
    assert good, "an honest ballot passes"
    cast.sort(key=lambda one: one.code)
    pairs = [one.pair for one in cast]
    mix, shuffled = timed(lambda: boxes.shuffle(CONTEXT, key, 1, pairs))
    good, verified = timed(lambda: boxes.is_shuffle(CONTEXT, key, 1, pairs, mix))
    assert good, "an honest shuffle passes"
    out = boxes.pairs_of(mix["out"])
    parts = {n: boxes.part(CONTEXT, n, shares[n], out) for n in (1, 3)}
    opened = boxes.opened(out, parts, rules.most)
    assert sorted(opened, key=str) == sorted(values, key=str), "what went in comes out"
    public = sorted(group.base(one).hex() for one in slips)
    told = {
        "kind": "election", "title": "bench", "context": CONTEXT, "needed": 2, "key": key.hex(),
        "scrutineers": [
            {"number": n, "commitment": said[n - 1],
             "acceptance": keys.accept(CONTEXT, n, shares[n])} for n in (1, 2, 3)
        ],
        "slips": public, "slips_sha256": sha256("\n".join(public).encode()).hexdigest(),
        "issued": number, "ballots": [one.told() for one in cast], "opened": opened,
        "mixes": [{"number": 1, "by": 1, **mix}], "most": rules.most,
        "parts": {str(n): part for n, part in parts.items()},
        "rules": {"seats": 10, "names": [""] * NAMES, "entitled": number, "present": number,
                  "base": "entitled", "writes": 0},
        "result": counting.counted(opened, rules),
    }  # fmt: skip
    return told, {
        "check_ms": check / number * 1000, "shuffle_s": shuffled, "verify_s": verified,
    }  # fmt: skip


def by_the_script(told: dict[str, Any]) -> float:
    """Return how long the published script takes for the whole vote."""
    spec = importlib.util.spec_from_file_location("verify", STATIC / "verify.py")
    assert spec is not None, "it lies beside the pages"
    assert spec.loader is not None, "it is Python"
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return timed(lambda: script.verify(told))[1]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server of the page's own modules that says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def in_the_browser(told: dict[str, Any]) -> float | None:
    """Return the median milliseconds of an encryption in Chromium; None where there is none."""
    from playwright.sync_api import sync_playwright

    from tests.prerequisites import chromium

    path = chromium()
    if path is None:
        return None
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Quiet, directory=str(STATIC))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with sync_playwright() as playwright:
            page = playwright.chromium.launch(
                executable_path=path, args=["--no-sandbox", "--headless=new"]
            ).new_page()
            page.goto(f"http://127.0.0.1:{server.server_address[1]}/congress.css")
            took: list[float] = page.evaluate(
                """async ([context, key]) => {
                    const { cast } = await import("/ristretto.js"), took = [];
                    for (let n = 1; n < 22; n++) {
                        const began = performance.now();
                        cast(context, key, n.toString(16).padStart(64, "0"), 265720);
                        took.push(performance.now() - began);
                    }
                    return took.sort((x, y) => x - y);
                }""",
                [told["context"], told["key"]],
            )
    finally:
        server.shutdown()
    return took[len(took) // 2]


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ballots", type=int, default=200)
    parser.add_argument("--quick", action="store_true", help="a tenth of the ballots")
    asked = parser.parse_args()
    number = max(2, asked.ballots // 10 if asked.quick else asked.ballots)
    load_before = round(os.getloadavg()[0], 2)
    told, figures = held(number)
    figures["stdlib_verify_s"] = by_the_script(told)
    browser = in_the_browser(told)
    if browser is not None:
        figures["browser_ms"] = browser
    rounded: dict[str, Any] = {name: round(each, 3) for name, each in figures.items()}
    missed = [name for name, goal in GOALS.items() if rounded.get(name, goal + 1) > goal]
    rounded |= {
        "ballots": number,
        "goals": {name: f"<= {goal:g}" for name, goal in GOALS.items()},
        "missed": missed,
    }
    print(json.dumps({**rounded, "load_before": load_before, "cpus": os.cpu_count()}))


if __name__ == "__main__":
    main()
