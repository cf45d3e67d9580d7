"""Is a step lost or doubled when workers are killed all the time, ticker and sender alike?

    smartunion bench killstorm [--kills 10000] [--minutes N] [--resume]

Red cases run their whole course (calls repeated, steps that open on an outcome, others called in)
while workers die by SIGKILL: at random moments, and by themselves at eight points, the claim, the
handler, the commit, the provider's call and the mark, of each step and each way of a message
(`kills_at`; `points_never_hit` says which a short storm missed). Some answers meet the clock.
`lost` and `doubled` count steps and messages: a due step without exactly one fired or canceled, a
message that the gateway never took, an event or a message that is there twice. `worst_lateness_s`
is from due to the commit of all that followed.

A long storm is made of rounds of 2,500 kills, each on a database of its own and counted for
itself; what they came to lies in var/bench/killstorm.json after each, so that a storm that was cut
off goes on with `--resume`. SIGINT, SIGTERM and `--minutes` end it early: no more cases are opened,
those that run have their course, and what is printed says how many kills there really were.
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
from typing import Any

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


KILLS_A_SECOND = 10
"""How many workers die each second, of us and by themselves: 10,000 kills take eighteen minutes."""

SHORTEST, LONGEST = 0.03, 0.25
"""Seconds between two kills from outside: somebody lives long enough to get something done."""

ROUND = 2_500
TOLD_EACH = 30.0
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


class Over:
    """Whether the storm shall end early: somebody asked, or the time is up."""

    def __init__(self, minutes: float) -> None:
        self.asked = False
        self.until = time.monotonic() + minutes * 60 if minutes else float("inf")
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True
        say("asked to end: what runs has its course, then it is counted")

    def __bool__(self) -> bool:
        return self.asked or time.monotonic() > self.until


def storm(bench: Bench, pool: subprocess.Popen[bytes], kills: int, over: Over) -> None:
    """Kill random workers at random moments until so many have died, at an even pace.

    Those who die at a point by themselves count: of us the pace asks only for the rest.
    """
    began = told = time.monotonic()
    killed, looked = 0, 0.0
    while killed < kills and not over:
        now = time.monotonic()
        if now - looked > 0.5:
            killed, looked = bench.killed(), now
        if now - told > TOLD_EACH:
            told = now
            say(f"{killed:,} of {kills:,} kills, {bench.one(CASES):,} cases")
        behind = killed < (now - began) * KILLS_A_SECOND
        time.sleep(random.uniform(SHORTEST, LONGEST / 2 if behind else LONGEST))
        if alive := children(pool.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(random.choice(alive), signal.SIGKILL)


CASES = "SELECT count(*) FROM response_run"


def killed(bench: Bench, kills: int, cases: int, over: Over) -> dict[str, Any]:
    """Four workers under a storm; once everything has had its course, return what it came to.

    Cases open evenly as long as it lasts; they stop with it.
    """
    seconds = max(5, round(kills / KILLS_A_SECOND))
    say(f"storm: {kills:,} kills, up to {cases} red cases in {seconds} s, {WORKERS} workers")
    bench.forget()
    stop = bench.place / "stop"
    stop.unlink(missing_ok=True)
    with gateway(bench), running(workers(bench, WORKERS, AT_A_POINT), bench.environment()) as pool:
        loader = subprocess.Popen(
            load("open", "storm", str(cases), str(seconds), "0.2", str(stop)),
            env=bench.environment(), stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        storm(bench, pool, kills, over)
        stop.touch()
        told = json.loads(loader.communicate()[0])
        all_done = wait_until(lambda: bench.one(UNDONE) == 0, PATIENCE)
    if not all_done:
        say(f"not everything had its course within {PATIENCE:.0f} s: it counts as lost")
    lost, doubled = bench.ask(LOST)[0], bench.ask(DOUBLED)[0]
    keys = Counter((call["channel"], call["key"]) for call in bench.calls())
    messages = bench.one("SELECT count(*) FROM notices_message")
    return {
        "kills": bench.killed(),
        "points": dict(Counter(bench.noted("points"))),
        "cases": told["opened"],
        "messages": messages,
        **{name: told[name] for name in ("answered", "late", "failed")},
        "lost": sum(lost) + max(0, messages - len(keys)),
        "doubled": sum(doubled) + max(0, len(keys) - messages),
        "lost_by": list(lost),
        "doubled_by": list(doubled),
        "repeated": keys.total() - len(keys),
        "lateness": [round(row[0], 2) for row in bench.ask(EFFECT, [list(told["submitted"])])],
    }


PATIENCE = 120.0
"""Seconds in which all that runs at the end must have had its course."""


def figures(rounds: list[dict[str, Any]], asked: int) -> dict[str, Any]:
    """Return what all rounds came to together."""

    def total(name: str) -> int:
        return sum(one[name] for one in rounds)

    points = sum((Counter(one["points"]) for one in rounds), Counter())
    late = sorted(value for one in rounds for value in one["lateness"])
    return {
        "kills": total("kills"),
        "kills_asked": asked,
        "ended_early": total("kills") < asked,
        "rounds": len(rounds),
        "kills_at": {
            "random moment": total("kills") - points.total(),
            **dict(sorted(points.items())),
        },
        "points_never_hit": [point for point in POINTS if point not in points],
        "cases": total("cases"),
        "fired": len(late),
        "messages": total("messages"),
        "answered_at_the_limit": {name: total(name) for name in ("answered", "late", "failed")},
        "lost": total("lost"),
        "doubled": total("doubled"),
        "lost_by": [sum(each) for each in zip(*(one["lost_by"] for one in rounds), strict=True)],
        "doubled_by": [
            sum(each) for each in zip(*(one["doubled_by"] for one in rounds), strict=True)
        ],
        "calls_repeated_with_the_same_key": total("repeated"),
        "worst_lateness_s": round(max(late, default=0) / 1000, 3),
        **percentiles(late, "lateness"),
    }


def main() -> None:
    """Kill, count and print one JSON object; fail when anything was lost or doubled."""
    parser = argparse.ArgumentParser("smartunion bench killstorm", description=__doc__)
    parser.add_argument("--kills", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=0, help="end after so many, 0: never")
    parser.add_argument("--resume", action="store_true", help="go on with the rounds that are kept")
    parser.add_argument("--pending", type=int, default=10_000)
    given = parser.parse_args()
    from smartunion.site import embedded

    began, before, over = time.monotonic(), os.getloadavg()[0], Over(given.minutes)
    kept = embedded.VAR / "bench/killstorm.json"
    rounds: list[dict[str, Any]] = []
    if given.resume and kept.exists():
        rounds = json.loads(kept.read_text(encoding="utf-8"))
        say(f"going on after {sum(one['kills'] for one in rounds):,} kills")
    with benched(quick=False) as bench:
        while not over and (left := given.kills - sum(one["kills"] for one in rounds)) > 0:
            prepare(bench, given.pending)
            kills = min(left, ROUND)
            rounds.append(killed(bench, kills, max(20, kills // KILLS_A_SECOND), over))
            kept.write_text(json.dumps(rounds), encoding="utf-8")
    told = figures(rounds, given.kills) | {
        "load_before": round(before, 2),
        "cpus": os.cpu_count(),
        "took_s": round(time.monotonic() - began),
    }
    print(json.dumps(told, ensure_ascii=False))
    if told["lost"] or told["doubled"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
