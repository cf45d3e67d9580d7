"""请关心谈心: on the officer's phone, a name, a limit, a guide, and a form. No score, no band."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.wellbeing import forms
from smartunion.domains.wellbeing.actions import caring
from smartunion.domains.wellbeing.reads import cases, desk, figures
from smartunion.domains.wellbeing.rules import wording
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

CAN = "wellbeing.talk"
TALK = "talk"


@page(can=CAN)
def talks(request: PersonRequest) -> HttpResponse:
    """我的关心谈心: what was given to me, until when."""
    at = clock.now()
    rows = desk.tasks(TALK, by=request.person, all_of_them=False, at=at)
    return show(request, "wellbeing/phone/talks.html", {"rows": rows})


@page(can=CAN, methods="GET POST")
def talk(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """请关心谈心: whom, until when, how; and the record."""
    at = clock.now()
    found = cases.task_of_run(run_id, TALK)
    if found is None or not cases.was_in_hand(found[1], request.person):
        raise Http404
    task, run = found
    do = request.POST.get("do", "")
    form = forms.Talk(
        request.POST if do == "finish" else None, initial={"met_at": at.astimezone(CAMPUS)}
    )
    attempt = forms.Attempt(request.POST if do == "attempt" else None)
    whom, no = None, None
    asked: dict[str, Any] = {"run_id": run_id, "by": request.person, "at": at}
    try:
        if do == "open":
            whom = caring.whom(kind=TALK, **asked).person
        if form.is_valid():
            caring.finish(kind=TALK, **form.cleaned_data, **asked)
            messages.success(request, "已记录并封存，谢谢您的关心")
            return redirect("wellbeing:talks")
        if attempt.is_valid():
            caring.note_attempt(way=attempt.cleaned_data["way"], **asked)
            messages.success(request, "已记下，请换个时间或方式再联系")
            return redirect("wellbeing:talk", run_id=run_id)
    except Refused as refused:
        no = refused
    context = {
        "task": task,
        "run": run,
        "whom": whom,
        "form": form,
        "attempt": attempt,
        "attempts": task.attempts.count(),
        "guide": wording.TALK_GUIDE,
        "help": figures.help_at(at, figures.terms_on(campus_day(at))),
        "hand": cases.has_in_hand(run, request.person),
        "no": no,
    }
    response = show(request, "wellbeing/phone/talk.html", context)
    response.status_code = no.status if no else response.status_code
    return response
