"""The month on a page: every merchant's statement as it was frozen, its review, its payment."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.settlement.actions import months as acts
from smartunion.domains.settlement.reads import statements
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web import excel
from smartunion.kernel.web.columns import Column
from smartunion.kernel.web.page import PersonRequest, page, show

from .desk import VIEW, WORK

COLUMNS = [
    Column("number", "编号"),
    Column("name", "商户"),
    Column("count", "笔数", "number"),
    Column("gross_fen", "消费额", "yuan"),
    Column("refunded_fen", "退款", "yuan"),
    Column("principal_fen", "职工钱包已付", "yuan"),
    Column("subsidy_fen", "补贴", "yuan"),
    Column("corrected_fen", "更正", "yuan"),
    Column("prior_fen", "其中前期", "yuan"),
    Column("carried_fen", "上期结转", "yuan"),
    Column("clawed_fen", "扣回", "yuan"),
    Column("payable_fen", "本期应付", "yuan"),
    Column("rest_fen", "结转下期", "yuan"),
]


@page(can=VIEW)
def listed(request: PersonRequest) -> HttpResponse:
    """月度结算: the frozen months, newest first."""
    rows = [(each, statements.open_step(each)) for each in statements.reviews()]
    return show(request, "settlement/months.html", {"rows": rows})


@page(can=VIEW, methods="GET POST")
def month(request: PersonRequest, *, month: str) -> HttpResponse:
    """一个月的结算: statements, how they were checked, what the committee decided, payment."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError as wrong:
        raise Http404("没有这个月") from wrong
    found = statements.review(first)
    if found is None:
        raise Http404("这个月还没有定格")
    no: Refused | None = None
    if request.method == "POST":
        if not request.mandate.may(WORK):
            return HttpResponse(status=403)
        try:
            messages.success(request, _do(request, first))
            return redirect("settlement:month", month=month)
        except Refused as refused:
            no = refused
    rows = list(found.statements.select_related("payout").order_by("-payable_fen", "number"))
    if request.GET.get("as") == "xlsx":
        values = ([getattr(row, c.name) for c in COLUMNS] for row in rows)
        return excel.download(values, COLUMNS, title=f"商户结算单_{month}", form="xlsx")
    context = {
        "found": found,
        "rows": rows,
        "step": statements.open_step(found),
        "total": {
            name: sum(getattr(row, name) for row in rows)
            for name in (
                "gross_fen", "refunded_fen", "principal_fen", "subsidy_fen", "corrected_fen",
                "prior_fen", "carried_fen", "clawed_fen", "payable_fen", "rest_fen",
            )
        },
        "cases": statements.open_cases(first),
        "works": request.mandate.may(WORK),
        "no": no,
        "today": campus_day(clock.now()),
    }  # fmt: skip
    response = show(request, "settlement/month.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _do(request: PersonRequest, first: date) -> str:
    by, at, do = request.person, clock.now(), request.POST.get("do")
    if do == "check":
        acts.check(month=first, by=by, at=at)
        return "已按银行文件重算并核对，报常委会审议。"
    if do == "pay":
        acts.pay(month=first, by=by, at=at)
        return "已下付款指令并记账；银行记账后逐家显示。"
    raise Http404("没有这个决定")


@page(can=VIEW)
def step(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """A step of the review: it is done on its month's page."""
    found = statements.month_of_run(run_id)
    if found is None:
        raise Http404("没有这一步")
    return redirect("settlement:month", month=f"{found:%Y-%m}")
