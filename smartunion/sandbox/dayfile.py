"""What the bank writes of a day: the file of all that moved, the corporate account's statement."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from .books import CAMPUS, CORPORATE
from .faults import Faults

Row = dict[str, Any]

TYPES = {"RETURN": "ADJ"}
"""Kinds of instruction that the file calls by another name."""


@dataclass(frozen=True)
class Line:
    """One line of the day's file; every value as it is written."""

    type: str
    our_key: str
    bank_ref: str
    wallet_hash: str
    merchant: str
    terminal: str
    ecny_fen: str
    occurred_at: str
    settled_at: str
    status: str

    def text(self, number: int) -> str:
        """Return the line as it stands in the file."""
        return (
            f"D|{number}|{self.type}|{self.our_key}|{self.bank_ref}|{self.wallet_hash}"
            f"|{self.merchant}|{self.terminal}|{self.ecny_fen}|0|{self.occurred_at}"
            f"|{self.settled_at}|{self.status}\n"
        )


def lines(rows: Sequence[Row], mark: str) -> list[Line]:
    """Return a day's rows as lines; nobody's name is in them."""
    return [_line(row, mark) for row in rows]


def file_text(day: date, n: int, written: Sequence[Line], *, wrong_trailer: bool = False) -> str:
    """Return the whole file: header, lines, trailer."""
    body = "".join(line.text(number) for number, line in enumerate(written, 1))
    sums = [
        sum(int(line.ecny_fen.partition(".")[0]) for line in written
            if line.type == kind and line.status == "S")
        for kind in ("PAY", "REFUND", "INTEREST")
    ]  # fmt: skip
    if wrong_trailer:
        sums[0] += 1
    digest = hashlib.sha256(body.encode() + b"?" * wrong_trailer).hexdigest()
    tail = "|".join(str(each) for each in (len(written), *sums, digest))
    return f"H|1.0|{day:%Y%m%d}|UNION01|CCB|CNY|seq={n}\n{body}T|{tail}\n"


def struck(written: Sequence[Line], faults: Faults) -> list[Line]:
    """Return the lines as the faults leave them; the seed says which are hit."""
    hit = list(written)

    def some(count: int) -> list[int]:
        money = [at for at, line in enumerate(hit) if line.status == "S" and line.our_key]
        return sorted(money, key=lambda at: _luck(faults.seed, hit[at].bank_ref))[:count]

    for at in sorted(some(faults.file_missing), reverse=True):
        del hit[at]
    for at in some(faults.file_amount):
        hit[at] = replace(hit[at], ecny_fen=str(int(hit[at].ecny_fen) + 1))
    for at in some(faults.file_failed):
        hit[at] = replace(hit[at], status="F")
    for at in some(faults.file_merchant):
        hit[at] = replace(hit[at], merchant="M-NOBODY")
    for at in some(faults.file_twice):
        hit.append(hit[at])
    for number in range(faults.file_extra if written else 0):
        like, luck = written[number % len(written)], _luck(faults.seed, f"extra {number}")
        hit.append(
            replace(
                like, type="PAY", our_key=f"NOBODY-{luck[:8]}",
                bank_ref=f"{like.bank_ref}-X{number}", ecny_fen=str(100 + int(luck, 16) % 4900),
                status="S", settled_at=like.settled_at or like.occurred_at,
            )
        )  # fmt: skip
    for at in some(faults.file_decimal):
        hit[at] = replace(hit[at], ecny_fen=f"{hit[at].ecny_fen}.00")
    return hit


def statement_text(day: date, opening_fen: int, rows: Sequence[Row], mark: str) -> str:
    """Return the corporate account's day: opening, lines, closing."""
    balance, sum_in, sum_out, body = opening_fen, 0, 0, ""
    mine = [row for row in rows if CORPORATE in (row["payer"], row["payee"])]
    for number, row in enumerate(mine, 1):
        inward = row["payee"] == CORPORATE
        came, went = (row["amount_fen"], 0) if inward else (0, row["amount_fen"])
        balance, sum_in, sum_out = balance + came - went, sum_in + came, sum_out + went
        other = row["payer"] if inward else row["payee"]
        body += (
            f"L|{number}|{_reference(row, mark)}|{_key(row)}|{TYPES.get(row['kind'], row['kind'])}"
            f"|{other}|{came}|{went}|{balance}|{_moment(row['occurred_at'])}"
            f"|{_moment(row['settled_at'])}\n"
        )
    digest = hashlib.sha256(body.encode()).hexdigest()
    return (
        f"H|1.0|{day:%Y%m%d}|UNION01|CCB|CNY|CORPORATE\nO|{opening_fen}\n{body}"
        f"C|{balance}|{len(mine)}|{sum_in}|{sum_out}|{digest}\n"
    )


def _luck(seed: int, what: str) -> str:
    """Return where the dice of a seed fall for something: the same again, whoever throws."""
    return hashlib.sha256(f"{seed} {what}".encode()).hexdigest()


def _line(row: Row, mark: str) -> Line:
    sides = {row["payer_kind"]: row["payer"], row["payee_kind"]: row["payee"]}
    wallet = sides.get("personal", "")
    return Line(
        type=str(TYPES.get(row["kind"], row["kind"])),
        our_key=_key(row),
        bank_ref=_reference(row, mark),
        wallet_hash=hashlib.sha256(wallet.encode()).hexdigest()[:16] if wallet else "",
        merchant=sides.get("merchant", ""),
        terminal=row["terminal"],
        ecny_fen=str(row["amount_fen"]),
        occurred_at=_moment(row["occurred_at"]),
        settled_at=_moment(row["settled_at"]),
        status=row["status"],
    )


def _key(row: Row) -> str:
    return "" if row["kind"] == "INTEREST" else str(row["key"])


def _reference(row: Row, mark: str) -> str:
    number = row["posting_id"]
    return f"{mark}-{number}" if number else f"{mark}-R{row['reservation_id']}"


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(CAMPUS).isoformat(timespec="seconds")
