"""Asking on the phone: type or speak, the article first, then whoever can help."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect

from smartunion.domains.policy import forms
from smartunion.domains.policy.actions import asking, ticketing
from smartunion.domains.policy.gateways import explaining, finding, model, voice
from smartunion.domains.policy.reads import answers, help_lines
from smartunion.domains.policy.reads.terms import desk_terms
from smartunion.domains.policy.rules import desk_refusals as refusals
from smartunion.domains.policy.rules.asked import Via
from smartunion.domains.policy.rules.kinds import Tier
from smartunion.domains.policy.rules.sla import LEVELS, Level
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, refusal_as_json, show

CAN = "policy.own"


@page(can=CAN, methods="GET POST")
def ask(request: PersonRequest) -> HttpResponse:
    """问问: one line to ask in, and what one has asked before."""
    no: Refused | None = None
    if request.method == "POST":
        try:
            return _ask(request, request.POST.get("q", ""), request.POST.get("via", ""))
        except Refused as refused:
            no = refused
    context = {
        "no": no,
        "typed": request.POST.get("q", "")[: asking.LONGEST],
        "past": answers.history(request.person),
        "examples": answers.examples(day=campus_day(clock.now()), viewer=request.person),
        "voice": voice.is_open(),
        "most": asking.LONGEST,
        "keep_days": desk_terms(campus_day(clock.now())).keep_days,
    }
    response = show(request, "policy/ask/home.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _ask(request: PersonRequest, text: str, via: str) -> HttpResponse:
    """Find, keep, and lead to the answer; words of a crisis lead to help at once."""
    at = clock.now()
    if not text.strip():
        raise refusals.NothingAsked
    if len(text) > asking.LONGEST:
        raise refusals.QuestionTooLong(length=len(text), most=asking.LONGEST)
    found, stages = finding.find(text, day=campus_day(at), viewer=request.person)
    way = Via.SPOKEN if via == Via.SPOKEN else Via.TYPED
    asked = asking.ask(text=text, found=found, via=way, stages=stages, by=request.person, at=at)
    if found.tier == Tier.CRISIS:
        return redirect("policy:help")
    return redirect("policy:question", question_id=asked.pk)


@page(can=CAN)
def help_page(request: PersonRequest) -> HttpResponse:
    """求助: whom to call now; nothing of what was typed is kept."""
    return show(request, "policy/ask/help.html", {"help": help_lines.at(clock.now())})


@page(can=CAN, methods="GET POST")
def question(request: PersonRequest, *, question_id: int) -> HttpResponse:
    """答复: the articles verbatim, cases, the desk; one's own questions only."""
    at = clock.now()
    asked = answers.own(question_id, request.person)
    if asked is None or asked.tier == Tier.CRISIS:
        raise Http404
    no: Refused | None = None
    if request.method == "POST":
        try:
            messages.success(request, _do(request, question_id, at))
            return redirect("policy:question", question_id=question_id)
        except Refused as refused:
            no = refused
    answer = answers.answer(question_id, request.person, at=clock.now())
    if answer is None:
        raise Http404
    terms = desk_terms(campus_day(at))
    shows = model.explainer() is not None and answer.tier in (Tier.EXACT, Tier.HIGH, Tier.MIDDLE)
    context = {
        "it": answer,
        "no": no,
        "levels": [(code, words, terms.limit(Level(code))) for code, words in LEVELS],
        "keep_days": terms.keep_days,
        "voice": voice.is_open(),
        "explains": shows and answer.shown and not asked.erased_at,
        "typed": request.POST,
        "today": campus_day(at),
    }
    response = show(request, "policy/ask/answer.html", context)
    asking.showed(question_id=question_id, by=request.person, at=clock.now())
    response.status_code = no.status if no else response.status_code
    return response


def _do(request: PersonRequest, question_id: int, at: datetime) -> str:
    """Do what a button of the answer says; return it in words."""
    do = request.POST.get("do", "")
    given: dict[str, Any] = {"by": request.person, "at": at}
    if do in ("useful", "useless"):
        asking.judge(question_id=question_id, useful=do == "useful", **given)
        return "谢谢，记下了" if do == "useful" else "记下了。可以换个说法再问，或者转人工"
    if do == "choose":
        piece = request.POST.get("piece", "")
        if not piece.isdecimal():
            raise Http404
        asking.choose(question_id=question_id, piece_id=int(piece), **given)
        return "好，把这一条放在最前"
    if do == "hand_over":
        form = forms.HandOver(request.POST)
        if not form.is_valid():
            raise Http404
        level = Level(form.cleaned_data["level"])
        ticketing.hand_over(
            question_id=question_id, level=level, note=form.cleaned_data["note"], **given
        )
        return "已转人工，答复会写在这个问题下面，并通知你"
    if do == "say":
        ticketing.say(question_id=question_id, text=request.POST.get("text", ""), **given)
        return "已发给答复人"
    raise Http404


@page(can=CAN)
def explanation(request: PersonRequest, *, question_id: int) -> HttpResponse:
    """解释: a model's sentences as they pass the checks (SSE); articles stand without it."""
    answer = answers.answer(question_id, request.person, at=clock.now())
    if answer is None or answer.tier == Tier.CRISIS:
        raise Http404
    return explaining.as_stream(explaining.explain(answer, by=request.person))


@page(can=CAN, methods="POST")
def hearing(request: PersonRequest) -> HttpResponse:
    """听写: a recording becomes words in the input box, and is gone."""
    given = request.FILES.get("speech")
    try:
        if given is None:
            raise refusals.VoiceWrong(why="没有收到录音")
        return JsonResponse({"text": voice.transcribe(given.read(voice.MOST_BYTES + 1))})
    except Refused as no:
        return refusal_as_json(request, no)
