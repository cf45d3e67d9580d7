"""The desk of reconciliation: months, a day with every row that differs, a case."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.settlement import forms
from smartunion.domains.settlement.actions import cases
from smartunion.domains.settlement.reads import desk
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day, campus_month
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

VIEW, WORK = "settlement.view", "settlement.work"


def asked_month(request: PersonRequest, months: list[date]) -> date:
    """Return the month that is asked for, else the newest that has something, else this one."""
    try:
        return date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return months[0] if months else campus_month(clock.now())


@page(can=VIEW)
def days(request: PersonRequest) -> HttpResponse:
    """银行对账: the month's days, and what is still apart."""
    months = desk.months()
    month = asked_month(request, months)
    context = {
        "month": month,
        "months": months,
        "found": desk.month(month, on=campus_day(clock.now())),
        "cases": desk.open_cases()[:50],
        "apart_fen": desk.apart_fen(desk.open_cases()),
    }
    return show(request, "settlement/days.html", context)


@page(can=VIEW, methods="GET POST")
def day(request: PersonRequest, *, day: str) -> HttpResponse:
    """一日对账: the account first, the files that came, every row that is not the same."""
    try:
        on = date.fromisoformat(day)
    except ValueError as wrong:
        raise Http404("没有这一天") from wrong
    if request.method == "POST":
        if not request.mandate.may(WORK):
            return HttpResponse(status=403)
        cases.ask_resend(day=on, by=request.person, at=clock.now(), because="请银行补发当日文件")
        messages.success(request, "已请银行补发；取到后自动再对一次")
        return redirect("settlement:day", day=on.isoformat())
    context = {"found": desk.day(on), "works": request.mandate.may(WORK)}
    return show(request, "settlement/day.html", context)


@page(can=VIEW, methods="GET POST")
def case(request: PersonRequest, *, case_id: int) -> HttpResponse:
    """一件差错: both sides, every line in which the bank told of it, what was found."""
    found = desk.case(case_id)
    if found is None:
        raise Http404("没有这一件")
    form = forms.Because(request.POST or None)
    no: Refused | None = None
    if request.method == "POST":
        if not request.mandate.may(WORK):
            return HttpResponse(status=403)
        try:
            if (words := _do(request, case_id, form)) is not None:
                messages.success(request, words)
                return redirect("settlement:case", case_id=case_id)
        except Refused as refused:
            no = refused
    context = {
        "case": found,
        "lines": desk.lines_of(found),
        "form": form,
        "no": no,
        "works": request.mandate.may(WORK),
        "correctable": found.state in cases.CORRECTABLE,
        "own": found.explained_by_id == request.person.pk,
    }
    response = show(request, "settlement/case.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _do(request: PersonRequest, case_id: int, form: forms.Because) -> str | None:
    """Do what the pressed button says; return what was done, None where a field is wrong."""
    by, at, do = request.person, clock.now(), request.POST.get("do")
    if do == "confirm":
        cases.confirm(case_id=case_id, by=by, at=at)
        return "已核准办结。"
    if not form.is_valid():
        return None
    because = form.cleaned_data["because"]
    if do == "correct":
        cases.correct(case_id=case_id, by=by, at=at, because=because)
        return "已以银行为准更正我方；再对一次即一致。"
    if do == "explain":
        cases.explain(case_id=case_id, by=by, at=at, because=because)
        return "已记下查明情况，等另一位财务人员核准。"
    raise Http404("没有这个决定")
