"""The supplier's portal: what one is invited to, a sealed quote, its receipt, what came of it."""

import hashlib

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.procurement import forms
from smartunion.domains.procurement.actions import clearing, tendering
from smartunion.domains.procurement.reads import supply
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

CAN = "procurement.quote"


@page(can=CAN)
def tenders(request: PersonRequest) -> HttpResponse:
    """邀请我报价的采购."""
    rows = supply.tenders_of(request.person, at=clock.now())
    return show(
        request,
        "procurement/supply/tenders.html",
        {"rows": rows, "supplier": supply.supplier_of(request.person)},
    )


@page(can=CAN, methods="GET POST")
def tender(request: PersonRequest, *, tender_id: int) -> HttpResponse:
    """一次比选: quote until the deadline; afterwards see how it went and explain a low price."""
    at = clock.now()
    found = supply.tender_of(request.person, tender_id, at=at)
    if found is None:
        raise Http404("没有邀请你参加这次比选")
    posted = request.POST if request.method == "POST" else None
    explaining = bool(posted and posted.get("do") == "explain")
    form = forms.Quoting(None if explaining else posted, items=found.items)
    no: Refused | None = None
    try:
        if explaining and posted:
            clearing.explain(
                tender_id=tender_id, text=posted.get("text", ""), by=request.person, at=at
            )
            messages.success(request, "书面说明已提交，由评审小组决定。")
            return redirect("procurement:supply_tender", tender_id=tender_id)
        if posted is not None and form.is_valid():
            tendering.quote(
                tender_id=tender_id, unit_prices=form.unit_prices, device=_device(request),
                by=request.person, at=at,
            )  # fmt: skip
            messages.success(request, "报价已密封。截止前可以重新报，以最后一份为准。")
            return redirect("procurement:supply_tender", tender_id=tender_id)
    except Refused as refused:
        no = refused
    context = {
        "it": found, "form": form, "no": no, "text": posted.get("text", "") if posted else "",
    }  # fmt: skip
    response = show(request, "procurement/supply/tender.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _device(request: PersonRequest) -> str:
    """Return a fingerprint of the uploader: address and browser, hashed (条例40 一二)."""
    seen = f"{request.META.get('REMOTE_ADDR', '')}|{request.headers.get('User-Agent', '')}"
    return hashlib.sha256(seen.encode()).hexdigest()[:16]
