"""The survey on the phone: three people at the place, one list, three signatures."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.safety import forms
from smartunion.domains.safety.actions import surveys as acts
from smartunion.domains.safety.reads import surveys as reads
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show


@page(can="safety.view", methods="GET POST")
def survey(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """现场踏勘: look at each line, photograph risks, hand the list in or sign."""
    at = clock.now()
    found = reads.of_run(run_id)
    if found is None:
        raise Http404
    it, run = found
    hand = run.state == "open" and request.person.pk in (run.lead_id, run.backup_id)
    may = hand or request.mandate.may("safety.survey") or request.mandate.may("safety.plan")
    bound: dict[str, Any] = {}
    no: Refused | None = None
    if request.method == "POST":
        if not may:
            raise Http404
        try:
            if words := _do(request, it.pk, run, bound, at):
                messages.success(request, words)
                return redirect("safety:survey", run_id=run_id)
        except Refused as refused:
            no = refused
    unchecked, risks = reads.counts(it)
    context = {
        "it": it,
        "run": run,
        "lines": reads.lines(it, bound),
        "signatures": reads.signatures(it),
        "unchecked": unchecked,
        "risks": risks,
        "hand": hand,
        "may": may,
        "events": reads.events_of(it),
        "more": bound.get("more") or forms.MoreRisk(prefix="more"),
        "no": no,
    }
    response = show(request, "safety/phone/survey.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _do(
    request: PersonRequest, survey_id: int, run: Any, bound: dict[str, Any], at: datetime
) -> str:
    """Do what the button says; return it in words, nothing where a form is not right yet."""
    asked: dict[str, Any] = {"by": request.person, "at": at}
    do = request.POST.get("do", "")
    if do == "hand_in":
        acts.hand_in_list(run_id=run.pk, **asked)
        return "清单已交，请三方签字"
    if do == "sign":
        done = acts.sign(run_id=run.pk, **asked)
        return "三方签齐" if done.signed_at else "已签字"
    if do != "more":
        return _line(request, survey_id, bound, asked)
    more = bound["more"] = forms.MoreRisk(request.POST, request.FILES, prefix="more")
    if not more.is_valid():
        return ""
    acts.add_item(survey_id=survey_id, **more.cleaned_data, **asked)
    return "已加进清单"


def _line(
    request: PersonRequest, survey_id: int, bound: dict[str, Any], asked: dict[str, Any]
) -> str:
    """Do what a line's button says."""
    do, item = request.POST.get("do", ""), request.POST.get("item", "")
    if do not in LINE or not item.isdigit() or not reads.has_item(survey_id, int(item)):
        raise Http404
    shape, act, words = LINE[do]
    if shape is None:
        act(item_id=int(item), **asked)
        return words
    form = bound[item] = shape(request.POST, request.FILES)
    if not form.is_valid():
        return ""
    act(**{"item_id": int(item), **form.cleaned_data, **asked})
    return words


LINE: dict[str, tuple[Any, Callable[..., Any], str]] = {
    "clear": (None, acts.look, "看过，无风险"),
    "risk": (forms.Risk, acts.look, "已记下，整改后再销项"),
    "settle": (forms.Settling, acts.settle, "已销项"),
}
"""What a line's button asks for, what it does, and how that is told."""
