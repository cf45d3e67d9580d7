"""Grafana OnCall's way of escalating: Celery tasks with an ETA, in an environment of its own.

    celery_driver.py worker PROCESSES PLACE
    celery_driver.py load CASES SECONDS PLACE OFFSET…
    celery_driver.py lateness PLACE

The broker is a directory (kombu's filesystem transport): no other service is needed. A task with
an ETA is fetched by a worker and lies in its memory until then; it notes when it ran.
"""

import json
import os
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from celery import Celery

PLACE = Path(os.environ["CELERY_PLACE"])
for name in ("queue", "control", "processed"):
    (PLACE / name).mkdir(parents=True, exist_ok=True)
app = Celery("bench", broker="filesystem://")
app.conf.update(
    broker_transport_options={
        "data_folder_in": str(PLACE / "queue"),
        "data_folder_out": str(PLACE / "queue"),
        "control_folder": str(PLACE / "control"),
    },
    worker_prefetch_multiplier=0,  # a worker takes every task with an ETA, as it must
    task_acks_late=True,
    task_ignore_result=True,
    worker_hijack_root_logger=False,
)
RAN = PLACE / "ran"


@app.task(name="step")
def step(key: str, due: float) -> None:
    line = f"{key} {due} {time.time()}\n".encode()
    handle = os.open(RAN, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.write(handle, line)
    os.close(handle)


def load(cases: int, seconds: float, offsets: list[float]) -> None:
    random.seed("load")
    began = time.time()
    for case, moment in enumerate(sorted(random.uniform(0, seconds) for _ in range(cases))):
        time.sleep(max(0.0, began + moment - time.time()))
        now = datetime.now(UTC)
        for number, offset in enumerate(offsets):
            due = now + timedelta(seconds=offset)
            step.apply_async((f"{case}/{number}", due.timestamp()), eta=due if offset else None)


def lateness() -> None:
    first: dict[str, float] = {}
    times = 0
    for line in RAN.read_text(encoding="ascii").splitlines() if RAN.exists() else []:
        key, due, at = line.split()
        first.setdefault(key, (float(at) - float(due)) * 1000)
        times += 1
    print(json.dumps({"ran": times, "late": sorted(first.values())}))


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        app.worker_main(["worker", "--concurrency", sys.argv[2], "--loglevel", "ERROR", "-P",
                         "prefork", "--without-gossip", "--without-mingle"])  # fmt: skip
    elif sys.argv[1] == "load":
        load(int(sys.argv[2]), float(sys.argv[3]), [float(each) for each in sys.argv[4:]])
    else:
        lateness()
