"""The bank: what the house asks of it, and the client that asks over HTTP (docs/bank.md).

Nothing here touches a table. An answer that does not come, comes broken or is not signed is no
answer: `BankSilent`. Then nobody knows what happened, and whoever asked must query by key.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

import httpx
from django.conf import settings

from smartunion.kernel.base import clock, sm2

T = TypeVar("T")

CORPORATE = "CORPORATE"
"""The reference of the union's corporate wallet (对公钱包)."""

BATCH = 500
"""How many instructions the bank takes at once."""

SKEW_SECONDS = 300

CONNECT_SECONDS, ANSWER_SECONDS = 2.0, 8.0


class BankSilent(Exception):  # noqa: N818 - it reads as the sentence it is
    """The bank gave no answer that can be believed: what it did is unknown."""


class BankRefuses(Exception):  # noqa: N818 - it reads as the sentence it is
    """The bank understood and says no to the request as a whole; nothing has happened."""

    def __init__(self, status: int, code: str, text: str) -> None:
        """Say no as the bank said it."""
        super().__init__(f"{status} {code}: {text}")
        self.code = code


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
    terminal: str = ""
    """The purchase's own number at the till: the day's file names it, too."""


@dataclass(frozen=True)
class Outcome:
    """What became of an instruction or a reservation; refused ones leave no trace at the bank.

    `status` is the bank's: DONE and POSTED moved money, RESERVED holds it, VOIDED and EXPIRED
    gave it free, REFUSED says why in `code`.
    """

    key: str
    status: str
    code: str
    bank_ref: str
    posted_at: datetime | None

    @property
    def done(self) -> bool:
        """Tell if money has moved."""
        return self.status in ("DONE", "POSTED")


@dataclass(frozen=True)
class SignedFile:
    """What the bank wrote of a day, as it came; the signature is over these very bytes."""

    name: str
    data: bytes
    signature: str


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

    def reserve(self, instructions: Sequence[Instruction], *, seconds: int) -> list[Outcome]:
        """Have the money of each purchase held for its merchant, for so long at most."""

    def post(self, postings: Sequence[tuple[str, int]]) -> list[Outcome]:
        """Have what each (key, fen) holds given to its merchant, at most once."""

    def void(self, keys: Sequence[str]) -> list[Outcome]:
        """Have what is held given free; what was posted stays so, and the outcome says it."""

    def daily_file(self, day: date, n: int | None = None) -> SignedFile | None:
        """Return the n-th (None: the newest) file of a day; None while there is none."""

    def corporate_statement(self, day: date) -> SignedFile:
        """Return the corporate account's day: opening, lines, closing."""

    def is_genuine(self, file: SignedFile) -> bool:
        """Tell if the bank itself signed these bytes."""


def keys_of(said: str) -> dict[str, str]:
    """Return {key id: key in hex} out of `id:hex,id:hex`."""
    return dict(each.split(":", 1) for each in said.split(",") if each)


class HttpBank:
    """The bank behind HTTP, as docs/bank.md says."""

    def __init__(
        self, url: str, *, ours: Mapping[str, str], theirs: Mapping[str, str], told_at: str = ""
    ) -> None:
        """Speak with keys by their ids: the first of ours signs, each of theirs is believed.

        `told_at` is where the bank shall tell what it did, besides its answer; empty: nowhere.
        """
        self._given = (url, ours, theirs, told_at)
        self._told_at = told_at
        self._key_id, self._private = next(iter(ours.items()))
        self._theirs = theirs
        self._opened: set[str] = set()
        self._http = httpx.Client(
            base_url=f"{url.rstrip('/')}/bank/v1/",
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            trust_env=False,
        )

    def afresh(self) -> "HttpBank":
        """Return the same bank over connections of its own, as a forked process needs them."""
        url, ours, theirs, told_at = self._given
        return HttpBank(url, ours=ours, theirs=theirs, told_at=told_at)

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
        asked = [_said(each) for each in instructions]
        return self._outcomes("instructions", {"instructions": asked})

    def reserve(self, instructions: Sequence[Instruction], *, seconds: int) -> list[Outcome]:
        """Have the money of each purchase held for its merchant, for so long at most."""
        asked = [{**_said(each), "seconds": seconds} for each in instructions]
        return self._outcomes("reservations", {"holds": asked})

    def post(self, postings: Sequence[tuple[str, int]]) -> list[Outcome]:
        """Have what each (key, fen) holds given to its merchant, at most once."""
        asked = [{"key": key, "amount_fen": fen} for key, fen in postings]
        return self._outcomes("postings", {"postings": asked})

    def void(self, keys: Sequence[str]) -> list[Outcome]:
        """Have what is held given free; what was posted stays so, and the outcome says it."""
        return self._outcomes("voids", {"keys": list(keys)})

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

    def daily_file(self, day: date, n: int | None = None) -> SignedFile | None:
        """Return the n-th (None: the newest) file of a day; None while there is none."""
        try:
            data = self._get(f"files/{day:%Y%m%d}" + (f"?n={n}" if n else ""))
            number = n or int(data.partition(b"\n")[0].rpartition(b"=")[2])
            signature = self._get(f"files/{day:%Y%m%d}.sig?n={number}").decode()
        except BankRefuses as refusal:
            if refusal.code == "NO_FILE":
                return None
            raise
        return SignedFile(f"UNION_CCB_{day:%Y%m%d}_{number}.txt", data, signature.strip())

    def corporate_statement(self, day: date) -> SignedFile:
        """Return the corporate account's day: opening, lines, closing."""
        data = self._get(f"statements/{day:%Y%m%d}")
        signature = self._get(f"statements/{day:%Y%m%d}.sig").decode()
        return SignedFile(f"STATEMENT_CCB_{day:%Y%m%d}.txt", data, signature.strip())

    def is_genuine(self, file: SignedFile) -> bool:
        """Tell if the bank itself signed these bytes."""
        return self._believes(file.signature, file.data)

    def _outcomes(self, path: str, content: dict[str, Any]) -> list[Outcome]:
        answer = self._ask("POST", path, {**content, "notify_url": self._told_at})
        outcomes = outcomes_of(answer)
        if any(each.code == "UNKNOWN_WALLET" for each in outcomes):
            self._opened.clear()  # the bank does not know what we thought it knew
        return outcomes

    def _ask(self, method: str, path: str, content: object = None) -> dict[str, Any]:
        body = b"" if content is None else json.dumps(content).encode()
        answer: dict[str, Any] = json.loads(self._exchange(method, path, body))
        return answer

    def _get(self, path: str) -> bytes:
        return self._exchange("GET", path, b"")

    def _exchange(self, method: str, path: str, body: bytes) -> bytes:
        """Ask and return the answer's own bytes, believed by the bank's signature."""
        at = str(int(clock.now().timestamp()))
        request = self._http.build_request(method, path, content=body)
        said = _lines(method, request.url.raw_path.decode(), at, body=body)
        stamp = f"sm2,{self._key_id},{sm2.sign(self._private, said)}"
        request.headers.update({"X-Timestamp": at, "X-Signature": stamp})
        try:
            reply = self._http.send(request)
        except httpx.TransportError as error:
            raise BankSilent(f"{type(error).__name__}: {error}") from error
        head = reply.headers
        signed = _lines(
            str(reply.status_code), head.get("X-Timestamp", ""), stamp, body=reply.content
        )
        if not self._believes(head.get("X-Signature", ""), signed):
            raise BankSilent(f"an answer {reply.status_code} that is not signed")
        if not reply.is_success:
            answer = reply.json()
            raise BankRefuses(reply.status_code, str(answer.get("code")), str(answer.get("text")))
        return reply.content

    def _believes(self, stamps: str, data: bytes) -> bool:
        return is_stamped(stamps, data, self._theirs)


def is_stamped(stamps: str, data: bytes, believed: Mapping[str, str]) -> bool:
    """Tell if one of `sm2,<key id>,<base64>` (several, by blanks, while keys rotate) is right."""
    for each in stamps.split()[:4]:
        scheme, _, rest = each.partition(",")
        key_id, _, signature = rest.partition(",")
        public = believed.get(key_id) if scheme == "sm2" else None
        if public is not None and sm2.is_genuine(public, data, signature):
            return True
    return False


def their_keys() -> dict[str, str]:
    """Return the bank's keys that are believed; in the demonstration the simulated bank's."""
    theirs = keys_of(settings.BANK_THEIR_KEYS)
    return theirs or {
        key_id: sm2.public_of(private)
        for key_id, private in keys_of(settings.BANK_SANDBOX_KEYS).items()
    }


def notified(
    path: str, stamp: str, signature: str, body: bytes, *, at: datetime
) -> list[Outcome] | None:
    """Return what a notification tells, or None: it is not the bank's, or not of this hour."""
    if not stamp.isdecimal() or abs(at.timestamp() - int(stamp)) > SKEW_SECONDS:
        return None
    if not is_stamped(signature, _lines("POST", path, stamp, body=body), their_keys()):
        return None
    return outcomes_of(json.loads(body))


def outcomes_of(answer: Mapping[str, Any]) -> list[Outcome]:
    """Return the outcomes of an answer or a notification of the bank's."""
    return [_outcome(each) for each in answer["outcomes"]]


def _lines(*lines: str, body: bytes) -> bytes:
    return "\n".join([*lines, sm2.sm3(body)]).encode()


def _said(instruction: Instruction) -> dict[str, Any]:
    return {**asdict(instruction), "occurred_at": instruction.occurred_at.isoformat()}


def _outcome(given: dict[str, Any]) -> Outcome:
    moved = given["status"] in ("DONE", "POSTED")
    return Outcome(
        key=given["key"],
        status=given["status"],
        code=str(given.get("code") or ""),
        bank_ref=given["bank_ref"] or "",
        posted_at=datetime.fromisoformat(given["posted_at"]) if moved else None,
    )


def _in_batches(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))
