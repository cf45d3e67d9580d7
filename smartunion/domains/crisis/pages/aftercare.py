"""善后的一步: escort, deposit, settlement, debrief, telling; the sheet says whose, by when."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.crisis import forms
from smartunion.domains.crisis.actions import aftercare as actions
from smartunion.domains.crisis.reads import sheets
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

FORMS: dict[str, Any] = {
    "escort": forms.EscortForm,
    "pay": forms.Paying,
    "settle": forms.Settling,
    "debrief": forms.DebriefForm,
    "tell": forms.Nothing,
}


@page(can="home", methods="GET POST")
def aftercare(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """办理善后的一步."""
    at = clock.now()
    found = sheets.step_of(run_id, request.person)
    if found is None or found.run.step not in FORMS:
        raise Http404
    initial = {"met_at": at.astimezone(CAMPUS), "held_at": at.astimezone(CAMPUS)}
    data = request.POST if request.method == "POST" else None
    form = FORMS[found.run.step](data, initial=initial)
    no: Refused | None = None
    if form.is_valid():
        try:
            messages.success(request, _do(request, found.run, form.cleaned_data, at))
            return redirect("crisis:mine")
        except Refused as refused:
            no = refused
    context = {"found": found, "run": found.run, "form": form, "no": no, "it": found.case}
    context["fund"] = sheets.fund(at) if found.run.step in ("pay", "settle") else None
    response = show(request, "crisis/aftercare.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _do(request: PersonRequest, run: Any, given: dict[str, Any], at: datetime) -> str:
    asked: dict[str, Any] = {"run_id": run.pk, "by": request.person, "at": at}
    if run.step == "escort":
        asks = given.pop("asks") or 0
        actions.meet_family(**asked, met_at=given["met_at"], asks_fen=asks)
        return "陪同已登记" + ("，等财务垫付" if asks else "")
    if run.step == "pay":
        actions.advance(**asked, receipt=given["receipt"])
        return "已垫付，10 日内报销或追回"
    if run.step == "settle":
        made = actions.settle(
            **asked, kind=given["kind"], amount_fen=given["amount"], receipt=given["receipt"]
        )
        return f"已登记{made.get_kind_display()}"
    if run.step == "tell":
        actions.tell_of_location(**asked)
        return "已告知本人，告知时间已记下"
    actions.hold_debrief(
        **asked, held_at=given["held_at"], people=given["people"], report=given["report"]
    )
    return "复盘已登记，报告已封存"
