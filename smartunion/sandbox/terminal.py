"""A merchant's terminal, as a maker would write it from docs/pos-api.md.

Used by the till's tests, by `play`, by the benchmark, and as the reference for makers.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

Send = Callable[[str, str, dict[str, str], bytes], tuple[int, Mapping[str, str], bytes]]
"""(method, path with query, headers, body) -> (status, headers, body): any HTTP client will do."""


class ForgedReplyError(Exception):
    """The answer does not carry our key's signature: treat it as no answer."""


@dataclass(frozen=True)
class Reply:
    """What came back. `status` is HTTP's."""

    status: int
    body: dict[str, Any]
    replayed: bool


@dataclass
class Terminal:
    """One terminal with its key. `send` does the HTTP; `clock` returns unix seconds."""

    code: str
    key_id: str
    secret: bytes
    send: Send
    clock: Callable[[], float] = time.time
    headers: dict[str, str] = field(default_factory=dict)

    def key(self, biz_date: date, seq: int) -> str:
        """Return the idempotency key of a request."""
        return f"{self.code}-{biz_date:%Y%m%d}-{seq}"

    def signature(self, *lines: str) -> str:
        """Return `v1,<base64>` over the lines."""
        mac = hmac.digest(self.secret, "\n".join(lines).encode(), hashlib.sha256)
        return f"v1,{base64.b64encode(mac).decode()}"

    def signed(
        self, method: str, path: str, key: str, body: bytes, stamp: str | None = None
    ) -> dict[str, str]:
        """Return the headers of a request; the path carries its query sorted by name."""
        stamp = stamp or str(int(self.clock()))
        digest = hashlib.sha256(body).hexdigest()
        return {
            **self.headers,
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "X-Timestamp": stamp,
            "X-Key-Id": self.key_id,
            "X-Signature": self.signature(method, path, stamp, key, digest),
        }

    def ask(
        self, method: str, path: str, *, key: str = "", body: dict[str, Any] | None = None
    ) -> Reply:
        """Send one signed request and check the answer's signature."""
        raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        status, headers, said = self.send(method, path, self.signed(method, path, key, raw), raw)
        head = {name.lower(): value for name, value in headers.items()}
        if status < 300:  # noqa: PLR2004 - only a yes can be worth forging
            self.check(status, path.partition("?")[0], key, head, said)
        return Reply(status, json.loads(said), head.get("idempotent-replayed") == "true")

    def check(self, status: int, path: str, key: str, head: Mapping[str, str], body: bytes) -> None:
        """Raise unless the reply is signed with our key."""
        digest = hashlib.sha256(body).hexdigest()
        right = self.signature(str(status), path, head.get("x-timestamp", ""), key, digest)
        if not hmac.compare_digest(right, head.get("x-signature", "")):
            raise ForgedReplyError

    def pay(self, biz_date: date, seq: int, code: str, amount_fen: int, **more: Any) -> Reply:
        """Take a payment. No answer? Ask `find`, and only after a 404 send the same again."""
        body = {"code": code, "amount_fen": amount_fen, **more}
        return self.ask("POST", "/v1/payments", key=self.key(biz_date, seq), body=body)

    def find(self, biz_date: date, seq: int) -> Reply:
        """Ask what became of a payment."""
        query = urlencode(
            sorted({"terminal": self.code, "biz_date": biz_date.isoformat(), "seq": seq}.items())
        )
        return self.ask("GET", f"/v1/payments?{query}")

    def refund(self, biz_date: date, seq: int, payment_id: int, amount_fen: int) -> Reply:
        """Give back part of a payment."""
        return self.ask(
            "POST", f"/v1/payments/{payment_id}/refunds",
            key=self.key(biz_date, seq), body={"amount_fen": amount_fen},
        )  # fmt: skip

    def void(self, biz_date: date, seq: int, payment_id: int) -> Reply:
        """Undo a payment of today."""
        return self.ask(
            "POST", f"/v1/payments/{payment_id}/void", key=self.key(biz_date, seq), body={}
        )

    def me(self) -> Reply:
        """Ask for the terminal's own terms and the server's clock."""
        return self.ask("GET", "/v1/terminals/me")

    def offline_item(
        self, biz_date: date, seq: int, code: str, amount_fen: int, occurred_at: str
    ) -> dict[str, Any]:
        """Return an item of a batch, signed when it is made."""
        key = self.key(biz_date, seq)
        return {
            "key": key, "amount_fen": amount_fen, "code": code, "occurred_at": occurred_at,
            "signature": self.signature(key, str(amount_fen), code, occurred_at),
        }  # fmt: skip

    def upload(self, items: list[dict[str, Any]]) -> Reply:
        """Send what was taken while the line was down, in the order of its numbers."""
        return self.ask("POST", "/v1/batches", body={"items": items})
