"""The officers' desk for the bank: what it has not answered, since when, and whose matter it is."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.wallet import forms
from smartunion.domains.wallet.actions import legs, ordering
from smartunion.domains.wallet.reads import waits
from smartunion.kernel.base import clock
from smartunion.kernel.web.page import PersonRequest, page, show

CAN, WORKS = "wallet.desk", "settlement.work"


@page(can=CAN)
def orders(request: PersonRequest) -> HttpResponse:
    """等银行的指令: unknown outcomes with owner and clock; how the last large payments ended."""
    context = {
        "it": waits.unanswered(at=clock.now()),
        "may_ask": request.mandate.may(WORKS),
    }
    return show(request, "wallet/desk/bank.html", context)


@page(can=WORKS, methods="POST")
def asking(request: PersonRequest) -> HttpResponse:
    """现在再问: let the worker ask the bank about everything unanswered at once."""
    at = clock.now()
    ids = [each.id for each in waits.unanswered(at=at).rows]
    asked = legs.ask_at_once(order_ids=ids, by=request.person, at=at)
    messages.success(request, f"{asked} 条指令马上再问银行，仍用原编号，不会重复记账。")
    return redirect("wallet:bank")


@page(can=WORKS, methods="POST")
def again(request: PersonRequest, *, order_id: int) -> HttpResponse:
    """重发: send one that the bank refused again, under its own key, for a reason."""
    if not waits.is_refused(order_id):
        raise Http404("没有被拒绝的这条指令")
    form = forms.Because(request.POST)
    if not form.is_valid():
        messages.error(request, "写一句为什么现在银行会受理，再重发。")
        return redirect("wallet:bank")
    ordering.send_again(
        order_id=order_id, by=request.person, at=clock.now(),
        because=form.cleaned_data["because"],
    )  # fmt: skip
    messages.success(request, "已重新排队，仍用原编号，银行只会记一次账。")
    return redirect("wallet:bank")
