"""The merchant's portal: my day, my payments, what the union owes me. Only the own shop."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse

from smartunion.domains.wallet.reads import cases, counters, register
from smartunion.domains.wallet.reads.figures import terms_on
from smartunion.domains.wallet.reads.vouchers import SHOP_WORDS, detailed, id_of, sums, vouchers
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.web.page import PersonRequest, page, show

from . import asked, sheets

CAN = "merchant.own"
ROWS = 25


def _own(request: PersonRequest) -> Any:
    """Return the merchant whose user asks; whoever belongs to none finds none."""
    merchant = counters.merchant_in(request.mandate.units.get(CAN))
    if merchant is None:
        raise Http404("没有商户")
    return merchant


@page(can=CAN)
def day(request: PersonRequest) -> HttpResponse:
    """今天: what was taken since midnight, moving by itself."""
    merchant = _own(request)
    today = counters.day_of(merchant.pk, campus_day(clock.now()))
    newest = counters.of_merchant(merchant.pk, since=today.on, until=today.on)[:12]
    context = {
        "merchant": merchant,
        "on": today.on,
        "day": today.sums,
        "rows": vouchers(detailed(newest)),
        "may_till": request.mandate.may("till.use"),
    }
    return show(request, "wallet/merchant/day.html", context, part="live")


@page(can=CAN)
def payments(request: PersonRequest) -> HttpResponse:
    """收款: by day, terminal, state and number; Excel out."""
    merchant = _own(request)
    span = asked.span(request, campus_day(clock.now()))
    rows = counters.of_merchant(
        merchant.pk,
        since=span.since,
        until=span.until,
        terminal_id=asked.number(request, "terminal"),
        status=asked.one_of(request, "state", SHOP_WORDS),
    )
    if number := request.GET.get("number", "").strip():
        rows = rows.filter(pk=id_of(number) or 0)
    if request.GET.get("as") == "xlsx":
        return sheets.payments(f"收款_{merchant.number}", vouchers(detailed(rows)), payer=False)
    leaf = Paginator(detailed(rows), ROWS).get_page(request.GET.get("page"))
    context = {
        "merchant": merchant,
        "since": span.since,
        "until": span.until,
        "total": sums(rows),
        "rows": vouchers(leaf.object_list),
        "page": leaf,
        "terminals": counters.terminals_of(merchant.pk, span.until),
        "terminal": asked.number(request, "terminal"),
        "states": asked.states(),
        "state": asked.one_of(request, "state", SHOP_WORDS),
        "number": number,
        "query": asked.query(request),
    }
    return show(request, "wallet/merchant/payments.html", context)


@page(can=CAN)
def months(request: PersonRequest) -> HttpResponse:
    """每月: totals and what the union owes."""
    merchant = _own(request)
    today: date = campus_day(clock.now())
    context = {
        "merchant": merchant,
        "rows": register.months_of(merchant.pk, today),
        "mode_words": register.mode_words(terms_on(today)),
    }
    return show(request, "wallet/merchant/months.html", context)


@page(can=CAN)
def terminals(request: PersonRequest) -> HttpResponse:
    """终端和人员: read only; the welfare department keeps them."""
    merchant = _own(request)
    today = campus_day(clock.now())
    context = {
        "merchant": merchant,
        "terminals": counters.terminals_of(merchant.pk, today),
        "people": counters.clerks_of(merchant.unit_id, today),
        "desk_phone": cases.desk_phone(on=today),
    }
    return show(request, "wallet/merchant/terminals.html", context)
