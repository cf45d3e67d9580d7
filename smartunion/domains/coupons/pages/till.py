"""The venue's counter: take a sport coupon by its code, see the day and what is owed."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.coupons import forms
from smartunion.domains.coupons.actions import redeeming
from smartunion.domains.coupons.reads import coupons as reads
from smartunion.domains.coupons.reads.figures import terms_on
from smartunion.domains.wallet import public as wallet
from smartunion.domains.wallet.public import ShopFact
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.money import in_yuan
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

CAN = "till.use"


@page(can=CAN, methods="GET POST")
def till(request: PersonRequest) -> HttpResponse:
    """场馆收券: amount and code; what was taken, what finance owes. Only the own shop's."""
    at = clock.now()
    shop = wallet.shop_of(request.mandate.units.get(CAN))
    if shop is None:
        raise Http404("没有商户")
    undoing = forms.Undoing(request.POST if "undo" in request.POST else None)
    form = forms.Venue(None if undoing.is_bound else request.POST or None)
    no: Refused | None = None
    if form.is_valid() or undoing.is_valid():
        try:
            said = _undone(request, shop, undoing, at) if undoing.is_bound else ""
            messages.success(request, said or _taken(request, shop, form, at))
            return redirect("coupons:till")
        except Refused as refused:
            no = refused
    terms = terms_on(campus_day(at))
    context = {
        "shop": shop, "no": no, "form": form, "here": shop.category in terms.venue_categories,
        "categories": terms.venue_categories, "sums": reads.sums_at(shop.id, at=at),
        "rows": reads.taken_at(shop.id, at=at), "undoing": undoing,
    }  # fmt: skip
    response = show(request, "coupons/till/till.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _undone(request: PersonRequest, shop: ShopFact, form: forms.Undoing, at: datetime) -> str:
    """Undo what a colleague took wrongly today; return it in words."""
    said = form.cleaned_data
    if not reads.is_taken_at(said["undo"], shop.id):
        raise Http404("本店没有这笔")
    made = redeeming.undo(
        redemption_id=said["undo"], by=request.person, at=at, because=said["because"]
    )
    return f"已撤销 {in_yuan(made.amount_fen)} 元，退回券里。"


def _taken(request: PersonRequest, shop: ShopFact, form: forms.Venue, at: datetime) -> str:
    """Take what the form says; return what is left, in words."""
    made = redeeming.redeem_at_venue(
        code=form.cleaned_data["code"], merchant_id=shop.id,
        amount_fen=form.cleaned_data["amount"], by=request.person, at=at,
    )  # fmt: skip
    number = reads.number_of(made.coupon.pk, made.coupon.kind)
    left = in_yuan(made.coupon.left_fen)
    return f"已收 {in_yuan(made.amount_fen)} 元，券 {number} 还剩 {left} 元。"
