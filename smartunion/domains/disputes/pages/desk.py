"""劳动争议 on the desk: the register without names, one's own cases, who came to ask."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.disputes import forms
from smartunion.domains.disputes.actions import counting, mediating
from smartunion.domains.disputes.reads import cases, shown
from smartunion.domains.disputes.rules.records import Part
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page, show

DESK = "disputes.desk"
FORMS: dict[str, Any] = {"accept": None, "mediate": forms.Mediation, "perform": forms.FollowUp}
BUTTONS = {"accept": "受理", "mediate": "封存笔录，办结调解", "perform": "记下回访"}


@page(can=DESK, methods="GET POST")
def register(request: PersonRequest) -> HttpResponse:
    """调解登记簿: numbers and steps; names only to who has it in hand."""
    at = clock.now()
    do = request.POST.get("do", "")
    contact = forms.Inquiry(request.POST if do == "contact" else None)
    year = forms.EarlierYear(request.POST if do == "year" else None)
    before = shown.counted(at).year - 1
    asked: dict[str, Any] = {"by": request.person, "at": at}
    no: Refused | None = None
    try:
        if contact.is_valid():
            counting.count_inquiry(**contact.cleaned_data, **asked)
            messages.success(request, "已记一次来访，不记姓名。")
            return redirect("disputes:register")
        if year.is_valid():
            counting.say_year(year=before, **year.cleaned_data, **asked)
            messages.success(request, "已填，请另一位调解员核对。")
            return redirect("disputes:register")
        if do == "confirm" and shown.counted(at).earlier is not None:
            counting.confirm_year(year=before, **asked)
            messages.success(request, "已核对。")
            return redirect("disputes:register")
    except Refused as refused:
        no = refused
    context = {
        "rows": shown.register(request.person), "counted": shown.counted(at), "contact": contact,
        "year": year, "before": before, "no": no,
    }  # fmt: skip
    response = show(request, "disputes/desk/register.html", context)
    response.status_code = no.status if no else response.status_code
    return response


@page(can=DESK, methods="GET POST")
def dispute(request: PersonRequest, *, dispute_id: int) -> HttpResponse:
    """一件争议: the open step, and what is sealed, for who has it in hand."""
    at = clock.now()
    it = cases.dispute(dispute_id)
    if it is None or not cases.takes_part(it, request.person):
        raise Http404("没有这件争议，或不在你手里办理")
    run = cases.in_hand(it, request.person)
    step = run.step if run and run.step in FORMS else ""
    do, part = request.POST.get("do", ""), request.POST.get("part", "")
    kind = FORMS.get(step)
    form = kind(request.POST if do == step else None) if kind else None
    purpose = forms.Purpose(request.POST if part in list(Part) else None)
    no: Refused | None = None
    opened: list[tuple[str, str]] = []
    try:
        if purpose.is_valid():
            said = purpose.cleaned_data["purpose"]
            opened = shown.told(
                mediating.read(
                    dispute_id=it.pk, part=Part(part), purpose=said, by=request.person, at=at
                )
            )
        elif do and do == step and (form is None or form.is_valid()):
            _do(step, form.cleaned_data if form else {}, it.pk, request, at)
            messages.success(request, "已办。")
            return redirect("disputes:register")
    except Refused as refused:
        no = refused
    parts = shown.parts(it) if run else []
    context = {
        "it": it, "run": run, "step": step, "form": form, "button": BUTTONS.get(step, ""),
        "standing": shown.standing(it), "stages": shown.stages(it), "rights": cases.calendar(it),
        "parts": parts,
        "has_agreement": Part.AGREEMENT in parts, "purpose": purpose, "opened": opened, "no": no,
    }  # fmt: skip
    response = show(request, "disputes/desk/dispute.html", context)
    response.status_code = no.status if no else response.status_code
    response["Cache-Control"] = "private, no-store"
    return response


def _do(step: str, said: dict[str, Any], dispute_id: int, request: PersonRequest, at: Any) -> None:
    act: dict[str, Any] = {
        "accept": mediating.accept, "mediate": mediating.mediate, "perform": mediating.follow_up,
    }  # fmt: skip
    act[step](dispute_id=dispute_id, by=request.person, at=at, **said)


@page(can=SIGNED_IN)
def step(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """办理一步: the applicant's page, or the mediator's."""
    it = cases.of_run(run_id)
    if it is not None and it.applicant_id == request.person.pk:
        return redirect("disputes:mine", dispute_id=it.pk)
    if it is None or not cases.takes_part(it, request.person):
        raise Http404("没有这一步")
    return redirect("disputes:dispute", dispute_id=it.pk)
