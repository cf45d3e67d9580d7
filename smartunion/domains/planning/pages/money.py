"""The budget: execution, both forecasts, who pays what, one line and its rows."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from smartunion.domains.planning import forms
from smartunion.domains.planning.actions import budget as actions
from smartunion.domains.planning.reads import execution, plan, shown
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

from .frame import frame

PER_PAGE = 25


@page(can="plan.view")
def budget(request: PersonRequest) -> HttpResponse:
    """预算执行、两种读法的预测、经费来源."""
    now = frame(request)
    return show(
        request,
        "planning/budget.html",
        {
            "frame": now,
            "plan": plan.plan_of(now.year),
            "sheet": execution.sheet(now.year, on=now.within),
            "matrix": shown.matrix(now.year),
            "may_edit": request.mandate.may("plan.budget"),
            "tab": "budget",
        },
        part="execution",
    )


@page(can="plan.view")
def line(request: PersonRequest, *, code: str) -> HttpResponse:
    """一条支出：明细与账本里的行."""
    now = frame(request)
    rows = execution.ledger_rows(now.year, code, on=now.within)
    return show(
        request,
        "planning/line.html",
        {
            "frame": now,
            "line": shown.line(now.year, code),
            "facts": execution.lines_under(now.year, code, on=now.within),
            "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
            "may_rows": request.mandate.may("ledger.view"),
            "tab": "budget",
        },
    )


@page(can="plan.budget", methods="GET POST")
def revision(request: PersonRequest) -> HttpResponse:
    """修订预算：收入、支出、来源矩阵一次改完，收支须相等."""
    now = frame(request)
    amounts, table = shown.amounts(now.year), shown.matrix(now.year)
    own = plan.plan_of(now.year)
    form = forms.Revising(request.POST or None, amounts=amounts, seen=own.stamp)
    no: Refused | None = None
    if form.is_valid():
        try:
            count = _revise(request, now.year, form)
        except Refused as refused:  # shown beside what was typed, which stays
            no = refused
        else:
            messages.success(request, f"已修订 {count} 个金额，收入与支出仍然相等")
            return redirect(f"{reverse('planning:budget')}?year={now.year}")
    response = show(
        request,
        "planning/revision.html",
        {
            "frame": now,
            "form": form,
            "plan": own,
            "groups": [
                (title, [form[name] for name, *_ in amounts if name.startswith(prefix)])
                for prefix, title in (("i:", "收入"), ("s:", "支出"))
            ],
            "incomes": table.incomes,
            "cells": [
                (line, [form[f"f:{line.code}←{source.code}"] for source in table.incomes])
                for line, _ in table.rows
            ],
            "tab": "budget",
            "no": no,
        },
    )
    response.status_code = no.status if no else response.status_code
    return response


def _revise(request: PersonRequest, year: int, form: forms.Revising) -> int:
    """Save what the form changes, whole or not at all; return how many amounts that is."""
    changed = form.changed()
    actions.revise(
        year=year,
        income={k[2:]: v or 0 for k, v in changed.items() if k.startswith("i:")},
        spending={k[2:]: v for k, v in changed.items() if k.startswith("s:")},
        funding={
            (k[2:].split("←")[0], k[2:].split("←")[1]): v or 0
            for k, v in changed.items()
            if k.startswith("f:")
        },
        seen=form.cleaned_data["seen"],
        by=request.person,
        at=clock.now(),
        because=form.cleaned_data["because"],
    )
    return len(changed)
