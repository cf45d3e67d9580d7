"""How late is a frame when many listen? From the commit of a payment to the browser's socket.

    smartunion bench live [--listeners 500] [--payments 40]

One server process (granian, the real door), one database of its own, so many open streams; then
payments are committed one at a time, and every stream notes when it hears of each. A frame waits
for the tick (0.3 s) on purpose: half a tick is the least that the median can be. Also measured:
what the open streams cost while nothing happens.
"""

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[1]
PAY = """
INSERT INTO wallet_payment (terminal_id, biz_date, terminal_seq, request_hash, wallet_id,
  merchant_id, month, seq, asked_fen, ecny_fen, points_fen, subsidy_fen, born, status, reason,
  offline, occurred_at, received_at)
VALUES (1, '2025-03-05', %(n)s, '\\x00', 1, 1, 202503, %(n)s, 1200, 1200, 0, 0, 'S', 'S', '',
  false, now(), now())
"""
IDLE_SECONDS = 32
LOST_SECONDS = 20


def cpu_seconds(pid: int) -> float:
    """Return what a process has used of the processor so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """Return the process and its children."""
    found = [pid]
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
        found += family(int(child))
    return found


class Ear:
    """One stream: the moments at which it heard."""

    def __init__(self) -> None:
        self.heard: list[float] = []

    async def listen(self, port: int, session: str) -> None:
        """Open the stream and note the moment of every event."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = (
            f"GET /live/?topics=payments HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid={session}"
        )
        writer.write(f"{head}\r\n\r\n".encode())
        while line := await reader.readline():
            if line.startswith(b"HTTP/1.1 ") and b"200" not in line:
                raise RuntimeError(line.decode())
            if line.startswith(b"event: payments"):
                self.heard.append(time.monotonic())


async def measure(
    url: str, port: int, pid: int, session: str, asked: argparse.Namespace
) -> dict[str, float]:
    """Open the streams, sit still, then pay and listen."""
    ears = [Ear() for _ in range(asked.listeners)]
    began = time.monotonic()
    streams = []
    for i, ear in enumerate(ears):
        streams.append(asyncio.create_task(ear.listen(port, session)))
        if i % 25 == 24:
            await asyncio.sleep(0.05)
    while any(not ear.heard for ear in ears):
        await asyncio.sleep(0.05)
        for stream in streams:
            if stream.done():
                stream.result()
    opened = time.monotonic() - began
    processes = family(pid)
    before = sum(map(cpu_seconds, processes))
    await asyncio.sleep(IDLE_SECONDS)
    idle = (sum(map(cpu_seconds, processes)) - before) / IDLE_SECONDS
    for ear in ears:
        ear.heard.clear()
    late: list[float] = []
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        for n in range(asked.payments):
            await connection.execute(PAY, {"n": n + 2})
            committed = time.monotonic()
            await asyncio.sleep(0.73)  # no multiple of the tick
            while any(len(ear.heard) <= n for ear in ears):
                assert time.monotonic() - committed < LOST_SECONDS, "a frame was lost"
                await asyncio.sleep(0.05)
            late += [ear.heard[n] - committed for ear in ears]
    for stream in streams:
        stream.cancel()
    late.sort()
    return {
        "listeners": asked.listeners,
        "frames": len(late),
        "p50_ms": round(statistics.median(late) * 1000),
        "p99_ms": round(late[int(len(late) * 0.99)] * 1000),
        "max_ms": round(late[-1] * 1000),
        "opened_s": round(opened, 1),
        "idle_cpu_percent": round(idle * 100, 1),
    }


def main() -> None:
    """Make the database, start the door, measure, take everything away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listeners", type=int, default=500)
    parser.add_argument("--payments", type=int, default=40)
    asked = parser.parse_args()
    server = os.environ["DATABASE_URL"]
    parts = urlsplit(server)
    name = f"{parts.path.lstrip('/') or 'postgres'}_bench_live"
    url = urlunsplit(parts._replace(path=f"/{name}"))
    environ = {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "smartunion.site.settings",
        "PYTHONPATH": str(ROOT),
    }
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    door = None
    try:
        migrate = [sys.executable, "-m", "smartunion.site.cli", "migrate", "--verbosity", "0"]
        subprocess.run([*migrate, "--skip-checks"], env=environ, check=True)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(PAY, {"n": 1})
        officer = [sys.executable, str(ROOT / "bench/parts/officer.py")]
        told = subprocess.run(officer, env=environ, check=True, capture_output=True, text=True)
        command = [
            sys.executable, "-m", "granian", "smartunion.site.asgi:application", "--interface",
            "asgi", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", "--no-ws",
            "--workers-kill-timeout", "3",
        ]  # fmt: skip
        door = subprocess.Popen(command, env=environ)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        found = asyncio.run(measure(url, port, door.pid, told.stdout.split()[-1], asked))
        print(json.dumps(found))
    finally:
        if door is not None:
            door.terminate()
            try:
                door.wait(15)
            except subprocess.TimeoutExpired:
                door.kill()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


if __name__ == "__main__":
    main()
