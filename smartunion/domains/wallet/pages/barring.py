"""Wallets whose eligibility was taken: who, by which decision, and how they come back."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.wallet import forms
from smartunion.domains.wallet.actions import deciding
from smartunion.domains.wallet.reads import cases
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

CAN, DECIDES = "wallet.desk", "wallet.release"


@page(can=CAN, methods="GET POST")
def readmission(request: PersonRequest, *, wallet_id: int) -> HttpResponse:
    """恢复资格: a barred wallet may pay again; never one's own."""
    may_decide = request.mandate.may(DECIDES)
    found = cases.barred(names=may_decide, wallet_id=wallet_id)
    if request.method == "POST" and not may_decide:
        return HttpResponse(status=403)
    if not found:
        raise Http404("没有这个被取消资格的钱包")
    barred = found[0]
    form = forms.Because(request.POST or None)
    no: Refused | None = None
    if form.is_valid():
        try:
            deciding.readmit(
                wallet_id=wallet_id,
                by=request.person,
                at=clock.now(),
                because=form.cleaned_data["because"],
            )
            messages.success(request, f"已恢复{barred.payer}的资格，马上可以付款。")
            return redirect("wallet:freezings")
        except Refused as refused:
            no = refused
    context = {
        "barred": barred,
        "form": form,
        "no": no,
        "may_decide": may_decide,
        "own": barred.owner_id == request.person.pk,
        "answerer": cases.answerer(on=campus_day(clock.now()), owner_id=barred.owner_id),
    }
    response = show(request, "wallet/desk/readmission.html", context)
    response.status_code = no.status if no else response.status_code
    return response
