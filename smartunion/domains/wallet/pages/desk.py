"""The officers' desk of the wallet: every figure opens its rows; a decision names its reason."""

from datetime import date, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.wallet import forms
from smartunion.domains.wallet.actions import deciding
from smartunion.domains.wallet.reads import cases, postings, receipts, register
from smartunion.domains.wallet.reads import heat as heat_rows
from smartunion.domains.wallet.reads.figures import terms_on
from smartunion.domains.wallet.reads.vouchers import SHOP_WORDS, detailed, id_of, sums, vouchers
from smartunion.kernel.base import clock
from smartunion.kernel.base.calendar import next_working_day
from smartunion.kernel.base.days import campus_day, next_month
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.charts import heat_map
from smartunion.kernel.web.page import PersonRequest, page, show
from smartunion.kernel.web.wording import day as day_words

from . import asked, sheets

CAN, DECIDES = "wallet.desk", "wallet.release"
ROWS = 25


def _names(request: PersonRequest) -> bool:
    """Only who decides freezings reads payers' names in full; for others they are masked."""
    return request.mandate.may(DECIDES)


@page(can=CAN)
def overview(request: PersonRequest) -> HttpResponse:
    """福利商城今天: figures and the newest payments, moving by themselves."""
    today = campus_day(clock.now())
    rows = register.payments(since=today, until=today)
    open_cases = cases.open_cases(terms=terms_on(today), names=False)
    context = {
        "on": today,
        "day": sums(rows),
        "rows": vouchers(detailed(rows[:12])),
        "open_freezings": len(open_cases),
        "appeals": sum(each.appealed_at is not None for each in open_cases),
        "may_release": _names(request),
    }
    return show(request, "wallet/desk/overview.html", context, part="live")


@page(can=CAN)
def payments(request: PersonRequest) -> HttpResponse:
    """付款登记簿: by day, merchant, state and number; Excel out."""
    span = asked.span(request, campus_day(clock.now()))
    names = _names(request)
    state = asked.one_of(request, "state", SHOP_WORDS)
    merchant = asked.number(request, "merchant")
    rows = register.payments(since=span.since, until=span.until, merchant_id=merchant, status=state)
    if number := request.GET.get("number", "").strip():
        rows = rows.filter(pk=id_of(number) or 0)
    if request.GET.get("as") == "xlsx":
        found = vouchers(detailed(rows[: sheets.MOST]), names=names)
        return sheets.payments(f"付款登记簿_{span.since}_{span.until}", found, payer=True)
    leaf = Paginator(detailed(rows), ROWS).get_page(request.GET.get("page"))
    context = {
        "since": span.since,
        "until": span.until,
        "total": sums(rows),
        "rows": vouchers(leaf.object_list, names=names),
        "page": leaf,
        "merchants": register.merchants(),
        "merchant": merchant,
        "states": asked.states(),
        "state": state,
        "number": number,
        "masked": not names,
        "query": asked.query(request),
    }
    return show(request, "wallet/desk/payments.html", context)


@page(can=CAN)
def payment(request: PersonRequest, *, payment_id: int) -> HttpResponse:
    """一笔付款: its legs, its subsidy, its course."""
    terms = terms_on(campus_day(clock.now()))
    found = receipts.receipt(payment_id, terms=terms, names=_names(request), payer=False)
    if found is None:
        raise Http404("没有这一笔")
    context = {
        "it": found,
        "postings": postings.posted(payment_id),
        "may_ledger": request.mandate.may("ledger.view"),
    }
    return show(request, "wallet/desk/payment.html", context)


@page(can=CAN)
def freezings(request: PersonRequest) -> HttpResponse:
    """冻结和申诉: what waits, by deadline; what was decided."""
    terms = terms_on(campus_day(clock.now()))
    names = _names(request)
    context = {
        "open": cases.open_cases(terms=terms, names=names),
        "closed": cases.closed_cases(terms=terms, names=names),
        "barred": cases.barred(names=names),
        "answer_days": terms.appeal_working_days,
        "burst_minutes": terms.burst_minutes,
        "burst_count": terms.burst_count,
    }
    return show(request, "wallet/desk/freezings.html", context)


@page(can=CAN, methods="GET POST")
def case(request: PersonRequest, *, freezing_id: int) -> HttpResponse:
    """一件冻结: look, then release or confirm with a reason; never one's own."""
    at = clock.now()
    today = campus_day(at)
    names = _names(request)
    found = cases.case(freezing_id, terms=terms_on(today), names=names)
    if found is None:
        raise Http404("没有这一件")
    form = forms.Because(request.POST or None)
    no: Refused | None = None
    if request.method == "POST" and not names:
        return HttpResponse(status=403)
    if form.is_valid():
        try:
            words = _decide(request, freezing_id, form.cleaned_data["because"])
            messages.success(request, words)
            return redirect("wallet:case", freezing_id=freezing_id)
        except Refused as refused:
            no = refused
    context = {
        "case": found,
        "form": form,
        "no": no,
        "may_decide": names,
        "own": found.owner_id == request.person.pk,
        "answerer": cases.answerer(on=today, owner_id=found.owner_id),
    }
    response = show(request, "wallet/desk/case.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _decide(request: PersonRequest, freezing_id: int, because: str) -> str:
    """Decide as the pressed button says; return what was done."""
    by, at = request.person, clock.now()
    if request.POST.get("do") == "release":
        deciding.release(freezing_id=freezing_id, by=by, at=at, because=because)
        return "已放行：留着的钱付给商户，付款手机解冻。"
    if request.POST.get("do") == "confirm":
        deciding.confirm_cash_out(freezing_id=freezing_id, by=by, at=at, because=because)
        return "已查实套现：留着的钱退回钱包，这几笔的补贴扣回。"
    raise Http404("没有这个决定")


@page(can=CAN)
def heat(request: PersonRequest) -> HttpResponse:
    """交易热力图: merchant × half hour; fewer than five payers show no number (T59)."""
    today = campus_day(clock.now())
    on = min(asked.day(request, "day", today), today)
    terms = terms_on(on)
    grid = heat_rows.grid(on)
    context = {
        "on": on,
        "today": today,
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1) if on < today else None,
        "minimum": terms.heatmap_min_payers,
        "rows": grid.rows,
        "quiet": grid.quiet,
        "chart": heat_map(
            "交易热力",
            grid.slots,
            [(row.name, row.cells) for row in grid.rows],
            limit=terms.heatmap_min_payers,
            note=f"{day_words(on)} · 商户 × 半小时 · 笔数",
            foot=f"空白是没有交易；· 是不足 {terms.heatmap_min_payers} 位付款人，不显示数字",
        ),
    }
    return show(request, "wallet/desk/heat.html", context)


@page(can=CAN)
def subsidy(request: PersonRequest) -> HttpResponse:
    """补贴报表草稿: by merchant, both settlement readings side by side (T04, R052)."""
    today: date = campus_day(clock.now())
    month = min(asked.month(request, today), today.replace(day=1))
    rows = register.subsidy_report(month)
    if request.GET.get("as") == "xlsx":
        return sheets.subsidy(rows, month)
    terms = terms_on(today)
    context = {
        "month": month,
        "last": next_month(month) - timedelta(days=1),
        "months": register.months(today),
        "rows": rows,
        "total": register.total(rows),
        "mode": terms.settlement_mode,
        "review_on": next_working_day(next_month(month).replace(day=terms.review_day)),
    }
    return show(request, "wallet/desk/subsidy.html", context)
