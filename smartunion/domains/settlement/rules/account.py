"""The corporate account's statement: opening + lines = closing, checked first. Pure."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime

from . import refusals

WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,15})")
"""A balance may be told as overdrawn."""

LEAST_LINES, COLUMNS = 3, 11


@dataclass(frozen=True)
class Entry:
    """One movement of the corporate account; one of the two amounts is nought. Fen."""

    number: int
    bank_ref: str
    key: str
    kind: str
    counterparty: str
    in_fen: int
    out_fen: int
    balance_fen: int


@dataclass(frozen=True)
class Account:
    """A day of the corporate account that adds up."""

    day: date
    opening_fen: int
    entries: tuple[Entry, ...]
    closing_fen: int


def read(name: str, data: bytes, *, day: date, before_fen: int | None) -> Account:
    """Return the day of the account; `before_fen` is how the last day that was read closed.

    :raises Refused: the file is not one, or the account does not add up
    """
    lines = data.decode("utf-8", "replace").split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    cells = [line.split("|") for line in lines]
    if len(cells) < LEAST_LINES or cells[0][0] != "H" or cells[1][0] != "O" or cells[-1][0] != "C":
        raise refusals.FileMalformed(name=name, line=1, what="应依次为 H、O、L、C 行")
    told = cells[0][2]
    if told != f"{day:%Y%m%d}":
        raise refusals.FileOfAnotherDay(asked=day.isoformat(), told=told)
    opening = _fen(name, 2, cells[1][1])
    if before_fen is not None and opening != before_fen:
        raise refusals.StatementDoesNotAdd(
            day=day.isoformat(), what="期初与上一日期末", due_fen=before_fen, told_fen=opening
        )
    entries, balance, digest = [], opening, hashlib.sha256()
    for number, (line, parts) in enumerate(zip(lines[2:-1], cells[2:-1], strict=True), 3):
        entry = _entry(name, number, parts)
        balance += entry.in_fen - entry.out_fen
        if entry.balance_fen != balance:
            raise refusals.StatementDoesNotAdd(
                day=day.isoformat(), what=f"第 {entry.number} 笔之后的余额", due_fen=balance,
                told_fen=entry.balance_fen,
            )  # fmt: skip
        digest.update(line.encode() + b"\n")
        entries.append(entry)
    _, closing, count, came, went, summed = cells[-1]
    for what, due, said in (
        ("期末", balance, closing),
        ("笔数", len(entries), count),
        ("收入合计", sum(each.in_fen for each in entries), came),
        ("支出合计", sum(each.out_fen for each in entries), went),
    ):
        if str(due) != said:
            raise refusals.StatementDoesNotAdd(
                day=day.isoformat(), what=what, due_fen=due, told_fen=said
            )
    if summed != digest.hexdigest():
        raise refusals.TrailerWrong(
            name=name, what="明细摘要", told=summed[:64], counted=digest.hexdigest()
        )
    return Account(day, opening, tuple(entries), balance)


def _entry(name: str, line: int, parts: list[str]) -> Entry:
    if len(parts) != COLUMNS or parts[0] != "L" or parts[1] != str(line - 2):
        raise refusals.FileMalformed(name=name, line=line, what="应为连续编号的 L 行，11 栏")
    _, number, ref, key, kind, other, came, went, balance, occurred, _ = parts
    try:
        datetime.fromisoformat(occurred)
    except ValueError as wrong:
        raise refusals.FileMalformed(name=name, line=line, what="时间读不出") from wrong
    amounts = [_fen(name, line, each) for each in (came, went, balance)]
    return Entry(int(number), ref, key, kind, other, amounts[0], amounts[1], amounts[2])


def _fen(name: str, line: int, text: str) -> int:
    if not WHOLE.fullmatch(text):
        raise refusals.AmountNotWholeFen(name=name, line=line, amount=text[:20])
    return int(text)
