"""The simulated bank as a real process over its real books, asked as docs/bank.md says."""

import hashlib
import json
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from smartunion.sandbox import sm2
from tests.bank import OPENING_FEN, SandboxProcess

NOON = "2025-03-05T12:00:00+08:00"


class Union:
    """The union's side: signs what it asks and checks what it hears.

    The bank's books live for the whole session, so every test has names of its own: `P-`, `M-`
    and every key carry the test's mark.
    """

    def __init__(self, bank: SandboxProcess) -> None:
        self.bank = bank
        self.mark, self.noon = uuid4().hex[:8], NOON
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
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        late_by: int = 0,
        key: tuple[str, str] | None = None,
    ) -> tuple[int, Any]:
        raw = json.dumps(body).encode() if body is not None else b""
        at = str(int(time.time()) - late_by)
        said = "\n".join([method, path, at, sm2.digest(raw)]).encode()
        stamp = sm2.stamp(*(key or ("UNION01", self.bank.private)), said)
        reply = self.http.request(
            method, path, content=raw, headers={"X-Timestamp": at, "X-Signature": stamp}
        )
        if reply.status_code in (503, 504):
            return reply.status_code, {}
        lines = [str(reply.status_code), reply.headers["X-Timestamp"], stamp]
        answered = "\n".join([*lines, sm2.digest(reply.content)]).encode()
        believed = {"CCB01": sm2.public_of(self.bank.bank_private)}
        assert sm2.is_stamped(reply.headers["X-Signature"], answered, believed)
        plain = reply.headers["Content-Type"].startswith("text/plain")
        return reply.status_code, reply.text if plain else reply.json()

    def order(self, key: str, kind: str, payer: str, payee: str, fen: object) -> dict[str, object]:
        return {
            "key": self.mark + key,
            "kind": kind,
            "payer": payer,
            "payee": payee,
            "amount_fen": fen,
            "occurred_at": self.noon,
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

    def reserve(self, key: str, fen: int, *, seconds: int = 60) -> dict[str, Any]:
        order = self.order(key, "PAY", self.lin, self.canteen, fen)
        return self.one("reservations", {"holds": [{**order, "seconds": seconds}]})

    def post(self, key: str, fen: int) -> dict[str, Any]:
        return self.one("postings", {"postings": [{"key": self.mark + key, "amount_fen": fen}]})

    def void(self, key: str) -> dict[str, Any]:
        return self.one("voids", {"keys": [self.mark + key]})

    def one(self, path: str, body: object) -> dict[str, Any]:
        status, answer = self.ask("POST", f"/bank/v1/{path}", body)
        assert status == 200
        outcome: dict[str, Any] = answer["outcomes"][0]
        return outcome

    def a_day(self) -> str:
        """Let everything occur on a day of this test's own."""
        self.on = date(1990, 1, 1) + timedelta(days=int(self.mark, 16) % 10_000)
        self.noon = f"{self.on}T12:00:00+08:00"
        return f"{self.on:%Y%m%d}"

    def file(self, day: str, n: int) -> tuple[str, list[list[str]]]:
        status, text = self.ask("GET", f"/bank/v1/files/{day}?n={n}")
        if status == 404:
            return "", []
        stamp = self.ask("GET", f"/bank/v1/files/{day}.sig?n={n}")[1]
        believed = {"CCB01": sm2.public_of(self.bank.bank_private)}
        assert sm2.is_stamped(stamp, text.encode(), believed), "the bank's signature"
        return text, [line.split("|") for line in text.splitlines() if line.startswith("D|")]

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
    guessed = "5" * 64
    assert union.ask("GET", path, key=("UNION01", guessed))[1]["code"] == "WRONG_SIGNATURE"
    assert union.ask("GET", path, key=("UNION09", guessed))[1]["code"] == "WRONG_SIGNATURE"
    assert union.ask("GET", path, late_by=301)[1]["code"] == "STALE_CLOCK"
    assert union.ask("GET", path, late_by=290)[0] == 200
    assert union.http.get(path).status_code == 401


def test_a_key_that_is_being_retired_is_still_believed(union: Union) -> None:
    path = "/bank/v1/wallets/CORPORATE"
    assert union.ask("GET", path, key=("UNION00", union.bank.retiring))[0] == 200
    assert union.ask("GET", path, key=("UNION00", union.bank.private))[0] == 401


def test_money_is_held_then_posted_once_and_never_more_than_was_held(union: Union) -> None:
    union.allot("A1", 200_00)
    assert union.reserve("P1", 150_00)["status"] == "RESERVED"
    assert union.reserve("P1", 150_00)["replayed"] is True
    assert union.reserve("P1", 140_00)["code"] == "KEY_REUSED"
    assert union.pay("P2", 60_00)["code"] == "INSUFFICIENT", "what is held is not there for others"
    assert union.post("P1", 150_01)["code"] == "TOO_MUCH"
    posted = union.post("P1", 120_00)
    assert (posted["status"], posted["replayed"]) == ("POSTED", False)
    again = union.post("P1", 120_00)
    assert (again["bank_ref"], again["replayed"]) == (posted["bank_ref"], True)
    assert union.post("P1", 100_00)["code"] == "KEY_REUSED"
    assert union.void("P1")["status"] == "POSTED", "void after post changes nothing and says so"
    assert union.balance(union.lin) == 80_00
    assert union.balance(union.canteen) == 120_00
    assert union.pay("P2", 80_00)["status"] == "DONE", "the rest of what was held is free again"


def test_what_was_voided_or_expired_is_never_posted(union: Union) -> None:
    union.allot("A1", 100_00)
    assert union.void("P0")["status"] == "VOIDED"
    assert union.reserve("P0", 1)["code"] == "VOIDED", "it came after its own void"
    assert union.pay("P0", 1)["code"] == "KEY_REUSED"
    union.reserve("P1", 100_00)
    assert union.void("P1")["status"] == union.void("P1")["status"] == "VOIDED"
    assert union.post("P1", 100_00)["code"] == "VOIDED"
    assert union.reserve("P2", 100_00, seconds=1)["status"] == "RESERVED"
    time.sleep(1.1)
    assert union.post("P2", 100_00)["code"] == "EXPIRED"
    assert union.post("P3", 1)["code"] == "UNKNOWN_KEY"
    assert union.pay("P4", 100_00)["status"] == "DONE", "an expired hold holds nothing"
    keys = [f"{union.mark}P{n}" for n in range(5)]
    known = union.ask("POST", "/bank/v1/queries", {"keys": keys})[1]["outcomes"]
    said = {each["key"][-2:]: each["status"] for each in known}
    assert said == {"P0": "VOIDED", "P1": "VOIDED", "P2": "EXPIRED", "P4": "DONE"}


def test_the_file_of_a_day_holds_its_lines_its_sums_and_the_bank_s_signature(union: Union) -> None:
    day = union.a_day()
    union.allot("A1", 200_00)
    union.pay("P1", 30_00)
    union.move("R1", "REFUND", union.canteen, union.lin, 10_00)
    union.move("B1", "RETURN", union.lin, "CORPORATE", 1_00)
    union.reserve("P2", 20_00)
    union.reserve("P3", 10_00)
    union.void("P3")
    text, lines = union.file(day, 1)
    assert text.startswith(f"H|1.0|{day}|UNION01|CCB|CNY|seq=1\n")
    kinds = [(line[2], line[3][-2:], line[8], line[12]) for line in lines]
    assert kinds == [
        ("ALLOC", "A1", "20000", "S"), ("PAY", "P1", "3000", "S"), ("REFUND", "R1", "1000", "S"),
        ("ADJ", "B1", "100", "S"), ("PAY", "P2", "2000", "P"), ("VOID", "P3", "1000", "V"),
    ]  # fmt: skip
    assert lines[1][5] == hashlib.sha256(union.lin.encode()).hexdigest()[:16]
    assert lines[1][6] == union.canteen
    body = "".join(f"{'|'.join(line)}\n" for line in lines)
    digest = hashlib.sha256(body.encode()).hexdigest()
    assert text.endswith(f"T|6|3000|1000|0|{digest}\n")
    union.pay("P9", 1_00)
    assert union.file(day, 1)[0] == text, "what was handed out stays what it was"
    assert len(union.file(day, 2)[1]) == 7, "the next number holds what came later"
    assert union.file(day, 4) == ("", [])
    today = datetime.now(UTC) + timedelta(days=1)
    assert union.file(f"{today:%Y%m%d}", 1) == ("", []), "that day is not over"
    assert union.ask("GET", "/bank/v1/files/yesterday")[0] == 400


def test_each_fault_of_a_file_is_the_one_that_was_asked_for(union: Union) -> None:
    day = union.a_day()
    union.allot("A1", 200_00)
    for number in range(5):
        union.pay(f"P{number}", 1_00 + number)
    whole = union.file(day, 1)[1]

    def struck(n: int, fault: str, count: int = 1) -> list[list[str]]:
        union.http.post("/faults", data={fault: str(count), "seed": "7"})
        return [line[2:] for line in union.file(day, n)[1]]

    right = [line[2:] for line in whole]
    assert len([line for line in struck(2, "file_missing", 2) if line in right]) == 4
    extra = struck(3, "file_extra")
    assert [line[1][:7] for line in extra if line not in right] == ["NOBODY-"]
    (changed,) = [line for line in struck(4, "file_amount") if line not in right]
    assert any(changed[1] == line[1] and int(changed[6]) == int(line[6]) + 1 for line in right)
    assert [line[10] for line in struck(5, "file_failed") if line not in right] == ["F"]
    assert len(struck(6, "file_twice")) == 7
    assert [line[6][-3:] for line in struck(7, "file_decimal") if line not in right] == [".00"]
    union.http.post("/faults", data={"file_trailer": "1"})
    text, lines = union.file(day, 8)
    body = "".join(f"{'|'.join(line)}\n" for line in lines)
    assert hashlib.sha256(body.encode()).hexdigest() not in text
    union.http.post("/faults", data={"file_signature": "1"})
    with pytest.raises(AssertionError, match="the bank's signature"):
        union.file(day, 9)
    union.http.post("/faults", data={"file_yesterday": "1"})
    assert union.file(day, 10) != union.file(day, 1)
    assert [line[2:] for line in union.file(day, 11)[1]] == right, "and then it is right again"


def test_the_corporate_statement_s_opening_and_lines_give_its_closing(union: Union) -> None:
    day = union.a_day()
    union.allot("A1", 200_00)
    union.move("B1", "RETURN", union.lin, "CORPORATE", 50_00)
    union.http.post("/faults", data={"interest_fen": "321", "interest_on": union.on.isoformat()})
    text = union.ask("GET", f"/bank/v1/statements/{day}")[1]
    rows = [line.split("|") for line in text.splitlines()]
    opening, closing = int(rows[1][1]), int(rows[-1][1])
    lines = rows[2:-1]
    assert [(line[4], line[6], line[7]) for line in lines] == [
        ("ALLOC", "0", "20000"), ("ADJ", "5000", "0"), ("INTEREST", "321", "0"),
    ]  # fmt: skip
    assert opening - 200_00 + 50_00 + 3_21 == closing == int(lines[-1][8])
    next_day = f"{union.on + timedelta(days=1):%Y%m%d}"
    after = union.ask("GET", f"/bank/v1/statements/{next_day}")[1]
    assert f"O|{closing}\n" in after


def test_a_bank_that_is_down_or_loses_requests_has_done_nothing(union: Union) -> None:
    union.http.post("/faults", data={"lose_requests": "1"})
    body = {"instructions": [union.order("A1", "ALLOC", "CORPORATE", union.lin, 1)]}
    assert union.ask("POST", "/bank/v1/instructions", body)[0] == 504
    assert union.ask("GET", f"/bank/v1/instructions/{union.mark}A1")[0] == 404
    union.http.post("/faults", data={"down": "1"})
    assert union.ask("GET", "/bank/v1/wallets/CORPORATE")[0] == 503
    union.http.post("/faults", data={"wrong_signatures": "1"})
    with pytest.raises(AssertionError):
        union.ask("GET", "/bank/v1/wallets/CORPORATE")
    assert union.ask("GET", "/bank/v1/wallets/CORPORATE")[0] == 200


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
