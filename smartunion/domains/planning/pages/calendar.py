"""The campus calendar of a year, a ruling for a day, the confirmation of a year."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from smartunion.domains.planning import forms
from smartunion.domains.planning.actions import calendar as actions
from smartunion.domains.planning.reads import months
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.web.page import PersonRequest, page, show

EARLIEST, LATEST = 2004, 2099


@page(can="plan.view")
def calendar(request: PersonRequest) -> HttpResponse:
    """校历：一年的工作日、节假日、调休与校定."""
    today = campus_day(clock.now())
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdigit() and EARLIEST <= int(asked) <= LATEST else today.year
    return show(
        request,
        "planning/calendar.html",
        {
            "year": year,
            "today": today,
            "view": months.year_view(year),
            "form": forms.DayRuling(initial={"day": today}),
            "reason": forms.Reason(),
            "may_edit": request.mandate.may("plan.calendar"),
            "tab": "calendar",
        },
    )


@page(can="plan.calendar", methods="POST")
def ruling(request: PersonRequest) -> HttpResponse:
    """改一天的校历."""
    form = forms.DayRuling(request.POST)
    if not form.is_valid():
        messages.error(request, "没有改校历：请填日期、这天和事由")
        return redirect("planning:calendar")
    day, because = form.cleaned_data["day"], form.cleaned_data["because"]
    if form.cleaned_data["is_working"] == "lift":
        actions.lift_day(day=day, by=request.person, at=clock.now(), because=because)
    else:
        actions.rule_day(
            day=day,
            is_working=form.cleaned_data["is_working"] == "yes",
            label=form.cleaned_data["label"],
            by=request.person,
            at=clock.now(),
            because=because,
        )
    messages.success(request, f"{day.month}月{day.day}日的校历已改")
    response = redirect("planning:calendar")
    response["Location"] += f"?year={day.year}"
    return response


@page(can="plan.calendar", methods="POST")
def year_confirmation(request: PersonRequest, *, year: int) -> HttpResponse:
    """确认一个推算的年份."""
    form = forms.Reason(request.POST)
    form.is_valid()
    actions.confirm_year(
        year=year,
        by=request.person,
        at=clock.now(),
        because=form.cleaned_data.get("because", ""),
    )
    messages.success(request, f"{year} 年校历已确认")
    response = redirect("planning:calendar")
    response["Location"] += f"?year={year}"
    return response
