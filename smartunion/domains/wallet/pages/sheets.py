"""What the wallet's pages give out as Excel."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse

from smartunion.domains.wallet.reads.bills import Bill
from smartunion.domains.wallet.reads.register import MonthRow
from smartunion.domains.wallet.reads.vouchers import Voucher
from smartunion.kernel.web import excel
from smartunion.kernel.web.columns import Column

MOST = 20_000
"""A sheet holds at most so many rows: a year of one large merchant."""

MONEY = (
    Column("total", "金额", "yuan"),
    Column("ecny", "数字人民币", "yuan"),
    Column("points", "积分", "yuan"),
    Column("refunded", "已退", "yuan"),
    Column("subsidy", "工会应补", "yuan"),
)


def sheet(name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> HttpResponse:
    """Return an Excel file under a Chinese name."""
    response = HttpResponse(excel.workbook(rows, columns), content_type=excel.XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.xlsx"
    return response


def payments(name: str, rows: Sequence[Voucher], *, payer: bool) -> HttpResponse:
    """Return payments as a sheet, the payer only where the reader may see one."""
    head = [Column("at", "时间", "moment"), Column("number", "单号"), Column("merchant", "商户")]
    head += [Column("payer", "付款人")] if payer else []
    columns = [*head, Column("terminal", "终端"), *MONEY, Column("state", "状态")]
    return sheet(
        name,
        columns,
        [
            [
                each.at, each.number, each.merchant, *([each.payer] if payer else []),
                each.terminal, each.total_fen, each.ecny_fen, each.points_fen,
                each.refunded_fen, each.subsidy_now_fen, each.state_words,
            ]
            for each in rows
        ],
    )  # fmt: skip


def bill(found: Bill) -> HttpResponse:
    """Return a member's bill as a sheet, oldest row first as a statement is read."""
    columns = [
        Column("at", "时间", "moment"),
        Column("title", "事由"),
        Column("number", "单号"),
        Column("ecny", "数字人民币", "yuan"),
        Column("points", "积分", "yuan"),
        Column("balance", "数字人民币余额", "yuan"),
        Column("points_balance", "积分余额", "yuan"),
        Column("subsidy", "补贴商户", "yuan"),
    ]
    rows = [
        [
            each.at, f"{each.tag} {each.title}".strip(), each.number, each.ecny_fen,
            each.points_fen, each.balance_fen, each.points_balance_fen, each.subsidy_fen or None,
        ]
        for each in reversed(found.rows)
    ]  # fmt: skip
    return sheet(f"钱包账单_{found.month:%Y-%m}", columns, rows)


def subsidy(rows: Sequence[MonthRow], month: date) -> HttpResponse:
    """Return the month's subsidy report by merchant with both readings."""
    columns = [
        Column("code", "编号"),
        Column("name", "商户"),
        Column("count", "笔数", "number"),
        Column("gross", "消费额", "yuan"),
        Column("ecny", "其中数字人民币", "yuan"),
        Column("refunded", "退款", "yuan"),
        Column("subsidy", "应补", "yuan"),
        Column("adjusted", "更正（退款、前期补传）", "yuan"),
        Column("on_top", "读法甲：另补", "yuan"),
        Column("inclusive", "读法乙：含本金", "yuan"),
    ]
    found = [
        [
            each.code, each.name, each.count, each.gross_fen, each.ecny_fen, each.refunded_fen,
            each.subsidy_fen, each.adjusted_fen, each.on_top_fen, each.inclusive_fen,
        ]
        for each in rows
    ]  # fmt: skip
    return sheet(f"补贴报表_{month:%Y-%m}_草稿", columns, found)
