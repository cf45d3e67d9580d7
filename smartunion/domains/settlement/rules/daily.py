"""The bank's daily file as it is read: H, D and T lines, whole fen, nothing guessed. Pure.

`H|1.0|yyyymmdd|union|bank|CNY|seq=n`, then one `D` line for each movement, then
`T|count|sum_pay|sum_refund|sum_interest|sha256 of the D lines`. A reader is fed lines one by one,
so that a day of any size is read in the same room; the trailer is judged before a row is used.
"""

import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from . import refusals

KINDS = frozenset({"PAY", "REFUND", "VOID", "SUBSIDY", "ALLOC", "INTEREST", "ADJ"})
STATES = frozenset("SPVF")
"""Booked, reserved and not yet booked, released, failed."""

MARKED = re.compile(r"[0-9a-f]{8}-")
WHOLE = re.compile(r"0|[1-9][0-9]{0,15}")
COLUMNS, HEAD_COLUMNS, END_COLUMNS = 13, 7, 6
UNPRINTED = re.compile(rb"[\x00-\x1f\x7f\\]")
LONGEST = {"我方凭据": 80, "银行流水号": 64, "钱包摘要": 16, "商户": 40, "终端流水": 60}
"""How long a value may be, as the table keeps it."""

Row = tuple[
    int, str, str, str, str, str, str, int, int, datetime, datetime | None, str
]  # fmt: skip
"""number, kind, key, bank_ref, wallet, merchant, terminal, fen, points, occurred, settled, state"""


@dataclass(frozen=True)
class Head:
    """What the first line says: whose day, and the how-manieth time it is sent."""

    day: date
    number: int


@dataclass
class Sums:
    """What the trailer must say, counted line by line. Amounts in fen."""

    count: int = 0
    pay_fen: int = 0
    refund_fen: int = 0
    interest_fen: int = 0


class Daily:
    """One file as it is read; after the last row `sums` holds what its trailer was found to say."""

    def __init__(
        self, name: str, body: BinaryIO, *, day: date, mark: str, merchants: Collection[str]
    ) -> None:
        """Look at the head; `merchants` are the references that the house knows.

        `body` is read from its beginning, line by line, and never held whole.

        `mark` is this installation's: lines of another at the same bank count for the trailer,
        and are not given.

        :raises Refused: the head is not one, or of another day
        """
        self.name, self.body, self.merchants = name, body, merchants
        self.mark = mark
        self.sums = Sums()
        body.seek(0)
        self.head = self._head(body.readline().removesuffix(b"\n"))
        self._begin = body.tell()
        if self.head.day != day:
            raise refusals.FileOfAnotherDay(asked=day.isoformat(), told=self.head.day.isoformat())

    def rows(self) -> Iterator[Row]:
        """Give the rows one by one, once count and digest of the lines are what the trailer says.

        Its sums are judged last. :raises Refused: the line that is wrong, by its number in the file
        """
        last, trailer = self._weighed()
        self.body.seek(self._begin)
        for number, raw in self._lines():
            if number == last:
                break
            row = self._row(number, raw)
            self._count(row)
            if not self._is_anothers(row[2] or row[5]):
                yield row
        sums = self.sums
        self._judge(
            ("消费合计", trailer[2], sums.pay_fen), ("退款合计", trailer[3], sums.refund_fen),
            ("利息合计", trailer[4], sums.interest_fen),
        )  # fmt: skip

    def _weighed(self) -> tuple[int, list[str]]:
        """Return the trailer with its line's number; nothing else is looked into before it holds.

        A file that broke on its way is refused in the time that it takes to read it.
        """
        digest, trailer, last = hashlib.sha256(), b"", 0
        for number, raw in self._lines():
            if last:
                raise self._malformed(number, "文件尾之后还有内容")
            if raw.startswith(b"T|"):
                last, trailer = number, raw
            else:
                digest.update(raw + b"\n")
        parts = trailer.decode("utf-8", "replace").split("|")
        if not last:
            raise self._malformed(2, "没有文件尾")
        if len(parts) != END_COLUMNS:
            raise self._malformed(last, "文件尾应有 6 栏")
        self._judge(
            ("行数", parts[1], last - 2), ("明细摘要", parts[5], digest.hexdigest()),
        )  # fmt: skip
        return last, parts

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Give (number, line) after the head without holding them all."""
        for number, raw in enumerate(self.body, 2):
            if not raw.endswith(b"\n"):
                raise self._malformed(number, "最后一行没有换行，文件不完整")
            yield number, raw[:-1]

    def _head(self, raw: bytes) -> Head:
        parts = raw.decode("utf-8", "replace").split("|")
        if len(parts) != HEAD_COLUMNS or parts[:2] != ["H", "1.0"] or parts[5] != "CNY":
            raise self._malformed(1, "文件头应为 H|1.0|日期|单位|银行|CNY|seq=序号")
        try:
            day = date.fromisoformat(parts[2])
            return Head(day, int(parts[6].removeprefix("seq=")))
        except ValueError as wrong:
            raise self._malformed(1, "文件头的日期或序号读不出") from wrong

    def _cells(self, number: int, raw: bytes) -> list[str]:
        """Return a line's values: as many as there must be, none too long, nothing unprinted."""
        try:
            parts = raw.decode("utf-8").split("|")
        except UnicodeDecodeError as wrong:
            raise self._malformed(number, "不是 UTF-8") from wrong
        if UNPRINTED.search(raw):
            raise self._malformed(number, "有控制字符或反斜杠")
        if len(parts) != COLUMNS or parts[0] != "D":
            raise self._malformed(number, f"应有 {COLUMNS} 栏，实有 {len(parts)} 栏")
        for (what, most), value in zip(LONGEST.items(), parts[3:8], strict=True):
            if len(value) > most:
                raise self._malformed(number, f"{what}有 {len(value)} 个字，最多 {most}")
        return parts

    def _row(self, number: int, raw: bytes) -> Row:
        parts = self._cells(number, raw)
        _, n, kind, key, ref, wallet, merchant, terminal, ecny, points, occurred, settled, state = (
            parts
        )
        if n != str(number - 1):
            raise self._malformed(number, f"明细序号应为 {number - 1}，写的是 {n}")
        if kind not in KINDS or state not in STATES or not ref:
            raise self._malformed(number, f"种类「{kind}」、状态「{state}」或银行流水号不认得")
        for amount in (ecny, points):
            if not WHOLE.fullmatch(amount):
                raise refusals.AmountNotWholeFen(name=self.name, line=number, amount=amount[:20])
        known = merchant in self.merchants or self._is_anothers(merchant)
        if merchant and not known:
            raise refusals.MerchantUnknown(name=self.name, line=number, merchant=merchant[:40])
        try:
            moment = datetime.fromisoformat(occurred)
            booked = datetime.fromisoformat(settled) if settled else None
        except ValueError as wrong:
            raise self._malformed(number, "时间读不出") from wrong
        if moment.tzinfo is None or (booked is not None and booked.tzinfo is None):
            raise self._malformed(number, "时间没有写明时区")
        return (
            number - 1, kind, key, ref, wallet, merchant, terminal, int(ecny), int(points),
            moment, booked, state,
        )  # fmt: skip

    def _is_anothers(self, reference: str) -> bool:
        """Tell if a key or a reference bears the mark of another installation."""
        return bool(MARKED.match(reference)) and not reference.startswith(f"{self.mark}-")

    def _count(self, row: Row) -> None:
        """Count the row for the trailer. That none comes twice, whoever keeps the rows asks."""
        kind, ecny, state = row[1], row[7], row[11]
        sums = self.sums
        sums.count += 1
        if state == "S":
            sums.pay_fen += ecny if kind == "PAY" else 0
            sums.refund_fen += ecny if kind == "REFUND" else 0
            sums.interest_fen += ecny if kind == "INTEREST" else 0

    def _judge(self, *each: tuple[str, str, int | str]) -> None:
        for what, told, counted in each:
            if told != str(counted):
                raise refusals.TrailerWrong(
                    name=self.name, what=what, told=told[:64], counted=counted
                )

    def _malformed(self, line: int, what: str) -> refusals.FileMalformed:
        return refusals.FileMalformed(name=self.name, line=line, what=what)
