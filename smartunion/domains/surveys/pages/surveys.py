"""满意度调查: draw a slip as oneself, answer as nobody; results only after the close."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.surveys import actions, forms
from smartunion.domains.surveys.reads import surveys as reads
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PUBLIC, SIGNED_IN, PersonRequest, page, show

WORK = "surveys.work"


@page(can=SIGNED_IN, methods="GET POST")
def listed(request: PersonRequest) -> HttpResponse:
    """调查: what asks me, every result; by POST one draws one's slip, which is shown this once."""
    drawn = ""
    number = request.POST.get("survey", "")
    if request.method == "POST" and number.isdecimal():
        drawn = actions.draw(survey_id=int(number), by=request.person, at=clock.now())
    context = {
        "rows": reads.listed(),
        "waiting": reads.waiting_for(request.person),
        "form": forms.Answering(initial={"code": drawn}),
        "drawn": drawn,
        "works": request.mandate.may(WORK),
        "opening": forms.Opening(),
    }
    response = show(request, "surveys/list.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@page(can=PUBLIC, methods="GET POST")
def answering(request: HttpRequest) -> HttpResponse:
    """答题: whoever holds a slip answers; who they are is not asked."""
    form = forms.Answering(request.POST or None)
    no: Refused | None = None
    done = False
    if form.is_valid():
        try:
            actions.answer(**form.cleaned_data)
            done = True
        except Refused as refused:
            no = refused
    response = show(request, "surveys/answering.html", {"form": form, "no": no, "done": done})
    response.status_code = no.status if no else response.status_code
    response["Cache-Control"] = "private, no-store"
    return response


@page(can=WORK, methods="POST")
def opening(request: PersonRequest) -> HttpResponse:
    """发出调查."""
    form = forms.Opening(request.POST)
    if form.is_valid():
        made = actions.open_survey(by=request.person, at=clock.now(), **form.cleaned_data)
        messages.success(request, f"已发给 {made.invited} 人，名单和问题已冻结。")
    else:
        messages.error(request, "名称、问题和对象都要写。")
    return redirect("surveys:listed")


@page(can=WORK, methods="POST")
def closing(request: PersonRequest, *, survey_id: int) -> HttpResponse:
    """结束调查: the list of the invited is destroyed."""
    actions.close(survey_id=survey_id, by=request.person, at=clock.now())
    messages.success(request, "调查已结束，受邀名单和答题码已销毁。")
    return redirect("surveys:listed")
