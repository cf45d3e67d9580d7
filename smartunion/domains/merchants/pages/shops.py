"""A merchant at the desk: its way in and out, step by step; each step by its own A or B."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.merchants import forms
from smartunion.domains.merchants.actions import admitting, disputing, leaving
from smartunion.domains.merchants.reads import cases
from smartunion.domains.merchants.reads import shops as reads
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

CAN, DECIDES, RISK = "merchants.shop", "merchants.decide", "merchants.risk"
Doing = Callable[[int, dict[str, Any], dict[str, Any]], object]


def _acts() -> dict[str, tuple[Any, Doing, str]]:
    """Return what each button does: its form, its action, what is said afterwards."""
    return {
        "open": (None, lambda pk, _, who: admitting.open_admission(merchant_id=pk, **who),
                 "已立准入件，从签承诺书办起。"),
        "undertaking": (forms.Undertaking,
                        lambda pk, said, who: admitting.sign(merchant_id=pk, **said, **who),
                        "《反套现承诺书》已归档。"),
        "deposit": (forms.Deposit,
                    lambda pk, said, who: admitting.take_deposit(
                        merchant_id=pk, amount_fen=said["amount"], slip=said["slip"], **who),
                    "已收保证金，记为对商户的负债。"),
        "acceptance": (forms.Note,
                       lambda pk, said, who: admitting.accept(merchant_id=pk, **said, **who),
                       "终端已逐台验收。"),
        "admission": (None, lambda pk, _, who: admitting.admit(merchant_id=pk, **who),
                      "已准予营业，两秒内所有终端可以收款。"),
        "leave": (forms.Leave,
                  lambda pk, said, who: leaving.open_departure(merchant_id=pk, **said, **who),
                  "已停止收款并立件，两秒内生效。"),
        "settling": (forms.Note,
                     lambda pk, said, who: leaving.settle(
                         merchant_id=pk, account=said["note"], **who),
                     "已结清，待决定保证金。"),
        "decision": (forms.Decision,
                     lambda pk, said, who: leaving.decide(
                         merchant_id=pk, forfeit_fen=said["forfeit"], because=said["because"],
                         **who),
                     "已决定，待退还保证金。"),
        "refund": (forms.Note,
                   lambda pk, said, who: leaving.refund(
                       merchant_id=pk, receipt=said["note"], **who),
                   "保证金已按决定了结，商户已退出，终端已停用。"),
    }  # fmt: skip


ACTS = _acts()


@page(can=CAN, methods="GET POST")
def shop(request: PersonRequest, *, merchant_id: int) -> HttpResponse:
    """商户: what is missing, whose turn it is; the step's own form where it is open."""
    at = clock.now()
    known = reads.card(merchant_id, on=campus_day(at))
    if known is None:
        raise Http404("没有这家商户")
    do = request.POST.get("do", "")
    no: Refused | None = None
    form: Any = None
    if request.method == "POST":
        if do not in ACTS:
            raise Http404("没有这一步")
        kind, act, words = ACTS[do]
        form = kind(request.POST) if kind else None
        if form is None or form.is_valid():
            try:
                act(
                    merchant_id,
                    form.cleaned_data if form else {},
                    {"by": request.person, "at": at},
                )
                messages.success(request, words)
                return redirect("merchants:shop", merchant_id=merchant_id)
            except Refused as refused:
                no = refused
    card = reads.card(merchant_id, on=campus_day(at)) or known
    step = ACTS.get(card.at, (None,))[0]
    context = {
        "card": card,
        "it": card.shop,
        "no": no,
        "form": form if form is not None and do == card.at else (step() if step else None),
        "leave": form if do == "leave" and form is not None else forms.Leave(),
        "may_leave": card.shop.state in leaving.MAY_GO and not (card.way_out and card.way_out.at),
    }
    response = show(request, "merchants/desk/shop.html", context)
    response.status_code = no.status if no else response.status_code
    return response


@page(can=CAN)
def step(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """办理一步: the merchant's page is where it is done."""
    merchant_id = cases.merchant_of(run_id)
    if merchant_id is None:
        raise Http404("没有这一步")
    return redirect("merchants:shop", merchant_id=merchant_id)


@page(can=RISK, methods="GET POST")
def disputes(request: PersonRequest) -> HttpResponse:
    """商户异议: what waits, what was answered; never by who found it."""
    at = clock.now()
    form = forms.Answer(request.POST or None)
    no: Refused | None = None
    if request.method == "POST" and not request.mandate.may(DECIDES):
        return HttpResponse(status=403)
    if form.is_valid():
        try:
            return _answer(request, form, at)
        except Refused as refused:
            no = refused
    context = {
        "rows": reads.disputes(), "no": no, "form": form,
        "decides": request.mandate.may(DECIDES),
    }  # fmt: skip
    response = show(request, "merchants/desk/disputes.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _answer(request: PersonRequest, form: forms.Answer, at: datetime) -> HttpResponse:
    number = request.POST.get("dispute", "")
    if not number.isdecimal() or not reads.has_dispute(int(number)):
        raise Http404("没有这件异议")
    done = disputing.answer(dispute_id=int(number), by=request.person, at=at, **form.cleaned_data)
    words = f"，退回补贴 {done.given_fen / 100:,.2f} 元" if done.upheld else ""
    messages.success(request, f"已答复商户{words}。")
    return redirect("merchants:disputes")
