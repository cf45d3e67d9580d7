"""A signed payment request, as docs/pos-api.md says, made by the terminal's side alone."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

PATH = "/v1/payments"
DAY = "20251219"


def code_of(wallet: int, counter: int, key: bytes) -> str:
    """Return what the member's phone shows."""
    from smartunion.domains.wallet.rules import code_of as rule

    return rule(wallet, counter, key)


def request(
    terminal: dict[str, Any], seq: int, code: str, amount_fen: int, offset: float
) -> tuple[dict[str, str], bytes]:
    """Return headers and body of one payment."""
    body = json.dumps({"amount_fen": amount_fen, "code": code}).encode()
    stamp = str(int(time.time() + offset))
    key = f"{terminal['code']}-{DAY}-{seq}"
    said = f"POST\n{PATH}\n{stamp}\n{key}\n{hashlib.sha256(body).hexdigest()}"
    mac = hmac.digest(bytes.fromhex(terminal["secret"]), said.encode(), hashlib.sha256)
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        "X-Timestamp": stamp,
        "X-Key-Id": terminal["key_id"],
        "X-Signature": f"v1,{base64.b64encode(mac).decode()}",
    }
    return headers, body
