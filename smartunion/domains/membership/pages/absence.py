"""请假代理: I am away; who acts for me; back earlier."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from smartunion.domains.membership import forms
from smartunion.domains.membership.actions import terms
from smartunion.domains.membership.reads import absences
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page, show


@page(can=SIGNED_IN, methods="GET POST")
def mine(request: PersonRequest) -> HttpResponse:
    """请假代理."""
    at = clock.now()
    today = campus_day(at)
    form = forms.Leaving(request.POST or None, initial={"since": today})
    no: Refused | None = None
    if form.is_valid():
        try:
            terms.go_away(by=request.person, at=at, **form.cleaned_data)
        except Refused as refused:
            no = refused
        else:
            messages.success(request, "已登记离岗。离岗期间各岗位由下面的人办理，并得到相应权限。")
            return redirect("absence")
    coming, over = absences.absences(request.person, on=today)
    context = {
        "form": form,
        "no": no,
        "coming": coming,
        "over": over,
        "today": today,
        "substitutes": absences.substitutes(request.person, on=today),
    }
    return show(request, "membership/my_absence.html", context)


@page(can=SIGNED_IN, methods="POST")
def back(request: PersonRequest, *, absence_id: int) -> HttpResponse:
    """提前回岗."""
    terms.come_back(
        absence_id=absence_id, by=request.person, at=clock.now(), because="本人提前回岗"
    )
    messages.success(request, "已回岗，您的岗位从现在起由您办理。")
    return redirect("absence")
