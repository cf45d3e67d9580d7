"""案例库: pattern cards for training, and where they are written, read and let out."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.crisis import forms
from smartunion.domains.crisis.actions import library as actions
from smartunion.domains.crisis.reads import library as reads
from smartunion.domains.crisis.reads.figures import terms_on
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

READ, REVIEW, WRITE = "crisis.library", "crisis.review", "crisis.centre"


@page(can=READ)
def library(request: PersonRequest) -> HttpResponse:
    """案例库: what may be learnt, of nobody."""
    reviews = request.mandate.may(REVIEW)
    context = {
        "cards": reads.released(),
        "drafts": reads.drafts() if reviews else [],
        "writes": request.mandate.may(WRITE),
    }
    return show(request, "crisis/library.html", context)


@page(can=WRITE, methods="GET POST")
def drafting(request: PersonRequest) -> HttpResponse:
    """起草案例卡."""
    at = clock.now()
    form = forms.CardForm(
        request.POST or None, cases=[(str(c.pk), _said(c)) for c in reads.to_draw_on()]
    )
    no: Refused | None = None
    if form.is_valid():
        given = form.cleaned_data
        try:
            card = actions.draft_card(
                cases=[int(one) for one in given["cases"]], trigger=given["trigger"],
                worked=given["worked"], lesson=given["lesson"], by=request.person, at=at,
            )  # fmt: skip
            messages.success(request, "已起草，等两位审阅")
            return redirect("crisis:card", card_id=card.pk)
        except Refused as refused:
            no = refused
    return _answer(request, "crisis/card_new.html", {"form": form, "no": no}, no)


def _said(case: Any) -> str:
    return f"{case.number} · {case.get_outcome_display()} · {case.get_source_display()}"


@page(can=REVIEW, methods="GET POST")
def card(request: PersonRequest, *, card_id: int) -> HttpResponse:
    """审阅、放行、撤下一张案例卡."""
    at = clock.now()
    found = reads.card_of(card_id)
    if found is None:
        raise Http404
    rewriting = forms.CardWords(
        request.POST if request.POST.get("do") == "rewrite" else None,
        initial={"worked": found.worked, "lesson": found.lesson},
    )
    because = forms.Because(request.POST if request.POST.get("do") == "withdraw" else None)
    no: Refused | None = None
    if request.method == "POST":
        try:
            if words := _do(request, card_id, rewriting, because):
                messages.success(request, words)
                return redirect("crisis:card", card_id=card_id)
        except Refused as refused:
            no = refused
    terms = terms_on(at)
    context = {
        "draft": reads.shown(found), "it": found, "rewriting": rewriting, "because": because,
        "no": no, "writes": request.mandate.may(WRITE), "terms": terms.given,
        "own": found.drafted_by_id == request.person.pk,
    }  # fmt: skip
    return _answer(request, "crisis/card.html", context, no)


def _do(request: PersonRequest, card_id: int, rewriting: Any, because: Any) -> str:
    asked: dict[str, Any] = {"card_id": card_id, "by": request.person, "at": clock.now()}
    do = request.POST.get("do")
    if do == "review":
        actions.review_card(**asked)
        return "已记下你的审阅"
    if not request.mandate.may(WRITE):
        raise Http404
    if do == "release":
        actions.release_card(**asked)
        return "已放行，培训人员可以看到"
    if do == "rewrite" and rewriting.is_valid():
        actions.rewrite_card(**asked, **rewriting.cleaned_data)
        return "已改写，须重新审阅"
    if do == "withdraw" and because.is_valid():
        actions.withdraw_card(**asked, **because.cleaned_data)
        return "已撤下"
    return ""


def _answer(
    request: PersonRequest, template: str, context: dict[str, Any], no: Refused | None
) -> HttpResponse:
    response = show(request, template, context)
    response.status_code = no.status if no else response.status_code
    return response
