"""Events on the phone: sign up through the gate of 7.3, my events, my duties."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.safety import gateways
from smartunion.domains.safety.actions import joining
from smartunion.domains.safety.reads import phone as reads
from smartunion.domains.safety.rules import refusals
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.private.reads import consented
from smartunion.kernel.web.page import PersonRequest, page, show

CAN = "safety.own"


@page(can=CAN)
def home(request: PersonRequest) -> HttpResponse:
    """活动: where I may sign up, where I take part, where I am on duty."""
    at, person = clock.now(), request.person
    context = {
        "open": reads.open_events(person, at=at),
        "mine": reads.my_events(person, at=at),
        "duties": reads.my_duties(person, at=at),
        "shift": reads.on_duty_now(person, at=at),
    }
    return show(request, "safety/phone/home.html", context)


@page(can=CAN, methods="GET POST")
def event(request: PersonRequest, *, event_id: int) -> HttpResponse:
    """一场活动: what it asks for, signing up, giving the place back."""
    at = clock.now()
    mine = reads.event_for(event_id, request.person, request.mandate, at=at)
    if mine is None:
        raise Http404
    no: Refused | None = None
    if request.method == "POST":
        try:
            messages.success(request, _do(request, mine, at))
            return redirect("safety:event", event_id=event_id)
        except Refused as refused:
            no = refused
            mine = reads.event_for(event_id, request.person, request.mandate, at=at) or mine
    context = {
        "it": mine.event,
        "mine": mine,
        "agreed": consented(request.person, joining.PURPOSE, at=at),
        "wording": joining.WORDING,
        "typed": request.POST,
        "no": no,
    }
    response = show(request, "safety/phone/event.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _do(request: PersonRequest, mine: reads.Mine, at: datetime) -> str:
    """Sign up or give the place back; return what was done in words."""
    given: dict[str, Any] = {"event_id": mine.event.pk, "by": request.person, "at": at}
    if request.POST.get("do") == "withdraw":
        joining.withdraw(**given)
        return "已退出，名额让给别人了"
    if request.POST.get("do") != "join":
        raise Http404
    declared = request.POST.get("declared") == "on"
    if mine.asks_declaration and not declared:
        raise refusals.DeclarationMissing
    if mine.full:
        raise refusals.Full(number=mine.event.number, places=mine.event.places)
    check_id = _checked(request, mine, given, at) if mine.months else None
    joining.sign_up(**given, check_id=check_id, declared=declared)
    return "报名成功，保险已经算上你"


def _checked(request: PersonRequest, mine: reads.Mine, given: dict[str, Any], at: datetime) -> int:
    """Ask the hospital, after consent and outside any transaction; keep what it answered."""
    if request.POST.get("agreed") == "on":
        joining.agree(by=request.person, at=at)
    asked = gateways.ask(
        request.person, event_on=campus_day(mine.event.starts_at), months=mine.months, at=at
    )
    check = joining.note_check(**given, answer=asked.answer, report_on=asked.report_on)
    return check.pk
