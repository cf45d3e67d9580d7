"""The clients of one process, a thread each, as the threads of one worker of `smartunion serve`.

Reads `SECONDS BASE` lines, works for so long, prints what was done: `asked` in all, `rate` a second
after the warm-up, `cpu_us` of the process for each. Imports nothing of the house, because
django-hordak's environment uses it as well.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

WARM = 20
NUMBERS = 400_000
"""How many numbers a client may use up in one run."""


def drive(clients: Sequence[Callable[[int], None]], first: int) -> None:
    """Work as the clients `first`, `first + 1`, … of the benchmark until standard input ends."""

    def work(place: int, seconds: float, base: int) -> tuple[int, float]:
        do, number = clients[place], base + (first + place) * NUMBERS
        for warm in range(WARM):  # what a process keeps for seconds was forgotten while it waited
            do(number + warm)
        done, start = WARM, time.perf_counter()
        while time.perf_counter() - start < seconds:
            do(number + done)
            done += 1
        return done, (done - WARM) / (time.perf_counter() - start)

    with ThreadPoolExecutor(len(clients)) as pool:
        print("ready", flush=True)
        for line in sys.stdin:
            seconds, base = float(line.split()[0]), int(line.split()[1])
            cpu = time.process_time()
            runs = [pool.submit(work, place, seconds, base) for place in range(len(clients))]
            told = [run.result() for run in runs]
            asked = sum(done for done, _ in told)
            used = (time.process_time() - cpu) / asked * 1e6
            rate = sum(rate for _, rate in told)
            print(json.dumps({"asked": asked, "rate": rate, "cpu_us": used}), flush=True)
