"""Open cases with timers, and acknowledge some of them in the moment when one is due.

    timer_load.py RUN CASES SECONDS ACKNOWLEDGED OFFSET…

Cases open at random moments within so many seconds, each in one transaction with a timer at each
offset. The share that is acknowledged loses its pending timers within 15 ms of one of them.
"""

import json
import random
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from smartunion.kernel.timers.actions import cancel_under, set_timer

RUN, CASES, SECONDS, SHARE = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
OFFSETS = [float(offset) for offset in sys.argv[5:]]
random.seed(RUN)


def acknowledge(planned: list[tuple[float, int]], told: dict[str, int]) -> None:
    """Acknowledge each case at its moment: the case's lock decides between us and the ticker."""
    while planned or not told["closed"]:
        due = [each for each in list(planned) if each[0] <= time.time()]
        for each in due:
            planned.remove(each)
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM bench_case WHERE id = %s FOR UPDATE", [each[1]])
                told["canceled"] += cancel_under(prefix=f"{RUN}/{each[1]}", at=datetime.now(UTC))
                cursor.execute(
                    "INSERT INTO bench_event (case_id, key, what) VALUES (%s, '', 'ack')",
                    [each[1]],
                )
        time.sleep(0.001)


def main() -> None:
    told = {"set": 0, "canceled": 0, "closed": 0}
    planned: list[tuple[float, int]] = []
    thread = threading.Thread(target=acknowledge, args=(planned, told))
    thread.start()
    began = time.time()
    for moment in sorted(random.uniform(0, SECONDS) for _ in range(CASES)):
        time.sleep(max(0.0, began + moment - time.time()))
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO bench_case DEFAULT VALUES RETURNING id")
                (case,) = cursor.fetchone()
            now = datetime.now(UTC)
            for number, offset in enumerate(OFFSETS):
                set_timer(
                    kind="bench.step", key=f"{RUN}/{case}/{number}",
                    due_at=now + timedelta(seconds=offset), payload={"case": case}, at=now,
                )  # fmt: skip
                told["set"] += 1
        if random.random() < SHARE:
            late = random.choice(OFFSETS) + random.uniform(-0.015, 0.015)
            planned.append((now.timestamp() + late, case))
    told["closed"] = 1
    thread.join()
    print(json.dumps(told))


main()
