"""What curators keep beside the rules: cases, and topics that no rule answers."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.policy import forms
from smartunion.domains.policy.actions import teaching
from smartunion.domains.policy.reads import library as reads
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

CAN = "policy.curate"


@page(can=CAN, methods="GET POST")
def library(request: PersonRequest) -> HttpResponse:
    """案例与不答事项: add a case, add a topic or change one; the next question finds it."""
    do = request.POST.get("do", "")
    if request.method == "POST" and do not in ("case", "topic"):
        raise Http404("没有这个按钮")
    known = reads.topic(request.GET.get("topic", ""))
    told = {"topic": known.topic, "answer": known.answer, "desk": known.desk} if known else {}
    if known:
        told["words"] = "\n".join(known.words)
    case = forms.CaseForm(request.POST if do == "case" else None)
    topic = forms.TopicForm(
        request.POST if do == "topic" else None, desks=reads.desks(), initial=told
    )
    no: Refused | None = None
    try:
        if do == "case" and case.is_valid():
            made = teaching.keep_case(**case.cleaned_data, by=request.person, at=clock.now())
            messages.success(request, f"已收录“{made.title}”，所引条文的答复下面就能看到")
            return redirect("policy:library")
        if do == "topic" and topic.is_valid():
            kept = teaching.register_gap(**topic.cleaned_data, by=request.person, at=clock.now())
            messages.success(request, f"已登记“{kept.topic}”，下一次提问就用上")
            return redirect("policy:library")
    except Refused as refused:
        no = refused
    context = {
        "cases": reads.cases(),
        "topics": reads.topics(),
        "case": case,
        "topic": topic,
        "changing": known,
        "no": no,
    }
    response = show(request, "policy/desk/library.html", context)
    response.status_code = no.status if no else response.status_code
    return response
