"""The error meter on a page: every row that differs, by amount and by count."""

from datetime import date

from django.core.paginator import Paginator
from django.http import HttpResponse

from smartunion.domains.settlement.reads import desk, meter
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.web import excel
from smartunion.kernel.web.columns import Column
from smartunion.kernel.web.page import PersonRequest, page, show

from .desk import VIEW, asked_month

ROWS = 100
COLUMNS = [
    Column("document", "凭据"),
    Column("merchant", "商户"),
    Column("occurred_at", "时间", "moment"),
    Column("net_fen", "银行净额", "yuan"),
    Column("due_fen", "应补", "yuan"),
    Column("booked_fen", "实补", "yuan"),
]


@page(can=VIEW)
def error(request: PersonRequest) -> HttpResponse:
    """补贴误差: the month recomputed from the bank's files, with each row that is not the same.

    All of them: a hundred on a page, every one in the sheet.
    """
    months = desk.months()
    month = asked_month(request, months)
    if request.GET.get("span") == "year":
        return _year(request, month, [each for each in months if each.year == month.year])
    found = meter.month(month, on=campus_day(clock.now()))
    if request.GET.get("as") == "xlsx":
        values = ([getattr(row, c.name) for c in COLUMNS] for row in found.rows)
        return excel.download(values, COLUMNS, title=f"补贴误差_{month:%Y-%m}", form="xlsx")
    context = {
        "found": found,
        "rows": Paginator(found.rows, ROWS).get_page(request.GET.get("page")),
        "months": months,
        "month": month,
        "opens": request.mandate.may("wallet.desk"),
    }
    return show(request, "settlement/meter.html", context)


def _year(request: PersonRequest, month: date, months: list[date]) -> HttpResponse:
    """Show each month of the year recomputed, and the year's sums (K08)."""
    rows = meter.year(months, on=campus_day(clock.now()))
    due, apart = sum(row.due_fen for row in rows), sum(row.apart_fen for row in rows)
    payments, wrong = sum(row.payments for row in rows), sum(row.wrong for row in rows)
    context = {
        "rows": rows, "month": month, "payments": payments, "wrong": wrong, "due_fen": due,
        "booked_fen": sum(row.booked_fen for row in rows), "apart_fen": apart,
    }  # fmt: skip
    return show(request, "settlement/meter_year.html", context)
