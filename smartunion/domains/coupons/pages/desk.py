"""The officers' register of coupons: issue, redeem in finance, pay the venues."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.coupons import forms
from smartunion.domains.coupons.actions import issuing as acts
from smartunion.domains.coupons.actions import redeeming
from smartunion.domains.coupons.reads import coupons as reads
from smartunion.domains.coupons.reads.figures import terms_on
from smartunion.domains.coupons.rules import refusals
from smartunion.domains.coupons.rules.terms import RESEARCH
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.money import in_yuan
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

CAN, ISSUES, PAYS = "coupons.view", "coupons.issue", "coupons.pay"


@page(can=CAN)
def register(request: PersonRequest) -> HttpResponse:
    """券登记簿: by kind and state; the year's sums; what venues are owed."""
    on = campus_day(clock.now())
    kind = request.GET.get("kind", "")
    state = request.GET.get("state", "")
    context = {
        "rows": reads.register(
            on=on, kind=kind if kind in reads.KINDS else "",
            state=state if state in reads.STATES else "",
        ),
        "kinds": reads.KINDS.items(),
        "kind": kind,
        "states": reads.STATES,
        "state": state,
        "year": on.year,
        "totals": reads.totals(on.year),
        "owed_fen": sum(one.fen for one in reads.owed()),
        "may_issue": request.mandate.may(ISSUES),
    }  # fmt: skip
    return show(request, "coupons/desk/register.html", context)


@page(can=ISSUES, methods="GET POST")
def issuing(request: PersonRequest) -> HttpResponse:
    """发券: to whom, by which document; never to oneself."""
    at = clock.now()
    form = forms.Issue(request.POST or None)
    no: Refused | None = None
    if form.is_valid():
        try:
            coupon_id = _issue(request, form, at)
            messages.success(request, "已发放，持有人收到通知。")
            return redirect("coupons:card", coupon_id=coupon_id)
        except Refused as refused:
            no = refused
    context = {"form": form, "no": no, "terms": terms_on(campus_day(at))}
    response = show(request, "coupons/desk/issuing.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _issue(request: PersonRequest, form: forms.Issue, at: datetime) -> int:
    said = form.cleaned_data
    holder = reads.staff(said["username"])
    if holder is None:
        raise refusals.HolderUnknown(username=said["username"])
    made = acts.issue(
        kind=said["kind"], holder=holder, document=said["document"], by=request.person, at=at,
        because=said["because"],
    )  # fmt: skip
    return made.pk


@page(can=CAN, methods="GET POST")
def card(request: PersonRequest, *, coupon_id: int) -> HttpResponse:
    """一张券: its course; a research coupon is redeemed here by its invoice."""
    at = clock.now()
    found = reads.one(coupon_id, on=campus_day(at))
    if found is None:
        raise Http404("没有这张券")
    if request.method == "POST" and not request.mandate.may(PAYS):
        return HttpResponse(status=403)
    items = terms_on(campus_day(at)).items
    undoing = forms.Undoing(request.POST if "undo" in request.POST else None)
    form = forms.Finance(None if undoing.is_bound else request.POST or None, items=items)
    no: Refused | None = None
    if form.is_valid() or undoing.is_valid():
        try:
            if undoing.is_bound:
                messages.success(request, _undone(request, coupon_id, undoing, at))
                return redirect("coupons:card", coupon_id=coupon_id)
            made = redeeming.redeem_in_finance(
                coupon_id=coupon_id, amount_fen=form.cleaned_data["amount"],
                item=form.cleaned_data["item"], invoice=form.cleaned_data["invoice"],
                by=request.person, at=at,
            )  # fmt: skip
            messages.success(request, f"已核销 {in_yuan(made.amount_fen)} 元。")
            return redirect("coupons:card", coupon_id=coupon_id)
        except Refused as refused:
            no = refused
    context = {
        "it": found, "spent": reads.spent_of(coupon_id, at=at), "form": form, "no": no,
        "undoing": undoing, "may_undo": request.mandate.may(PAYS),
        "redeems": found.kind == RESEARCH and found.is_open and request.mandate.may(PAYS),
    }  # fmt: skip
    response = show(request, "coupons/desk/card.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _undone(request: PersonRequest, coupon_id: int, form: forms.Undoing, at: datetime) -> str:
    """Undo what a colleague in finance paid wrongly today; return it in words."""
    said = form.cleaned_data
    if not reads.is_of(said["undo"], coupon_id):
        raise Http404("这张券没有这笔核销")
    made = redeeming.undo(
        redemption_id=said["undo"], by=request.person, at=at, because=said["because"]
    )
    return f"已撤销 {in_yuan(made.amount_fen)} 元，退回券里。"


@page(can=CAN, methods="GET POST")
def venues(request: PersonRequest) -> HttpResponse:
    """场馆结算: what each venue took and waits for; finance notes the slip that paid it."""
    at = clock.now()
    if request.method == "POST" and not request.mandate.may(PAYS):
        return HttpResponse(status=403)
    form = forms.Payout(request.POST or None)
    no: Refused | None = None
    if form.is_valid():
        try:
            made = redeeming.pay_venue(
                merchant_id=form.cleaned_data["merchant"], slip=form.cleaned_data["slip"],
                by=request.person, at=at,
            )  # fmt: skip
            messages.success(request, f"已登记结算 {in_yuan(made.amount_fen)} 元。")
            return redirect("coupons:venues")
        except Refused as refused:
            no = refused
    context = {
        "rows": reads.owed(), "paid": reads.paid(), "no": no,
        "may_pay": request.mandate.may(PAYS),
    }  # fmt: skip
    response = show(request, "coupons/desk/venues.html", context)
    response.status_code = no.status if no else response.status_code
    return response
