"""A bank's file is used whole or not at all; what is refused says why and is kept."""

import tempfile
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import pytest

from smartunion.domains.settlement import jobs
from smartunion.domains.settlement.actions import importing
from smartunion.domains.settlement.models import AccountDay, BankFile, BankLine
from smartunion.domains.settlement.reads import desk
from smartunion.domains.wallet.gateways import SignedFile
from smartunion.domains.wallet.models import BankFeed
from smartunion.site.audits import SETTLEMENT

from .conftest import DAY, MARK, NIGHT, Bank, Said, account, written

pytestmark = pytest.mark.django_db

GOOD = Said("INTEREST", "", "260101-1", 321)


KEY = f"{MARK}-allotment:9"
LINES = [GOOD, Said("ALLOC", KEY, "260101-2", 20_000, 7)]
NOBODY = f"{MARK}-M999999"


def altered(was: bytes, now: bytes) -> bytes:
    """Return the good file with something else in its lines, and a trailer that agrees."""
    head, _, rest = written(LINES).partition(b"\n")
    body, _, trailer = rest.rpartition(b"T|")
    body = body.replace(was, now)
    end = trailer.rpartition(b"|")[0]
    return head + b"\n" + body + b"T|" + end + b"|" + sha256(body).hexdigest().encode() + b"\n"


BAD = {
    "a wrong signature": ("file_signature_wrong", written(LINES), "签名"),
    "yesterday's file today": (
        "file_of_another_day", written(LINES, day=DAY.replace(day=9)), "文件头写的是 2025-03-09",
    ),
    "an amount with decimals": (
        "amount_not_whole_fen", written([Said("INTEREST", "", "260101-1", "15.00")]),
        "第 2 行的金额是「15.00」",
    ),
    "a negative amount": (
        "amount_not_whole_fen", written([Said("INTEREST", "", "260101-1", "-5")]), "「-5」",
    ),
    "an unknown merchant": (
        "merchant_unknown",
        written([Said("PAY", f"{MARK}-payment:1", "260101-1", 100, 7, NOBODY)]), "M999999",
    ),
    "a line twice": (
        "line_twice", written([*LINES, GOOD]), "第 4 行与前面一行是同一笔（260101-1）",
    ),
    "a key twice under two numbers": (
        "line_twice", written([*LINES, Said("ALLOC", KEY, "260101-3", 20_000, 7)]), "allotment:9",
    ),
    "a sum in the trailer": ("trailer_wrong", written(LINES, interest=322), "利息合计"),
    "a count in the trailer": ("trailer_wrong", written(LINES, count=3), "行数"),
    "a hash in the trailer": ("trailer_wrong", written(LINES, digest="0" * 64), "明细摘要"),
    "no trailer": ("file_malformed", written(LINES).rpartition(b"T|")[0], "没有文件尾"),
    "cut off in its last line": ("file_malformed", written(LINES)[:-1], "最后一行没有换行"),
    "more after the trailer": ("file_malformed", written(LINES) + b"D|3\n", "文件尾之后"),
    "no file at all": ("file_malformed", b"<html>502 Bad Gateway</html>", "文件头"),
    "an empty file": ("file_malformed", b"", "文件头"),
    "a line without a number": (
        "file_malformed", altered(b"D|2|", b"D|7|"), "明细序号应为 2",
    ),
    "a time without a zone": (
        "file_malformed", altered(b"12:00:00+08:00", b"12:00:00"), "时区",
    ),
    "lines that end as on another system": (
        "file_malformed", altered(b"|S\n", b"|S\r\n"), "控制字符",
    ),
    "a tab within a value": (
        "file_malformed", written([Said("INTEREST", "", "260101\t1", 5)]), "控制字符",
    ),
    "a value that is too long": (
        "file_malformed", written([Said("INTEREST", "", "2" * 65, 5)]),
        "银行流水号有 65 个字，最多 64",
    ),
    "bytes that are no text": (
        "file_malformed", altered(b"D|1|INTEREST", b"D|1|\xff"), "不是 UTF-8",
    ),
}  # fmt: skip


@pytest.mark.clause("R054")
@pytest.mark.parametrize("fault", BAD)
def test_a_bad_file_is_refused_with_its_reason_and_nothing_is_lost(fault: str) -> None:
    """规则、数字、怎么办: not one row of it is used, and it is kept as it came."""
    BankFeed.objects.create(pk=1, mark=MARK)  # a bank needs no campus to send nonsense
    code, data, figure = BAD[fault]
    genuine = fault != "a wrong signature"
    file = sent(data, genuine=genuine)
    assert (file.state, file.refusal) == ("refused", f"settlement.{code}"), file.because
    assert figure in file.because
    assert file.remedy
    assert desk.original(file) == data
    assert sent(data, genuine=genuine).pk == file.pk, "the same again is kept once"
    assert BankLine.objects.count() == 0


def sent(data: bytes, *, genuine: bool = True) -> BankFile:
    """Take in a day's file."""
    return importing.take_file(
        day=DAY, number=1, name=f"UNION_CCB_{DAY:%Y%m%d}_1.txt", data=data, signature="sm2,x",
        genuine=genuine, by=None, at=NIGHT,
    )  # fmt: skip


def test_a_large_file_is_read_from_the_disk_and_kept_in_pieces(bank_paper: Bank) -> None:
    """What is longer than a piece comes back byte for byte, and is used like a small one."""
    many = [Said("INTEREST", "", f"260101-{n}", n) for n in range(1, 4000)]
    with tempfile.TemporaryFile() as body:
        body.write(written(many))
        file = importing.take_file(
            day=DAY, number=1, name="large", data=body, signature="x", genuine=True, by=None,
            at=NIGHT,
        )  # fmt: skip
    assert (file.state, file.lines, file.parts.count()) == ("used", 3999, 2)
    assert desk.original(file) == written(many)


def test_the_same_file_again_changes_nothing_and_a_resend_takes_its_place(bank_paper: Bank) -> None:
    first = bank_paper.sends([GOOD])
    assert bank_paper.sends([GOOD]).pk == first.pk
    assert BankLine.objects.count() == 1
    older = bank_paper.sends([GOOD, Said("INTEREST", "", "260101-2", 1)], number=1)
    assert older.refusal == "settlement.resend_number_wrong"
    second = bank_paper.sends([GOOD, Said("INTEREST", "", "260101-2", 1)], number=2)
    assert (second.state, second.number, second.lines, second.interest_fen) == ("used", 2, 2, 322)
    first.refresh_from_db()
    assert first.state == BankFile.State.REPLACED
    assert first.details.count() == 1  # what was replaced stays readable


def test_the_corporate_account_adds_up_or_is_refused_with_the_figure(bank_paper: Bank) -> None:
    """期初 + 明细 = 期末，期初 = 上一日期末."""

    def take(day, data):
        return importing.take_account(
            day=day, name="STATEMENT", data=data, genuine=True, by=None, at=NIGHT
        )

    assert take(DAY, account(DAY, 1000, [("INTEREST", 321, 0), ("ALLOC", 0, 200)]))
    assert take(DAY, account(DAY, 1000, [("ALLOC", 0, 200)], closing=801)) is None
    no = BankFile.objects.get(refusal="settlement.statement_does_not_add")
    assert "期末，应为 800 分，对账单写 801 分" in no.because
    tomorrow = DAY.replace(day=11)
    assert take(tomorrow, account(tomorrow, 999, [])) is None
    assert take(tomorrow, account(tomorrow, 1121, []))
    assert AccountDay.objects.get(day=DAY).closing_fen == 1121


def test_what_comes_late_into_a_day_of_the_account_is_carried_through_the_days_after() -> None:
    """A day that closes otherwise than it did has those after it taken in anew, until they fit."""
    days = [DAY.replace(day=10 + n) for n in range(3)]
    sent = {day: account(day, 1000, []) for day in days}
    for day in days:
        assert jobs.fetch(Paper(sent), day=day, at=NIGHT) is None, "no file yet, but the account"
    late = [account(days[0], 1000, [("ALLOC", 0, 200)]), *(account(d, 800, []) for d in days[1:])]
    jobs.fetch(Paper(dict(zip(days, late, strict=True))), day=days[0], at=NIGHT)
    assert list(AccountDay.objects.order_by("day").values_list("opening_fen", "closing_fen")) == [
        (1000, 800), (800, 800), (800, 800),
    ]  # fmt: skip
    (audit,) = (each for each in SETTLEMENT if each.id == "M5")
    assert audit.offenders() == []


@dataclass
class Paper:
    """A bank of which only the corporate account has come."""

    sent: dict[date, bytes]

    def corporate_statement(self, day: date) -> SignedFile:
        """Return the account's day."""
        return SignedFile(f"STATEMENT_CCB_{day:%Y%m%d}.txt", self.sent[day], "sm2,bank,x")

    def daily_file(self, day: date, n: int | None = None) -> None:
        """Give none."""

    def is_genuine(self, file: SignedFile) -> bool:
        """Believe it."""
        return True
