"""The simulated bank as a real process over its real books, asked as docs/bank.md says."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from smartunion.sandbox.signing import signature
from tests.bank import OPENING_FEN, SandboxProcess

NOON = "2025-03-05T12:00:00+08:00"


class Union:
    """The union's side: signs what it asks and checks what it hears.

    The bank's books live for the whole session, so every test has names of its own: `P-`, `M-`
    and every key carry the test's mark.
    """

    def __init__(self, bank: SandboxProcess) -> None:
        self.bank = bank
        self.mark = uuid4().hex[:8]
        self.lin, self.canteen = f"P-{self.mark}", f"M-{self.mark}"
        self.http = httpx.Client(base_url=bank.url)
        self.ask(
            "POST",
            "/bank/v1/wallets",
            {
                "wallets": [
                    {"reference": self.lin, "kind": "personal", "holder": "林晓梅"},
                    {"reference": self.canteen, "kind": "merchant", "holder": "第一食堂"},
                ]
            },
        )

    def ask(
        self, method: str, path: str, body: Any = None, *, late_by: int = 0, secret: str = ""
    ) -> tuple[int, dict[str, Any]]:
        raw = json.dumps(body).encode() if body is not None else b""
        at = str(int(time.time()) - late_by)
        mac = signature((secret or self.bank.secret).encode(), method, path, at, body=raw)
        reply = self.http.request(
            method,
            path,
            content=raw,
            headers={"X-Key-Id": self.bank.key_id, "X-Timestamp": at, "X-Signature": mac},
        )
        if reply.status_code == 504:
            return 504, {}
        right = signature(
            self.bank.secret.encode(),
            str(reply.status_code),
            reply.headers["X-Timestamp"],
            mac,
            body=reply.content,
        )
        assert reply.headers["X-Signature"] == right
        return reply.status_code, reply.json()

    def order(self, key: str, kind: str, payer: str, payee: str, fen: object) -> dict[str, object]:
        return {
            "key": self.mark + key,
            "kind": kind,
            "payer": payer,
            "payee": payee,
            "amount_fen": fen,
            "occurred_at": NOON,
        }

    def move(self, key: str, kind: str, payer: str, payee: str, fen: int) -> dict[str, Any]:
        status, answer = self.ask(
            "POST",
            "/bank/v1/instructions",
            {"instructions": [self.order(key, kind, payer, payee, fen)]},
        )
        assert status == 200
        outcome: dict[str, Any] = answer["outcomes"][0]
        return outcome

    def allot(self, key: str, fen: int) -> dict[str, Any]:
        return self.move(key, "ALLOC", "CORPORATE", self.lin, fen)

    def pay(self, key: str, fen: int) -> dict[str, Any]:
        return self.move(key, "PAY", self.lin, self.canteen, fen)

    def balance(self, reference: str) -> int:
        return int(self.ask("GET", f"/bank/v1/wallets/{reference}")[1]["balance_fen"])


@pytest.fixture
def union(bank: SandboxProcess) -> Iterator[Union]:
    ours = Union(bank)
    yield ours
    ours.http.post("/faults", data={})
    ours.http.close()


@pytest.mark.clause("R041")
def test_the_corporate_wallet_funds_a_personal_one_which_pays_a_merchant(union: Union) -> None:
    before = union.balance("CORPORATE")
    assert union.allot("A1", 200_00)["status"] == "DONE"
    assert union.pay("P1", 30_00)["status"] == "DONE"
    assert union.move("R1", "REFUND", union.canteen, union.lin, 10_00)["status"] == "DONE"
    assert union.balance("CORPORATE") == before - 200_00
    assert union.balance(union.lin) == 180_00
    assert union.balance(union.canteen) == 20_00


def test_the_same_key_moves_the_money_once_and_another_order_under_it_is_refused(
    union: Union,
) -> None:
    first = union.allot("A1", 200_00)
    again = union.allot("A1", 200_00)
    assert (again["bank_ref"], again["replayed"]) == (first["bank_ref"], True)
    assert union.allot("A1", 100_00)["code"] == "KEY_REUSED"
    assert union.balance(union.lin) == 200_00


def test_a_lost_answer_is_found_by_its_key(union: Union) -> None:
    union.http.post("/faults", data={"lose_answers": "1"})
    body = {"instructions": [union.order("A1", "ALLOC", "CORPORATE", union.lin, 200_00)]}
    assert union.ask("POST", "/bank/v1/instructions", body)[0] == 504
    assert union.ask("GET", f"/bank/v1/instructions/{union.mark}A1")[1]["status"] == "DONE"
    assert union.ask("GET", f"/bank/v1/instructions/{union.mark}A2")[0] == 404
    keys = [f"{union.mark}A1", f"{union.mark}A2"]
    known = union.ask("POST", "/bank/v1/queries", {"keys": keys})[1]["outcomes"]
    assert [outcome["key"] for outcome in known] == keys[:1]


def test_a_refusal_leaves_no_trace_so_the_key_may_come_again(union: Union) -> None:
    assert union.pay("P1", 1)["code"] == "INSUFFICIENT"
    assert union.allot("A1", 1)["status"] == "DONE"
    assert union.pay("P1", 1)["status"] == "DONE"


def test_the_bank_refuses_by_a_code(union: Union) -> None:
    assert union.move("1", "PAY", union.lin, "M-nobody", 1)["code"] == "UNKNOWN_WALLET"
    assert union.move("2", "PAY", union.canteen, union.lin, 1)["code"] == "WRONG_ROUTE"
    assert union.move("3", "ALLOC", "CORPORATE", union.canteen, 1)["code"] == "WRONG_ROUTE"
    assert union.allot("4", OPENING_FEN + 1)["code"] == "INSUFFICIENT"


@pytest.mark.parametrize("amount", [0, -1, 1.5, "100", True, None])
def test_an_amount_is_whole_fen_above_zero(union: Union, amount: object) -> None:
    body = {"instructions": [union.order("A1", "ALLOC", "CORPORATE", union.lin, amount)]}
    assert union.ask("POST", "/bank/v1/instructions", body)[0] == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"key": ""},
        {"key": "x" * 81},
        {"kind": "OPENING"},
        {"occurred_at": "now"},
        {"occurred_at": "2025-03-05T12:00"},
        {"payer": None},
    ],
)
def test_what_is_not_shaped_as_written_is_refused_whole(
    union: Union, changed: dict[str, object]
) -> None:
    good = union.order("A1", "ALLOC", "CORPORATE", union.lin, 1)
    body = {"instructions": [good, {**good, **changed}]}
    assert union.ask("POST", "/bank/v1/instructions", body)[0] == 400
    assert union.balance(union.lin) == 0


@pytest.mark.parametrize("body", [None, [], {"instructions": {}}, {"instructions": [1] * 501}])
def test_what_is_no_list_of_at_most_five_hundred_is_refused(union: Union, body: object) -> None:
    assert union.ask("POST", "/bank/v1/instructions", body)[0] == 400


def test_a_wrong_signature_or_a_stale_clock_is_not_believed(union: Union) -> None:
    path = "/bank/v1/wallets/CORPORATE"
    assert union.ask("GET", path, secret="guessed")[1]["code"] == "WRONG_SIGNATURE"
    assert union.ask("GET", path, late_by=301)[1]["code"] == "STALE_CLOCK"
    assert union.ask("GET", path, late_by=290)[0] == 200
    assert union.http.get(path).status_code == 401


def test_the_statement_of_a_day_lists_what_occurred_on_it(union: Union) -> None:
    number = int(union.allot("A1", 200_00)["bank_ref"].rsplit("-")[-1])
    day = union.ask("GET", f"/bank/v1/statements/2025-03-05?after={number - 1}")[1]
    assert [(p["key"], p["amount_fen"]) for p in day["postings"]] == [(f"{union.mark}A1", 200_00)]
    assert day["has_more"] is False
    other = union.ask("GET", f"/bank/v1/statements/2025-03-06?after={number - 1}")[1]
    assert other["postings"] == [], "that day had other postings before, and none of ours"
    assert union.ask("GET", "/bank/v1/statements/yesterday")[0] == 400


def test_postings_can_be_neither_changed_nor_removed(bank: SandboxProcess) -> None:
    with psycopg.connect(bank.database) as connection:
        for change in ("DELETE FROM bank.posting", "UPDATE bank.posting SET amount_fen = 1"):
            with pytest.raises(psycopg.errors.RaiseException), connection.transaction():
                connection.execute(change)


def test_every_balance_together_is_zero_and_the_page_says_that_it_is_simulated(
    union: Union,
) -> None:
    union.allot("A1", 200_00)
    page = union.http.get("/").text
    assert "模拟银行" in page
    assert "林晓梅" in page
    with psycopg.connect(union.bank.database) as connection:
        assert connection.execute("SELECT sum(balance_fen) FROM bank.wallet").fetchone() == (0,)


def test_the_bank_keeps_its_own_time(union: Union) -> None:
    before = datetime.now(UTC)
    posted = union.allot("A1", 1)["posted_at"]
    assert before <= datetime.fromisoformat(posted) <= datetime.now(UTC)
