"""What a NOTIFY costs everybody else: commits a second beside processes that set timers.

    notify_cost.py MODE WRITERS SETTERS SECONDS

Writers insert a row and commit, as a payment does; setters set a timer and commit. MODE is "far"
(due in a day: no NOTIFY) or "soon" (due now: NOTIFY). Prints both rates as JSON.
"""

import json
import multiprocessing
import os
import sys
import time

import psycopg

URL = os.environ["DATABASE_URL"]
WRITE = "INSERT INTO bench_outbox (key, channel) VALUES ('write', 'none')"
SET = """
WITH put AS (
  INSERT INTO timers_timer (kind, key, due_at, try_at, state, payload, set_at, tries, error)
  SELECT 'bench.idle', gen_random_uuid(), due, due, 'pending', '{}', now(), 0, ''
  FROM (SELECT now() + CASE WHEN %(soon)s THEN interval '1 hour' ELSE '1 day' END AS due) d
  RETURNING 1)
SELECT CASE WHEN %(soon)s THEN pg_notify('smartunion_timers', '') END FROM put
"""


def client(
    what: str, soon: bool, until: float, told: "multiprocessing.Queue[tuple[str, int]]"
) -> None:
    done = 0
    with psycopg.connect(URL, autocommit=True) as connection:
        while time.monotonic() < until:
            connection.execute(WRITE if what == "write" else SET, {"soon": soon})
            done += 1
    told.put((what, done))


def main() -> None:
    soon, seconds = sys.argv[1] == "soon", float(sys.argv[4])
    kinds = ["write"] * int(sys.argv[2]) + ["set"] * int(sys.argv[3])
    told: multiprocessing.Queue[tuple[str, int]] = multiprocessing.Queue()
    until = time.monotonic() + seconds
    clients = [multiprocessing.Process(target=client, args=(k, soon, until, told)) for k in kinds]
    for each in clients:
        each.start()
    counted = [told.get() for _ in clients]
    for each in clients:
        each.join()
    rates = {
        what: round(sum(n for kind, n in counted if kind == what) / seconds)
        for what in ("write", "set")
    }
    print(json.dumps(rates))


main()
