"""The centre's desk: assessments, campaigns and their gate, the floor to be signed, the counts."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.wellbeing import forms
from smartunion.domains.wellbeing.actions import campaigns as acts
from smartunion.domains.wellbeing.actions import caring, policy
from smartunion.domains.wellbeing.reads import cases, figures, gate
from smartunion.domains.wellbeing.reads import desk as reads
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

ASSESS, LEAD, COUNTS = "wellbeing.assess", "wellbeing.lead", "wellbeing.counts"
KINDS = {"assessment": forms.Assessment, "review": forms.Review, "contact": forms.Contact}
"""What the centre has in hand, and the form of its record."""


@page(can=ASSESS)
def tasks(request: PersonRequest) -> HttpResponse:
    """专业评估、红色前复核、当日联系: what was given to me; for the head, all that there is."""
    at = clock.now()
    rows = reads.tasks(*KINDS, by=request.person, all_of_them=request.mandate.may(LEAD), at=at)
    context = {
        "rows": rows,
        "open": sum(1 for row in rows if row.done_at is None),
        "late": sum(1 for row in rows if row.done_at is None and row.late),
        "leads": request.mandate.may(LEAD),
    }
    return show(request, "wellbeing/desk/tasks.html", context)


@page(can=ASSESS, methods="GET POST")
def task(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """一件评估或复核: open the answers with a purpose, write what was found."""
    at = clock.now()
    found = cases.task_of_run(run_id, *KINDS)
    if found is None or not cases.was_in_hand(found[1], request.person):
        raise Http404
    it, run = found
    terms = figures.terms_on(campus_day(at))
    do = request.POST.get("do", "")
    form = KINDS[it.kind](
        request.POST if do == "finish" else None, initial={"met_at": at.astimezone(CAMPUS)}
    )
    purpose = forms.Purpose(request.POST if do == "open" else None)
    asked: dict[str, Any] = {"run_id": run_id, "by": request.person, "at": at}
    whom, opened, no = None, None, None
    try:
        if do == "attempt":
            caring.note_attempt(way="电话", **asked)
            messages.success(request, "已记下没打通；期限不变，请隔一会儿再打")
            return redirect("wellbeing:task", run_id=run_id)
        if do == "whom":
            whom = caring.whom(kind=it.kind, **asked).person
        if purpose.is_valid():
            opened = caring.open_answers(purpose=purpose.cleaned_data["purpose"], **asked)
        if form.is_valid():
            caring.finish(kind=it.kind, **form.cleaned_data, **asked)
            messages.success(request, f"{it.alert.number} 已记录并封存")
            return redirect("wellbeing:tasks")
    except Refused as refused:
        no = refused
    context = {
        "task": it,
        "run": run,
        "attempts": list(it.attempts.select_related("by").order_by("at")),
        "whom": whom,
        "opened": opened,
        "lines": reads.factor_lines(opened.result, terms) if opened else [],
        "norms": terms.norms,
        "form": form,
        "purpose": purpose,
        "hand": cases.has_in_hand(run, request.person),
        "no": no,
    }
    response = show(request, "wellbeing/desk/task.html", context)
    response.status_code = no.status if no else response.status_code
    return response


@page(can=LEAD, methods="GET POST")
def campaigns(request: PersonRequest) -> HttpResponse:
    """自评活动: those that there are, and a new one."""
    at = clock.now()
    given = request.POST if request.method == "POST" else None
    form = forms.NewCampaign(
        given, units=reads.branches(),
        initial={"opens_on": campus_day(at).isoformat()},
    )  # fmt: skip
    if form.is_valid():
        said = {**form.cleaned_data, "units": list(form.cleaned_data["units"])}
        made = acts.plan(**said, by=request.person, at=at)
        return redirect("wellbeing:campaign", campaign_id=made.pk)
    context = {"rows": reads.campaigns(), "form": form, "leads": True}
    return show(request, "wellbeing/desk/campaigns.html", context)


@page(can=LEAD, methods="GET POST")
def campaign(request: PersonRequest, *, campaign_id: int) -> HttpResponse:
    """一期自评: the gate, the forecast, opening and closing."""
    at = clock.now()
    it = reads.campaign(campaign_id)
    if it is None:
        raise Http404
    terms = figures.terms_on(campus_day(at))
    do = request.POST.get("do", "")
    cap = forms.Cap(request.POST if do == "cap" else None, initial={"cap": it.cap})
    because = forms.Because(request.POST if do == "close" else None)
    no = None
    try:
        if do == "open":
            acts.open_campaign(campaign_id=it.pk, by=request.person, at=at)
            messages.success(request, "已开放，今天的邀请按上限发出")
            return redirect("wellbeing:campaign", campaign_id=it.pk)
        if cap.is_valid():
            acts.change_cap(campaign_id=it.pk, cap=cap.cleaned_data["cap"], by=request.person,
                            at=at)  # fmt: skip
            return redirect("wellbeing:campaign", campaign_id=it.pk)
        if because.is_valid():
            acts.close(campaign_id=it.pk, by=request.person, at=at,
                       because=because.cleaned_data["because"])  # fmt: skip
            return redirect("wellbeing:campaign", campaign_id=it.pk)
    except Refused as refused:
        no = refused
    planned = it.state == "planned"
    context = {
        "it": it,
        "units": list(it.units.order_by("code")),
        "checks": gate.checks(it, terms=terms, at=at) if planned else [],
        "forecast": gate.expected(it, terms=terms, at=at) if planned else None,
        "terms": terms,
        "cap": cap,
        "because": because,
        "no": no,
        "leads": True,
    }
    response = show(request, "wellbeing/desk/campaign.html", context)
    response.status_code = no.status if no else response.status_code
    return response


@page(can=LEAD, methods="GET POST")
def floor(request: PersonRequest) -> HttpResponse:
    """关键题规则: the proposal, the signature, and that it is off without one."""
    at = clock.now()
    terms = figures.terms_on(campus_day(at))
    because = forms.Because(request.POST if request.POST.get("do") == "revoke" else None)
    no = None
    try:
        if request.POST.get("do") == "sign":
            policy.sign(sha256=request.POST.get("sha256", ""), by=request.person, at=at)
            messages.success(request, "已签发，从现在起生效")
            return redirect("wellbeing:floor")
        if because.is_valid():
            policy.revoke(by=request.person, at=at, because=because.cleaned_data["because"])
            messages.success(request, "已停用，只按因子分")
            return redirect("wellbeing:floor")
    except Refused as refused:
        no = refused
    content = figures.proposal_of(terms)
    context = {
        "rows": figures.floor_rows(terms),
        "same_day_items": terms.same_day_items,
        "same_day_hours": terms.same_day_hours,
        "content": content,
        "sha256": figures.digest_of(content),
        "signed": figures.signed(terms),
        "last": reads.last_signature(),
        "because": because,
        "no": no,
        "leads": True,
    }
    response = show(request, "wellbeing/desk/floor.html", context)
    response.status_code = no.status if no else response.status_code
    return response


@page(can=LEAD)
def imports(request: PersonRequest) -> HttpResponse:
    """外部测评: what came from outside systems, counted by day."""
    return show(request, "wellbeing/desk/imports.html", {"rows": reads.imports(), "leads": True})


@page(can=COUNTS)
def counts(request: PersonRequest) -> HttpResponse:
    """统计: closed campaigns in counts that point at nobody."""
    least = figures.terms_on(campus_day(clock.now())).count_least
    context = {"rows": reads.counts(least=least), "least": least,
               "leads": request.mandate.may(LEAD)}  # fmt: skip
    return show(request, "wellbeing/desk/counts.html", context)
