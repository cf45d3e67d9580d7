"""The officers' desk for the bank: what it has not answered, since when, and whose matter it is."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from smartunion.domains.wallet.actions import legs
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
