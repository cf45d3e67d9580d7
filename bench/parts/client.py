"""Tills that pay at a fixed rate, whatever the server does: an open loop over real HTTP.

Latency counts from the moment at which a payment was due, so a server that stalls is charged for
everybody who waited. Runs in a process of its own: `client.py PORT RATE SECONDS BASE`.
"""

import json
import os
import random
import socket
import sys
import threading
import time
from datetime import UTC, datetime
from typing import Any

from bench.parts import signed
from smartunion.domains.wallet.rules import counter_at

TILLS = 16


def exchange(connection: socket.socket, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
    """Send one request on an open connection and read the whole answer."""
    lines = [f"POST {signed.PATH} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65536)
    head, _, rest = answer.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(rest) < length:
        rest += connection.recv(65536)
    return int(head.split()[1]), rest


def till(
    port: int,
    base: int,
    setting: dict[str, Any],
    due: list[tuple[int, float]],
    told: list[tuple[float, int]],
) -> None:
    """Pay each of its payments at its moment."""
    offset, key = float(os.environ["SMARTUNION_CLOCK_OFFSET"]), bytes.fromhex(setting["code_key"])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number, moment in due:
            time.sleep(max(0.0, moment - time.perf_counter()))
            now = datetime.fromtimestamp(time.time() + offset, UTC)
            wallet = setting["wallets"][number % len(setting["wallets"])]
            headers, body = signed.request(
                random.choice(setting["terminals"]),
                base + number,
                signed.code_of(wallet, counter_at(now), key),
                random.randint(300, 3000),
                offset,
            )
            status, content = exchange(connection, headers, body)
            told.append(((time.perf_counter() - moment) * 1000, status))
            if status != 201:
                print(status, content.decode(), file=sys.stderr)


def main() -> None:
    port, rate, seconds = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    base = int(sys.argv[4])
    with open(os.environ["BENCH_SETTING"], encoding="utf-8") as file:
        setting = json.load(file)
    start = time.perf_counter() + 0.5
    due = [(n, start + n / rate) for n in range(int(rate * seconds))]
    told: list[tuple[float, int]] = []
    tills = [
        threading.Thread(target=till, args=(port, base, setting, due[n::TILLS], told))
        for n in range(TILLS)
    ]
    for each in tills:
        each.start()
    for each in tills:
        each.join()
    late = sorted(ms for ms, _ in told)
    at = {f"p{name}": late[int(len(late) * part)] for name, part in
          (("50", 0.5), ("95", 0.95), ("99", 0.99), ("999", 0.999))}  # fmt: skip
    good = sum(1 for _, status in told if status == 201)
    print(json.dumps({"asked": len(due), "good": good, "max": late[-1], **at}))


main()
