"""What the plan leaves open: dated terms with their readings, gaps and blanks."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from smartunion.domains.planning import forms
from smartunion.domains.planning.actions import budget as actions
from smartunion.domains.planning.reads import shown
from smartunion.kernel.base import clock
from smartunion.kernel.web.page import PersonRequest, page, show

from .frame import frame


@page(can="plan.view")
def terms(request: PersonRequest) -> HttpResponse:
    """约定：每个业务数字的日期、依据、读法与另一种读法."""
    now = frame(request)
    groups = shown.terms_shown(now.year)
    asked = request.GET.get("group", "")
    return show(
        request,
        "planning/terms.html",
        {
            "frame": now,
            "groups": [each for each in groups if not asked or each[0] == asked],
            "names": [(key, words, len(rows)) for key, words, rows in groups],
            "asked": asked,
            "count": sum(len(rows) for _, _, rows in groups),
            "open_count": sum(1 for _, _, rows in groups for row in rows if row.alternative),
            "may_edit": request.mandate.may("plan.edit"),
            "tab": "terms",
        },
    )


@page(can="plan.edit", methods="GET POST")
def term(request: PersonRequest, *, group: str, key: str) -> HttpResponse:
    """改一个约定：自某天起用新值，旧值仍可查."""
    now = frame(request)
    values = shown.term(now.year, group, key)
    form = forms.TermChange(
        request.POST or None, initial={"since": now.on, "value": values[-1].value}
    )
    if form.is_valid():
        actions.set_term(
            year=now.year,
            group=group,
            key=key,
            by=request.person,
            at=clock.now(),
            **form.cleaned_data,
        )
        messages.success(request, f"“{values[-1].title}”已改，计划留下新版本")
        response = redirect("planning:terms")
        response["Location"] += f"?year={now.year}"
        return response
    return show(
        request,
        "planning/term.html",
        {"frame": now, "values": values, "last": values[-1], "form": form, "tab": "terms"},
    )


@page(can="plan.view")
def gaps(request: PersonRequest) -> HttpResponse:
    """缺口与空白：没有预算的承诺、没有任务的诉求、没有填的空白."""
    now = frame(request)
    return show(
        request,
        "planning/gaps.html",
        {
            "frame": now,
            "gaps": shown.gaps(now.year),
            "filling": forms.Filling(),
            "may_edit": request.mandate.may("plan.edit"),
            "tab": "gaps",
        },
    )


@page(can="plan.edit", methods="POST")
def filling(request: PersonRequest, *, code: str) -> HttpResponse:
    """填一处空白."""
    now = frame(request)
    form = forms.Filling(request.POST)
    if form.is_valid():
        actions.fill(
            year=now.year, code=code, by=request.person, at=clock.now(), **form.cleaned_data
        )
        messages.success(request, "空白已填，计划留下新版本")
    else:
        messages.error(request, "没有保存：请写填写值和事由")
    response = redirect("planning:gaps")
    response["Location"] += f"?year={now.year}#blanks"
    return response
