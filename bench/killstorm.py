"""Is a step lost or doubled when workers are killed all the time, ticker and sender alike?

    smartunion bench killstorm [--kills 10000] [--cases N]

Red cases run their whole course (calls repeated, steps that open on an outcome, others called in)
while workers die by SIGKILL: at random moments, and by themselves at eight points, the claim, the
handler, the commit, the provider's call and the mark, of each step and each way of a message
(`kills_at`; `points_never_hit` says which a short storm missed). Some answers meet the clock.
`lost` and `doubled` count steps and messages: a due step without exactly one fired or canceled, a
message that the gateway never took, an event or a message that is there twice. `worst_lateness_s`
is from due to the commit of all that followed.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable

from bench.crisis import (
    EFFECT,
    UNDONE,
    Bench,
    benched,
    gateway,
    load,
    prepare,
    workers,
)
from bench.timers import children, percentiles, running, say, wait_until

LOST = """
SELECT
  (SELECT count(*) FROM response_steprun s WHERE state = 'open' AND due_at < now()
     AND timed_out_at IS NULL),
  (SELECT count(*) FROM timers_timer t WHERE starts_with(kind, 'response.')
     AND NOT (state = 'canceled' OR (state = 'fired'
       AND EXISTS (SELECT FROM timers_firing f WHERE f.timer_id = t.id)))),
  (SELECT count(*) FROM response_steprun s WHERE s.timed_out_at IS NOT NULL AND NOT EXISTS (
     SELECT FROM response_event e WHERE e.run_id = s.run_id AND e.step = s.code
       AND e.kind = 'timeout')),
  (SELECT count(*) FROM notices_message WHERE state NOT IN ('accepted', 'delivered', 'read')),
  (SELECT count(*) FROM response_run r WHERE NOT EXISTS (
     SELECT FROM response_event e WHERE e.run_id = r.id AND e.key = 'breached'))
"""
"""Steps past their limit without a word, timers neither fired nor canceled, a timeout without its
event, messages never taken, runs whose whole limit passed unnoticed (none is settled here)."""

DOUBLED = """
SELECT
  (SELECT count(*) FROM (SELECT run_id, step FROM response_event
     WHERE kind IN ('timeout', 'answered') AND step = 'call'
     GROUP BY run_id, step HAVING count(*) > 1) both_won),
  (SELECT count(*) FROM (SELECT timer_id FROM timers_firing GROUP BY 1 HAVING count(*) > 1) twice),
  (SELECT count(*) FROM (SELECT n.about, n.person_id, m.channel FROM notices_message m
     JOIN notices_notice n ON n.id = m.notice_id
     GROUP BY 1, 2, 3 HAVING count(*) > 1) told_twice),
  (SELECT count(*) FROM response_asked a WHERE calls > 1 + (SELECT count(*) FROM response_event e
     WHERE e.run_id = a.run_id AND e.kind = 'called'
       AND starts_with(e.key, 'call/' || a.id || '/')))
"""
"""Answered and timed out at once, fired twice, told twice, called without its event."""


PAUSE = (0.08, 0.24)
"""Seconds between two kills from outside. With those who kill themselves a worker lives for about
half a second; 10,000 kills take twenty minutes."""

KILLS_A_SECOND = 8
WORKERS, AT_A_POINT = 4, 0.01

STEPS = ("due call", "due locate", "due scene", "back locate", "call", "sla")
FIRING = ("after claim", "after handler", "before commit", "after commit")
WAYS = ("sms", "wecom", "voice")
SENDING = ("after claim", "before provider", "after provider", "after mark")
POINTS = [
    *(f"{step}: {point}" for step in STEPS for point in FIRING),
    *(f"{way}: {point}" for way in WAYS for point in SENDING),
]
"""Every step and every way of a message, at every point at which its worker may die."""


def storm(
    bench: Bench, pool: subprocess.Popen[bytes], kills: int, until: Callable[[], bool]
) -> None:
    """Kill a random worker at random moments, until so many have died and `until` says so."""
    while bench.killed() < kills or not until():
        for _ in range(KILLS_A_SECOND):
            time.sleep(random.uniform(*PAUSE))
            if alive := children(pool.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(random.choice(alive), signal.SIGKILL)


def killed(bench: Bench, kills: int, cases: int) -> None:
    """Four workers under a storm, until enough have died and everything has had its course."""
    seconds = max(5, round(kills / KILLS_A_SECOND))
    say(f"storm: {kills:,} kills, {cases} red cases in {seconds} s, {WORKERS} workers")
    with gateway(bench), running(workers(bench, WORKERS, AT_A_POINT), bench.environment()) as pool:
        loader = subprocess.Popen(
            load("open", "storm", str(cases), str(seconds), "0.2"),
            env=bench.environment(), stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        storm(bench, pool, kills, until=lambda: loader.poll() is not None)
        told = json.loads(loader.communicate()[0])
        wait_until(lambda: bench.one(UNDONE) == 0, 90)
    lost, doubled = bench.ask(LOST)[0], bench.ask(DOUBLED)[0]
    keys = Counter((call["channel"], call["key"]) for call in bench.calls())
    messages = bench.one("SELECT count(*) FROM notices_message")
    points = Counter(bench.noted("points"))
    late = [row[0] for row in bench.ask(EFFECT, [list(told["submitted"])])]
    bench.figures |= {
        "kills": bench.killed(),
        "kills_at": {
            "random moment": bench.killed() - points.total(),
            **dict(sorted(points.items())),
        },
        "points_never_hit": [point for point in POINTS if point not in points],
        "cases": told["opened"],
        "fired": len(late),
        "messages": messages,
        "answered_at_the_limit": {name: told[name] for name in ("answered", "late", "failed")},
        "lost": sum(lost) + max(0, messages - len(keys)),
        "doubled": sum(doubled) + max(0, len(keys) - messages),
        "lost_by": list(lost),
        "doubled_by": list(doubled),
        "calls_repeated_with_the_same_key": keys.total() - len(keys),
        "worst_lateness_s": round(max(late, default=0) / 1000, 3),
        **percentiles(late, "lateness"),
    }


def main() -> None:
    """Kill, count and print one JSON object; fail when anything was lost or doubled."""
    parser = argparse.ArgumentParser("smartunion bench killstorm", description=__doc__)
    parser.add_argument("--kills", type=int, default=10_000)
    parser.add_argument("--cases", type=int, default=0)
    parser.add_argument("--pending", type=int, default=10_000)
    given = parser.parse_args()
    began, before = time.monotonic(), os.getloadavg()[0]
    with benched(quick=False) as bench:
        prepare(bench, given.pending)
        killed(bench, given.kills, given.cases or max(20, given.kills // 8))
        bench.figures |= {
            "load_before": round(before, 2),
            "cpus": os.cpu_count(),
            "took_s": round(time.monotonic() - began),
        }
        print(json.dumps(bench.figures, ensure_ascii=False))
    if bench.figures["lost"] or bench.figures["doubled"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
