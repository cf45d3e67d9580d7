"""Call-backs: the desk draws and watches; the firm calls, and reports by page, Excel or API."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.merchants import forms
from smartunion.domains.merchants.actions import calling
from smartunion.domains.merchants.reads import calls as reads
from smartunion.domains.merchants.reads.figures import terms_on
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web import excel
from smartunion.kernel.web.columns import Column
from smartunion.kernel.web.excel import RowError
from smartunion.kernel.web.page import PersonRequest, page, show

CAN, DECIDES, CALLS = "merchants.risk", "merchants.decide", "merchants.call"
RESULTS = (
    ("true", "属实"), ("denied", "否认消费"), ("cash_out", "承认套现"), ("unreached", "未接通"),
)  # fmt: skip
NAMES = (
    Column("number", "单号", "text", required=True),
    Column("at", "消费时间", "moment"),
    Column("merchant", "商户"),
    Column("fen", "金额", "yuan"),
    Column("payer", "称呼"),
    Column("phone", "电话"),
    Column("result", "结果", "choice", choices=RESULTS),
    Column("called_at", "通话时间", "moment"),
    Column("note", "说明"),
)
REPORTED = (
    Column("number", "单号", "text", required=True),
    Column("result", "结果", "choice", choices=RESULTS, required=True),
    Column("called_at", "通话时间", "moment", required=True),
    Column("note", "说明"),
)
POPULATION = (Column("merchant", "商户编号"), Column("number", "单号"))


@page(can=CAN, methods="GET POST")
def samples(request: PersonRequest) -> HttpResponse:
    """电话回访: every month's sample with its share; draw the one that is due."""
    at = clock.now()
    if request.method == "POST":
        if not request.mandate.may(DECIDES):
            return HttpResponse(status=403)
        made = calling.draw(month=_month(request.POST.get("month", "")), by=request.person, at=at)
        messages.success(request, f"已抽取 {made.drawn} 笔，名单已交回访公司。")
        return redirect("merchants:samples")
    context = {
        "rows": reads.months(),
        "drawable": reads.drawable(at),
        "percent": terms_on(campus_day(at)).callback_percent,
        "decides": request.mandate.may(DECIDES),
    }
    return show(request, "merchants/desk/samples.html", context)


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Http404("没有这个月份") from None


@page(can=CAN)
def sample(request: PersonRequest, *, month: str) -> HttpResponse:
    """一个月的样本: seed, how to compute it again, every call's result; never whom."""
    of = _month(month)
    found = reads.month(of)
    if found is None:
        raise Http404("这个月还没有抽样")
    if request.GET.get("as") == "csv":
        rows = [(each.merchant, each.number) for each in wallet.sold(of, at=found.sample.drawn_at)]
        return excel.download(rows, POPULATION, title=f"回访总体_{month}", form="csv")
    context = {"it": found, "rows": reads.lines(of)}
    return show(request, "merchants/desk/sample.html", context)


@page(can=CALLS, methods="GET POST")
def calling_list(request: PersonRequest) -> HttpResponse:
    """回访名单: whom to ring about what; results by Excel."""
    at = clock.now()
    months = reads.months()
    asked = request.GET.get("month", "")
    chosen = next((one for one in months if f"{one.sample.month:%Y-%m}" == asked), None)
    chosen = chosen or (months[0] if months else None)
    if chosen is not None and request.GET.get("as") == "xlsx":
        rows = [
            (
                one.callee.number, one.callee.at, one.callee.merchant, one.callee.fen,
                one.callee.payer, one.callee.phone, one.result, one.called_at, one.note,
            )
            for one in reads.lines(chosen.sample.month)
        ]  # fmt: skip
        title = f"回访名单_{chosen.sample.month:%Y-%m}"
        return excel.download(rows, NAMES, title=title, form="xlsx")
    context: dict[str, Any] = {"form": forms.Sheet(), "months": months, "it": chosen}
    status = 200
    if request.method == "POST":
        form = context["form"] = forms.Sheet(request.POST, request.FILES)
        try:
            if form.is_valid():
                context["done"], context["errors"] = _read(request, form, at)
        except Refused as no:
            context["no"], status = no, no.status
    context["rows"] = reads.lines(chosen.sample.month) if chosen else []
    response = show(request, "merchants/calls/list.html", context)
    response["Cache-Control"] = "private, no-store"
    response.status_code = status
    return response


def _read(
    request: PersonRequest, form: forms.Sheet, at: datetime
) -> tuple[dict[str, int], list[RowError]]:
    """Take the good rows of a sheet, return how many, and what is wrong with the others."""
    good, errors = excel.read_rows(form.cleaned_data["file"], REPORTED)
    reports = [
        calling.Report(
            values["number"], values["result"], values["called_at"], values["note"] or ""
        )
        for _, values in good
    ]
    taken = calling.take(reports=reports, source="excel", by=request.person, at=at)
    done = {"taken": 0, "known": 0, "refused": 0}
    for (line, values), each in zip(good, taken, strict=True):
        done[each.state] += 1
        if each.no is not None:
            errors.append(RowError(line, "单号", values["number"], str(each.no)))
    done["refused"] += len({error.row for error in errors}) - done["refused"]
    return done, sorted(errors, key=lambda error: error.row)


@page(can=CALLS, methods="POST")
def reporting(request: PersonRequest, *, call_id: int) -> HttpResponse:
    """报一个结果: straight after the call."""
    at = clock.now()
    form = forms.Call(request.POST)
    line = reads.line(call_id)
    if line is None or not form.is_valid():
        raise Http404("没有这通回访")
    calling.report(
        given=calling.Report(
            line.callee.number, form.cleaned_data["result"], at, form.cleaned_data["note"]
        ),
        source="page",
        by=request.person,
        at=at,
    )
    messages.success(
        request, f"{line.callee.number} 已记：{dict(RESULTS)[form.cleaned_data['result']]}。"
    )
    return redirect(f"/merchants/calls/?month={line.month:%Y-%m}")
