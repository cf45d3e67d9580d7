"""Admitting a merchant: undertaking, deposit, then trading; a step says what is missing."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.wallet import forms
from smartunion.domains.wallet.actions import admitting
from smartunion.domains.wallet.reads import counters, rosters
from smartunion.domains.wallet.reads.figures import terms_on
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

CAN, KEEPS = "wallet.desk", "wallet.merchants"


@page(can=CAN, methods="GET POST")
def admission(request: PersonRequest, *, merchant_id: int) -> HttpResponse:
    """商户准入: look; sign, take the deposit, admit or suspend."""
    today = campus_day(clock.now())
    merchant = rosters.merchant(merchant_id)
    if merchant is None:
        raise Http404("没有这家商户")
    keeps = request.mandate.may(KEEPS)
    no: Refused | None = None
    deposit = forms.Deposit(request.POST if request.POST.get("do") == "deposit" else None)
    pause = forms.Because(request.POST if request.POST.get("do") == "suspend" else None)
    if request.method == "POST":
        if not keeps:
            return HttpResponse(status=403)
        try:
            if words := _do(request, merchant_id, deposit, pause):
                messages.success(request, words)
                return redirect("wallet:admission", merchant_id=merchant_id)
        except Refused as refused:
            no = refused
    context = {
        "merchant": merchant,
        "due_fen": terms_on(today).deposit_fen,
        "terminals": counters.terminals_of(merchant_id, today),
        "people": counters.clerks_of(merchant.unit_id, today),
        "keeps": keeps,
        "deposit": deposit,
        "pause": pause,
        "no": no,
    }
    response = show(request, "wallet/desk/admission.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _do(
    request: PersonRequest, merchant_id: int, deposit: forms.Deposit, pause: forms.Because
) -> str:
    """Do as the pressed button says; return what was done, nothing where the form is not right."""
    by, at, do = request.person, clock.now(), request.POST.get("do")
    if do == "sign":
        admitting.sign_undertaking(merchant_id=merchant_id, by=by, at=at)
        return "已记录《反套现承诺书》签署。"
    if do == "deposit" and deposit.is_valid():
        admitting.pay_deposit(
            merchant_id=merchant_id, amount_fen=deposit.cleaned_data["amount"],
            document=deposit.cleaned_data["document"], by=by, at=at,
        )  # fmt: skip
        return "已收保证金，记为对商户的负债。"
    if do == "activate":
        admitting.activate(merchant_id=merchant_id, by=by, at=at)
        return "已准予营业，两秒内所有终端可以收款。"
    if do == "suspend" and pause.is_valid():
        admitting.suspend(
            merchant_id=merchant_id, by=by, at=at, because=pause.cleaned_data["because"]
        )
        return "已暂停营业，两秒内所有终端停止收款。"
    return ""
