"""procrastinate's jobs under the same load and the same kills, in its own virtual environment.

    procrastinate_driver.py prepare
    procrastinate_driver.py pool PROCESSES POLL SWEEP PLACE
    procrastinate_driver.py load CASES SECONDS OFFSET…

Workers are forked from a process that has imported everything, as ours are. A job notes that it
ran; it cannot do so in the transaction that marks it done, which is procrastinate's own. SWEEP is
"yes" for the documented task that gives stalled jobs back each minute.
"""

import asyncio
import logging
import os
import random
import signal
import sys
import time
from datetime import UTC, datetime, timedelta

import procrastinate
import psycopg

URL = os.environ["DATABASE_URL"]
logging.getLogger("procrastinate").setLevel(logging.ERROR)
app = procrastinate.App(
    connector=procrastinate.PsycopgConnector(conninfo=URL, min_size=2, max_size=8)
)
own: dict[str, psycopg.AsyncConnection] = {}


@app.task(name="step")
async def step(key: str, due: float) -> None:
    await own["connection"].execute(
        "INSERT INTO bench_ran (key, due_at) VALUES (%s, to_timestamp(%s))", [key, due]
    )


async def sweep(timestamp: int) -> None:
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(job)


async def prepare() -> None:
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        async with await psycopg.AsyncConnection.connect(URL, autocommit=True) as connection:
            await connection.execute(
                "CREATE TABLE bench_ran (id bigserial PRIMARY KEY, key text, due_at timestamptz)"
            )


async def work(poll: float) -> None:
    own["connection"] = await psycopg.AsyncConnection.connect(URL, autocommit=True)
    async with app.open_async():
        await app.run_worker_async(
            concurrency=6, fetch_job_polling_interval=poll, install_signal_handlers=False
        )


def pool(processes: int, poll: float, sweeps: bool, place: str) -> None:
    """Keep so many workers running, as smartunion/site/workers.py does."""
    if sweeps:
        app.periodic(cron="* * * * *")(app.task(name="sweep", queueing_lock="sweep")(sweep))
    children: set[int] = set()
    with open(f"{place}/deaths", "ab", buffering=0) as deaths:
        while True:
            while len(children) < processes:
                if pid := os.fork():
                    children.add(pid)
                    continue
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                try:
                    asyncio.run(work(poll))
                finally:
                    os._exit(1)
            pid, status = os.wait()
            children.discard(pid)
            deaths.write(f"({os.waitstatus_to_exitcode(status)})\n".encode())


async def load(cases: int, seconds: float, offsets: list[float]) -> None:
    random.seed("load")
    async with app.open_async():
        began = time.time()
        for case, moment in enumerate(sorted(random.uniform(0, seconds) for _ in range(cases))):
            await asyncio.sleep(max(0.0, began + moment - time.time()))
            now = datetime.now(UTC)
            for number, offset in enumerate(offsets):
                due = now + timedelta(seconds=offset)
                job = step.configure(schedule_at=due) if offset else step
                await job.defer_async(key=f"{case}/{number}", due=due.timestamp())


def main() -> None:
    match sys.argv[1:]:
        case ["prepare"]:
            asyncio.run(prepare())
        case ["pool", processes, poll, sweeps, place]:
            pool(int(processes), float(poll), sweeps == "yes", place)
        case ["load", cases, seconds, *offsets]:
            asyncio.run(load(int(cases), float(seconds), [float(each) for each in offsets]))


main()
