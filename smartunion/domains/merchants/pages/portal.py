"""The merchant's own page: deposit, undertaking, findings and disputes. Only the own shop."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.merchants import forms
from smartunion.domains.merchants.actions import disputing
from smartunion.domains.merchants.reads import shops as reads
from smartunion.domains.settlement import public as settlement
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

CAN = "merchant.own"


@page(can=CAN, methods="GET POST")
def own(request: PersonRequest) -> HttpResponse:
    """保证金与异议: what lies there, what was found, what the shop says to it."""
    at = clock.now()
    shop = wallet.shop_of(request.mandate.units.get(CAN))
    if shop is None:
        raise Http404("没有商户")
    form = forms.Dispute(request.POST or None)
    no: Refused | None = None
    if form.is_valid():
        try:
            disputing.dispute(
                suspicion_id=form.cleaned_data["suspicion"], merchant_id=shop.id,
                text=form.cleaned_data["text"], by=request.person, at=at,
            )  # fmt: skip
            messages.success(request, "异议已提出，由未经手的人答复。")
            return redirect("merchants:own")
        except Refused as refused:
            no = refused
    card = reads.card_of(shop, on=campus_day(at))
    rows = [(row, card.disputes.get(row.id)) for row in card.found
            if row.state == "confirmed" or row.id in card.disputes]  # fmt: skip
    context = {
        "card": card, "it": shop, "rows": rows, "no": no, "form": form,
        "statements": settlement.statements_of(shop.id),
    }  # fmt: skip
    response = show(request, "merchants/own.html", context)
    response.status_code = no.status if no else response.status_code
    return response
