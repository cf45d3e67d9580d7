"""劳动争议 on the phone: ask for mediation, one's calendar of rights, what happened outside."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.disputes import forms
from smartunion.domains.disputes.actions import filing, mediating
from smartunion.domains.disputes.reads import cases, shown
from smartunion.domains.disputes.rules.records import Part
from smartunion.domains.disputes.rules.topics import REVIEW
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

OWN = "disputes.own"


@page(can=OWN)
def home(request: PersonRequest) -> HttpResponse:
    """劳动争议: mine, and how it goes."""
    context = {
        "rows": shown.of(request.person), "terms": cases.terms_on(campus_day(clock.now())),
    }  # fmt: skip
    return show(request, "disputes/phone/home.html", context)


@page(can=OWN, methods="GET POST")
def applying(request: PersonRequest) -> HttpResponse:
    """申请调解: what happened, since when, what is asked for."""
    form = forms.Applying(request.POST or None)
    no: Refused | None = None
    if form.is_valid():
        try:
            made = filing.register(by=request.person, at=clock.now(), **form.cleaned_data)
            messages.success(request, f"{made.number} 已登记，你的时限日历在下面。")
            return redirect("disputes:mine", dispute_id=made.pk)
        except Refused as refused:
            no = refused
    response = show(request, "disputes/phone/applying.html", {"form": form, "no": no})
    response.status_code = no.status if no else response.status_code
    return response


@page(can=OWN, methods="GET POST")
def mine(request: PersonRequest, *, dispute_id: int) -> HttpResponse:
    """我的争议: its calendar of rights, how far it is, the papers that only I may read."""
    at = clock.now()
    it = cases.dispute(dispute_id)
    if it is None or it.applicant_id != request.person.pk:
        raise Http404("没有这件争议")
    events = _events(it)
    do = request.POST.get("do", "")
    event = forms.Event(request.POST if do == "event" else None, choices=events)
    confirming = forms.Confirming(request.POST if do == "confirm" else None)
    asked: dict[str, Any] = {"dispute_id": it.pk, "by": request.person, "at": at}
    no: Refused | None = None
    opened: list[tuple[str, str]] = []
    try:
        if event.is_valid():
            filing.happened(**event.cleaned_data, **asked)
            messages.success(request, "已记下，日历已更新。")
            return redirect("disputes:mine", dispute_id=it.pk)
        if confirming.is_valid():
            mediating.confirm(**confirming.cleaned_data, **asked)
            messages.success(request, "已记下你的决定。")
            return redirect("disputes:mine", dispute_id=it.pk)
        if do in list(Part):
            opened = shown.told(mediating.read(part=Part(do), purpose="", **asked))
    except Refused as refused:
        no = refused
    run = it.case.runs.filter(step="confirm", state="open").first()
    today, parts = campus_day(at), shown.parts(it)
    context = {
        "it": it, "standing": shown.standing(it), "stages": shown.stages(it),
        "rights": shown.rights(it, today=today),
        "parts": parts, "has_agreement": Part.AGREEMENT in parts, "opened": opened, "no": no,
        "event": event if events else None, "confirming": confirming if run else None, "run": run,
    }  # fmt: skip
    response = show(request, "disputes/phone/mine.html", context)
    response.status_code = no.status if no else response.status_code
    response["Cache-Control"] = "private, no-store"
    return response


def _events(it: Any) -> list[tuple[str, str]]:
    """Return what may still be noted of the outside, in its order."""
    names = ("decided_on",) if it.topic == REVIEW else tuple(filing.EVENTS)
    return [(name, filing.EVENTS[name]) for name in names if getattr(it, name) is None]
