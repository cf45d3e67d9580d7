"""An incident on the phone: reported in two taps, answered by those on duty; the desk's list."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.safety import forms
from smartunion.domains.safety.actions import incidents as acts
from smartunion.domains.safety.reads import incidents as reads
from smartunion.domains.safety.reads import phone
from smartunion.domains.safety.reads.figures import terms_on
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.response.pages import where
from smartunion.kernel.web.page import PersonRequest, page, show

CAN = "safety.own"


@page(can=CAN, methods="GET POST")
def report(request: PersonRequest) -> HttpResponse:
    """报告突发事件: the second tap says where; everything else happens by itself."""
    at = clock.now()
    duty = phone.on_duty_now(request.person, at=at)
    if duty is None:
        raise Http404
    places = terms_on(campus_day(at)).incident_places
    if request.method == "POST":
        place = request.POST.get("place", "")
        if place not in places:
            raise Http404
        made = acts.report(event_id=duty.event_id, place=place, by=request.person, at=at)
        return redirect("safety:incident", incident_id=made.pk)
    return show(request, "safety/phone/report.html", {"duty": duty, "places": places})


@page(can=CAN, methods="GET POST")
def incident(request: PersonRequest, *, incident_id: int) -> HttpResponse:
    """一起突发事件: the clocks, what is asked of me, sharing where I am."""
    at = clock.now()
    it = reads.seen(incident_id, request.person, request.mandate)
    if it is None:
        raise Http404
    do = request.POST.get("do", "")
    account = forms.Account(request.POST if do == "account" else None)
    reading = forms.ReadingAccount(request.POST if do == "read" else None)
    reads_it = reads.may_read_account(it, request.person, request.mandate)
    told, no = "", None
    if do == "read" and not reads_it:
        raise Http404
    if do == "read":
        if reading.is_valid():
            told = acts.read_account(
                incident_id=incident_id, by=request.person, at=at, **reading.cleaned_data
            )
    elif request.method == "POST":
        try:
            if words := _do(request, incident_id, account, at):
                messages.success(request, words)
                return redirect("safety:incident", incident_id=incident_id)
        except Refused as refused:
            no = refused
            it = reads.seen(incident_id, request.person, request.mandate) or it
    context = {
        "it": it,
        "legs": reads.legs(it),
        "doing": reads.to_do(it),
        "asked": reads.is_asked(it, request.person),
        "sharing": where.sharing(it.run, request.person, at=at) if it.run else None,
        "account": account,
        "writes": it.ended_at is not None and request.person.pk == it.event.organiser_id,
        "reads_it": reads_it,
        "reading": reading,
        "told": told,
        "no": no,
    }
    response = show(request, "safety/phone/incident.html", context, part="clocks")
    if told:
        response["Cache-Control"] = "private, no-store"
    response.status_code = no.status if no else response.status_code
    if it.ended_at is not None and request.headers.get("HX-Request") and request.method == "GET":
        response.status_code = STOP_POLLING
    return response


STOP_POLLING = 286
"""What HTMX takes for: ask no more."""


def _do(request: PersonRequest, incident_id: int, account: forms.Account, at: datetime) -> str:
    """Do what the button says; return it in words, nothing where a form is not right yet."""
    do, by = request.POST.get("do", ""), request.person
    if do == "account":
        it = reads.seen(incident_id, by, request.mandate)
        if it is None or it.event.organiser_id != by.pk or it.ended_at is None or it.written_at:
            raise Http404
        if not account.is_valid():
            return ""
        acts.write_account(incident_id=incident_id, **account.cleaned_data, by=by, at=at)
        return "经过已封存"
    step, _, outcome = do.partition(":")
    if not outcome:
        raise Http404
    counted = acts.answer(incident_id=incident_id, step=step, outcome=outcome, by=by, at=at)
    return "已记下" if counted else "这一步已经有人办了，您的应答另记"


@page(can="safety.view")
def listed(request: PersonRequest) -> HttpResponse:
    """突发事件登记簿: how each went against 30 seconds, 4 and 8 minutes."""
    context = {"rows": reads.listed(), "terms": terms_on(campus_day(clock.now()))}
    return show(request, "safety/desk/incidents.html", context)
