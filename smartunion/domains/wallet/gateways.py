"""The bank: what the house asks of it, and the client that asks over HTTP (docs/bank.md).

Nothing here touches a table. An answer that does not come, comes broken or is not signed is no
answer: `BankSilent`. Then nobody knows what happened, and whoever asked must query by key.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

import httpx

from smartunion.kernel.base import clock

T = TypeVar("T")

CORPORATE = "CORPORATE"
"""The reference of the union's corporate wallet (对公钱包)."""

BATCH = 500
"""How many instructions the bank takes at once."""

CONNECT_SECONDS, ANSWER_SECONDS = 2.0, 8.0


class BankSilent(Exception):  # noqa: N818 - it reads as the sentence it is
    """The bank gave no answer that can be believed: what it did is unknown."""


class BankRefuses(Exception):  # noqa: N818 - it reads as the sentence it is
    """The bank understood and says no to the request as a whole; nothing has happened."""


@dataclass(frozen=True)
class Opening:
    """A wallet that the bank shall have under our own reference."""

    reference: str
    kind: str
    holder: str


@dataclass(frozen=True)
class Instruction:
    """One movement of money; the key makes it happen at most once. Amounts in fen."""

    key: str
    kind: str
    payer: str
    payee: str
    amount_fen: int
    occurred_at: datetime


@dataclass(frozen=True)
class Outcome:
    """What became of an instruction; refused ones leave no trace at the bank."""

    key: str
    done: bool
    code: str
    bank_ref: str
    posted_at: datetime | None


class Bank(Protocol):
    """What any bank must offer. Every method may raise BankSilent."""

    def open_wallets(self, wallets: Sequence[Opening]) -> None:
        """Have the wallets opened; those that are open stay as they are."""

    def carry_out(self, instructions: Sequence[Instruction]) -> list[Outcome]:
        """Have each instruction carried out by itself; an outcome for each."""

    def query(self, keys: Sequence[str]) -> dict[str, Outcome]:
        """Return what became of the keys; those never carried out are absent."""

    def balance_fen(self, reference: str) -> int:
        """Return a wallet's balance at the bank, in fen."""

    def statement(self, day: date) -> list[dict[str, Any]]:
        """Return the postings that occurred on a campus day, oldest first."""


class HttpBank:
    """The bank behind HTTP, as docs/bank.md says."""

    def __init__(self, url: str, *, key_id: str, secret: str) -> None:
        self._key_id = key_id
        self._secret = secret.encode()
        self._opened: set[str] = set()
        self._http = httpx.Client(
            base_url=f"{url.rstrip('/')}/bank/v1/",
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            trust_env=False,
        )

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def open_wallets(self, wallets: Sequence[Opening]) -> None:
        """Have the wallets opened; those that are open stay as they are."""
        for some in _in_batches([each for each in wallets if each.reference not in self._opened]):
            self._ask("POST", "wallets", {"wallets": [asdict(wallet) for wallet in some]})
            self._opened |= {wallet.reference for wallet in some}

    def carry_out(self, instructions: Sequence[Instruction]) -> list[Outcome]:
        """Have at most BATCH instructions carried out, each by itself."""
        asked = [
            {**asdict(each), "occurred_at": each.occurred_at.isoformat()} for each in instructions
        ]
        answer = self._ask("POST", "instructions", {"instructions": asked})
        outcomes = [_outcome(each) for each in answer["outcomes"]]
        if any(each.code == "UNKNOWN_WALLET" for each in outcomes):
            self._opened.clear()  # the bank does not know what we thought it knew
        return outcomes

    def query(self, keys: Sequence[str]) -> dict[str, Outcome]:
        """Return what became of the keys; those never carried out are absent."""
        found: dict[str, Outcome] = {}
        for some in _in_batches(keys):
            answer = self._ask("POST", "queries", {"keys": list(some)})
            found |= {each["key"]: _outcome(each) for each in answer["outcomes"]}
        return found

    def balance_fen(self, reference: str) -> int:
        """Return a wallet's balance at the bank, in fen."""
        return int(self._ask("GET", f"wallets/{reference}")["balance_fen"])

    def statement(self, day: date) -> list[dict[str, Any]]:
        """Return the postings that occurred on a campus day, oldest first."""
        rows: list[dict[str, Any]] = []
        while True:
            after = rows[-1]["id"] if rows else 0
            page = self._ask("GET", f"statements/{day.isoformat()}?after={after}")
            rows += page["postings"]
            if not page["has_more"]:
                return rows

    def _ask(self, method: str, path: str, content: object = None) -> dict[str, Any]:
        body = b"" if content is None else json.dumps(content).encode()
        at = str(int(clock.now().timestamp()))
        request = self._http.build_request(method, path, content=body)
        target = request.url.raw_path.decode()
        mac = self._sign(method, target, at, body=body)
        request.headers.update({"X-Key-Id": self._key_id, "X-Timestamp": at, "X-Signature": mac})
        try:
            reply = self._http.send(request)
        except httpx.TransportError as error:
            raise BankSilent(f"{type(error).__name__}: {error}") from error
        signed = self._sign(
            str(reply.status_code), reply.headers.get("X-Timestamp", ""), mac, body=reply.content
        )
        given = reply.headers.get("X-Signature", "").split()
        if not any(hmac.compare_digest(signed, one) for one in given):
            raise BankSilent(f"an answer {reply.status_code} that is not signed")
        answer: dict[str, Any] = reply.json()
        if not reply.is_success:
            raise BankRefuses(f"{reply.status_code} {answer.get('code')}: {answer.get('text')}")
        return answer

    def _sign(self, *lines: str, body: bytes) -> str:
        text = "\n".join([*lines, hashlib.sha256(body).hexdigest()])
        mac = hmac.new(self._secret, text.encode(), hashlib.sha256).digest()
        return "v1," + base64.b64encode(mac).decode()


def _outcome(given: dict[str, Any]) -> Outcome:
    done = given["status"] == "DONE"
    return Outcome(
        key=given["key"],
        done=done,
        code=str(given.get("code") or ""),
        bank_ref=given["bank_ref"] if done else "",
        posted_at=datetime.fromisoformat(given["posted_at"]) if done else None,
    )


def _in_batches(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))
