"""Sheets: what an amount, a day or a choice in a cell may look like, and what it may not."""

import io
from datetime import date, datetime

import pytest
from openpyxl import Workbook, load_workbook

from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.web.columns import Column
from smartunion.kernel.web.excel import SheetTooBig, read_rows, separated, workbook

COLUMNS = [
    Column("name", label="商户", required=True),
    Column("deposit_fen", label="保证金", kind="yuan"),
    Column("since", label="签约日", kind="day"),
    Column("kind", label="类别", kind="choice", choices=(("food", "餐饮"), ("book", "图书"))),
]


def read(*rows: tuple[object, ...]) -> tuple[list, list]:
    book = Workbook()
    for row in [("商户", "保证金（元）", "签约日", "类别"), *rows]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return read_rows(out, COLUMNS)


def test_amounts_come_in_as_fen_and_days_as_days() -> None:
    good, errors = read(
        ("第一食堂", 20000, date(2025, 3, 5), "餐饮"), ("书店", "1,234.5", "2025年3月5日", "book")
    )
    assert errors == []
    assert good[0] == (
        2,
        {"name": "第一食堂", "deposit_fen": 2_000_000, "since": date(2025, 3, 5), "kind": "food"},
    )
    assert good[1][1]["deposit_fen"] == 123_450
    assert good[1][1]["since"] == date(2025, 3, 5)


@pytest.mark.parametrize("amount", [1.234, "12.345", "2万", "1e3", "NaN", "1,23.00", "--5"])
def test_an_amount_finer_than_a_fen_or_in_other_words_is_an_error(amount: object) -> None:
    good, errors = read(("第一食堂", amount, None, "餐饮"))
    assert good == []
    assert (errors[0].row, errors[0].column) == (2, "保证金")
    assert "最多两位小数" in errors[0].expected


def test_a_choice_outside_the_list_names_the_list() -> None:
    _, errors = read(("第一食堂", 1, None, "药房"))
    assert "餐饮、图书之一" in errors[0].expected


def test_blank_rows_are_passed_over_and_required_cells_are_not() -> None:
    good, errors = read((None, None, None, None), (None, 5, None, None))
    assert good == []
    assert (errors[0].row, errors[0].column) == (3, "商户")


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(SheetTooBig):
        read(*[("店", 1, None, "餐饮")] * 5001)


def test_amounts_go_out_as_numbers_and_moments_in_campus_time() -> None:
    columns = [Column("a", label="消费额", kind="yuan"), Column("t", label="时间", kind="moment")]
    rows = [(123_450, datetime(2025, 3, 5, 4, 30, tzinfo=CAMPUS))]
    page = load_workbook(io.BytesIO(workbook(rows, columns))).worksheets[0]
    assert page["A1"].value == "消费额（元）"
    assert page["A2"].value == 1234.5
    assert page["A2"].number_format == "#,##0.00"
    assert str(page["B2"].value) == "2025-03-05 04:30:00"
    assert (
        separated(rows, columns).decode("utf-8-sig").splitlines()[1] == "1234.50,2025-03-05 04:30"
    )
