"""The risk desk: hits, counts, what was excluded, rows opened; a person decides with a reason."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.merchants import forms
from smartunion.domains.merchants.actions import deciding, detecting
from smartunion.domains.merchants.reads import risk as reads
from smartunion.domains.merchants.reads.figures import terms_on
from smartunion.domains.merchants.rules.detectors import Detector
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.reads import acting
from smartunion.kernel.web.page import PersonRequest, page, show

CAN, DECIDES = "merchants.risk", "merchants.decide"
ANSWERS = "welfare_committee_chair"
STATES = {"open": "待核实", "excluded": "已排除", "confirmed": "认定套现"}


@page(can=CAN, methods="GET POST")
def desk(request: PersonRequest) -> HttpResponse:
    """套现疑点: what the rules found, what waits until when; ask them again."""
    at = clock.now()
    if request.method == "POST":
        if not request.mandate.may(DECIDES):
            return HttpResponse(status=403)
        made = detecting.scan(month=campus_day(at), by=request.person, at=at)
        messages.success(
            request, f"检测了 {made.trades} 笔，命中 {made.hits} 处，新疑点 {made.fresh} 处。"
        )
        return redirect("merchants:risk")
    state = request.GET.get("state", "")
    detector = request.GET.get("detector", "")
    tallies = reads.tallies()
    context = {
        "rows": reads.listed(
            state=state if state in STATES else "",
            detector=detector if detector in {one.value for one in Detector} else "",
        ),
        "tallies": tallies,
        "waiting": sum(one.waiting for one in tallies),
        "states": STATES,
        "state": state,
        "detector": detector,
        "scan": reads.last_scan(),
        "terms": terms_on(campus_day(at)),
        "decides": request.mandate.may(DECIDES),
    }
    return show(request, "merchants/desk/risk.html", context)


@page(can=CAN, methods="GET POST")
def card(request: PersonRequest, *, suspicion_id: int) -> HttpResponse:
    """一件疑点: why, its rows, the decision; never one's own."""
    at = clock.now()
    decides = request.mandate.may(DECIDES)
    found = reads.card(suspicion_id, names=decides)
    if found is None:
        raise Http404("没有这件疑点")
    if request.method == "POST" and not decides:
        return HttpResponse(status=403)
    form = forms.Because(request.POST or None)
    no: Refused | None = None
    if form.is_valid():
        try:
            messages.success(request, _decide(request, suspicion_id, form, at))
            return redirect("merchants:suspicion", suspicion_id=suspicion_id)
        except Refused as refused:
            no = refused
    who = acting(ANSWERS, on=campus_day(at), excluding=found.kept_out)
    context = {
        "card": found,
        "it": found.row,
        "form": form,
        "no": no,
        "decides": decides,
        "own": request.person.pk in found.kept_out,
        "answerer": f"福利保障委员会 {who.person.name}" if who else "福利保障委员会",
    }
    response = show(request, "merchants/desk/suspicion.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _decide(request: PersonRequest, suspicion_id: int, form: forms.Because, at: datetime) -> str:
    """Decide as the pressed button says; return what was done."""
    given = {
        "suspicion_id": suspicion_id,
        "by": request.person,
        "at": at,
        "because": form.cleaned_data["because"],
    }
    if request.POST.get("do") == "exclude":
        deciding.exclude(**given)
        return "已排除，理由和这几笔一同留存。"
    if request.POST.get("do") == "confirm":
        done = deciding.confirm(**given)
        return f"已认定套现：扣回补贴 {done.taken_fen / 100:,.2f} 元，付款人的钱包已取消资格。"
    raise Http404("没有这个决定")
