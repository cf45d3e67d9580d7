"""A vendor of SMS and calls and a WeCom in one: takes 20 to 60 ms, and keeps what it was asked.

    crisis_gateway.py PORT NOTES

A line of NOTES is one call: our key (WeCom: the text's own), who it goes to, when it came and when
it was answered. The same key again is another line: whoever reads them counts.
"""

import asyncio
import json
import random
import sys
import time
from pathlib import Path

PORT, NOTES = int(sys.argv[1]), Path(sys.argv[2])
SLOW = (0.020, 0.060)


def channel_of(line: str) -> str:
    """Return by which of the vendor's doors it came."""
    return "voice" if "voice" in line else "sms"


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with NOTES.open("a", encoding="utf-8", buffering=1) as notes:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                arrived = time.time()
                line, *fields = head.decode().split("\r\n")
                named = dict(field.lower().split(": ", 1) for field in fields if ": " in field)
                body = await reader.readexactly(int(named.get("content-length", 0)))
                answer: dict[str, object] = {"errcode": 0, "access_token": "token"}
                if "gettoken" not in line:
                    said = json.loads(body)
                    await asyncio.sleep(random.uniform(*SLOW))
                    vendor = "out_id" in said
                    card = said.get("textcard", {})
                    note = {
                        "channel": channel_of(line) if vendor else "wecom",
                        "to": said["phone"] if vendor else said["touser"],
                        "key": said["out_id"] if vendor else card["url"],
                        "title": said["params"]["title"] if vendor else card["title"],
                        "arrived": arrived,
                        "answered": time.time(),
                    }
                    number = f"g{time.time_ns()}"
                    answer = {"code": "OK", "errcode": 0}
                    answer |= dict.fromkeys(("biz_id", "call_id", "msgid"), number)
                    notes.write(json.dumps(note) + "\n")
                told = json.dumps(answer).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                    + str(len(told)).encode() + b"\r\n\r\n" + told
                )  # fmt: skip
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", PORT, limit=2**22)
    async with server:
        await server.serve_forever()


asyncio.run(main())
