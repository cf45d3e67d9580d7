"""A bank's file is used whole or not at all; what is refused says why and is kept."""

import zlib

import pytest

from smartunion.domains.settlement.actions import importing
from smartunion.domains.settlement.models import AccountDay, BankFile, BankLine

from .conftest import DAY, MARK, NIGHT, Bank, Said, account, written

pytestmark = pytest.mark.django_db

GOOD = Said("INTEREST", "", "260101-1", 321)


def bad_files(bank: Bank) -> dict[str, tuple[bytes, bool]]:
    """Return every bad file by the refusal that it must meet."""
    good = [GOOD, Said("ALLOC", f"{MARK}-allotment:9", "260101-2", 20_000, 7)]
    data = written(good)
    return {
        "file_signature_wrong": (data, False),
        "file_of_another_day": (written(good, day=DAY.replace(day=9)), True),
        "amount_not_whole_fen": (written([Said("INTEREST", "", "260101-1", "15.00")]), True),
        "merchant_unknown": (
            written([Said("PAY", f"{MARK}-payment:1", "260101-1", 100, 7, f"{MARK}-M999999")]),
            True,
        ),
        "line_twice": (written([GOOD, GOOD]), True),
        "trailer_wrong": (written(good, interest=322), True),
        "file_malformed": (data[:-1], True),
    }


@pytest.mark.clause("R054")
def test_each_bad_file_is_refused_with_its_reason_and_nothing_is_lost(bank_paper: Bank) -> None:
    """规则、数字、怎么办: and not one row of it is used."""
    for code, (data, genuine) in bad_files(bank_paper).items():
        file = bank_paper.sends(data=data, genuine=genuine)
        assert file.refusal == f"settlement.{code}", (code, file.because)
        assert file.because
        assert file.remedy
        assert zlib.decompress(bytes(file.content)) == data
        assert bank_paper.sends(data=data, genuine=genuine).pk == file.pk
    assert BankLine.objects.count() == 0
    assert "第 2 行的金额是「15.00」" in BankFile.objects.get(
        refusal="settlement.amount_not_whole_fen"
    ).because  # fmt: skip
    assert "2025-03-09" in BankFile.objects.get(refusal="settlement.file_of_another_day").because
    wrong_hash = bank_paper.sends(data=written([GOOD], digest="0" * 64))
    assert "明细摘要" in wrong_hash.because


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
