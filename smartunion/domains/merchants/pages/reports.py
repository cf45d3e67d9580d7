"""The month's report as page, paper and sheets; the trial's heat maps for everybody."""

from datetime import date
from pathlib import Path

from django.http import Http404, HttpResponse

from smartunion.domains.merchants.reads import heat as heat_reads
from smartunion.domains.merchants.reads import report as reads
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base import clock
from smartunion.kernel.base.calendar import next_working_day
from smartunion.kernel.base.days import campus_day, campus_month, next_month
from smartunion.kernel.papers.press import press
from smartunion.kernel.web import excel
from smartunion.kernel.web.charts import heat_map
from smartunion.kernel.web.columns import Column
from smartunion.kernel.web.page import PUBLIC, PersonRequest, page, show
from smartunion.kernel.web.wording import day as day_words

CAN = "merchants.risk"
TEMPLATE = Path(__file__).parents[1] / "templates/merchants/report.typ"
JOURNAL = (
    Column("number", "凭证序号", "number"), Column("at", "业务时间", "moment"),
    Column("document", "凭据"), Column("code", "业务"), Column("debit_gl", "借方科目编码"),
    Column("debit", "借方科目"), Column("credit_gl", "贷方科目编码"), Column("credit", "贷方科目"),
    Column("fen", "金额", "yuan"), Column("budget", "预算项"), Column("fund", "资金来源"),
    Column("because", "事由"),
)  # fmt: skip


@page(can=CAN)
def month(request: PersonRequest) -> HttpResponse:
    """补贴审议报表: the first page of the 5th; PDF, and the vouchers for finance."""
    at = clock.now()
    this = campus_month(at)
    asked = request.GET.get("month", "")
    try:
        of = min(date.fromisoformat(f"{asked}-01"), this) if asked else this
    except ValueError:
        raise Http404("没有这个月份") from None
    kind = request.GET.get("as", "")
    if kind in ("xlsx", "csv"):
        return excel.download(reads.journal(of), JOURNAL, title=f"凭证清单_{of:%Y-%m}", form=kind)
    found = reads.report(of, on=campus_day(at))
    review = next_working_day(next_month(of).replace(day=wallet.review_day(on=of)))
    if kind == "pdf":
        paper = press(TEMPLATE, reads.printed(found, review_on=review, at=at), at=at)
        return excel.answer(paper.pdf, f"补贴报表_{of:%Y-%m}.pdf", "application/pdf")
    context = {
        "it": found,
        "figures": reads.printed(found, review_on=review, at=at)["figures"],
        "review_on": review,
        "months": wallet.months(on=campus_day(at)),
    }
    return show(request, "merchants/desk/report.html", context)


@page(can=PUBLIC)
def heat_days(request: PersonRequest) -> HttpResponse:
    """试运行热力图: every published day."""
    return show(request, "merchants/public/heat_days.html", {"rows": heat_reads.published()})


@page(can=PUBLIC)
def heat_day(request: PersonRequest, *, day: str) -> HttpResponse:
    """一天的热力图: merchant × half hour; few payers show no number."""
    try:
        found = heat_reads.of_day(date.fromisoformat(day))
    except ValueError:
        found = None
    if found is None:
        raise Http404("这一天没有公布热力图")
    least = found.row.least
    context = {
        "it": found.row,
        "rows": found.rows,
        "chart": heat_map(
            "交易热力", found.slots, found.rows, limit=least,
            note=f"{day_words(found.row.day)} · 商户 × 半小时 · 笔数",
            foot=f"空白是没有交易；· 是不足 {least} 位付款人，不显示数字",
        ),
    }  # fmt: skip
    return show(request, "merchants/public/heat_day.html", context)
