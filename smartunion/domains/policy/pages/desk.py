"""The policy desk: tickets, what they taught, what nobody found, and the figures."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.policy import forms
from smartunion.domains.policy.actions import lessons, teaching, ticketing
from smartunion.domains.policy.gateways import finding
from smartunion.domains.policy.reads import metrics as figures
from smartunion.domains.policy.reads import tickets as reads
from smartunion.domains.policy.reads.searching import Found
from smartunion.domains.policy.rules import desk_refusals as refusals
from smartunion.domains.policy.rules.asked import Lesson
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

CAN, CURATES = "policy.own", "policy.curate"


@page(can=CAN)
def tickets(request: PersonRequest) -> HttpResponse:
    """咨询工单: those of one's own steps, without a word of what was asked."""
    at = clock.now()
    context = {"rows": reads.rows(request.person, at=at), "now": at,
               "curates": request.mandate.may(CURATES)}  # fmt: skip
    return show(request, "policy/desk/tickets.html", context)


@page(can=CAN)
def step(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """办理一步: the ticket's page is where it is done."""
    ticket_id = reads.ticket_of_step(run_id)
    if ticket_id is None or reads.card(ticket_id, request.person, at=clock.now()) is None:
        raise Http404("没有这一步")
    return redirect("policy:ticket", ticket_id=ticket_id)


@page(can=CAN, methods="GET POST")
def ticket(request: PersonRequest, *, ticket_id: int) -> HttpResponse:
    """一件工单: the thread, the articles, the answer, the lesson; whose step it is only."""
    at = clock.now()
    card = reads.card(ticket_id, request.person, at=clock.now())
    if card is None:
        raise Http404
    no: Refused | None = None
    do = request.POST.get("do", "")
    if request.method == "POST" and do != "search":
        try:
            messages.success(request, _do(request, ticket_id, do, at))
            return redirect("policy:ticket", ticket_id=ticket_id)
        except Refused as refused:
            no = refused
    words = request.POST.get("words", "") if do == "search" else ""
    context = {
        "card": reads.card(ticket_id, request.person, at=clock.now()) or card,
        "it": card.ticket,
        "no": no,
        "found": _found(request, words, at),
        "words": words,
        "typed": request.POST,
        "now": at,
    }
    response = show(request, "policy/desk/ticket.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _found(request: PersonRequest, words: str, at: datetime) -> Found | None:
    """Return other articles that the desk looks for."""
    if not words.strip():
        return None
    return finding.find(words, day=campus_day(at), viewer=request.person)[0]


def _do(request: PersonRequest, ticket_id: int, do: str, at: datetime) -> str:
    """Answer or teach; return what was done in words."""
    if do == "reply":
        form = forms.Reply(request.POST)
        if not form.is_valid():
            raise refusals.NothingSaid
        ticketing.reply(
            ticket_id=ticket_id, text=form.cleaned_data["text"], piece_ids=_pieces(request),
            no_basis=form.cleaned_data["no_basis"], by=request.person, at=at,
        )  # fmt: skip
        return "已答复，提问人收到了通知"
    if do == "learn":
        lesson = forms.Teach(request.POST)
        if not lesson.is_valid():
            raise refusals.NothingSaid
        pieces = _pieces(request)
        lessons.learn(
            ticket_id=ticket_id, lesson=Lesson(lesson.cleaned_data["lesson"]),
            question=lesson.cleaned_data["question"], answer=lesson.cleaned_data["answer"],
            piece_id=pieces[0] if pieces else None, by=request.person, at=at,
        )  # fmt: skip
        return "已提交，由另一个人复核"
    raise Http404("没有这个按钮")


def _pieces(request: PersonRequest) -> list[int]:
    return [int(one) for one in request.POST.getlist("piece") if one.isdecimal()]


@page(can=CURATES, methods="GET POST")
def curating(request: PersonRequest) -> HttpResponse:
    """整理: what waits for a second person; words that found nothing become lexicon entries."""
    at = clock.now()
    no: Refused | None = None
    if request.method == "POST":
        try:
            messages.success(request, _curate(request, at))
            return redirect("policy:curating")
        except Refused as refused:
            no = refused
    context = {
        "proposals": reads.proposals(request.person, at=at),
        "lexemes": reads.lexemes(request.person),
        "weeks": reads.weeks(),
        "no": no,
        "typed": request.POST,
    }
    response = show(request, "policy/desk/curating.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _curate(request: PersonRequest, at: datetime) -> str:
    do, which = request.POST.get("do", ""), request.POST.get("which", "")
    given: dict[str, Any] = {"by": request.person, "at": at}
    if do == "word":
        form = forms.Word(request.POST)
        if not form.is_valid():
            raise refusals.NothingSaid
        teaching.propose_word(**form.cleaned_data, **given)
        return "已提出，由另一个人复核"
    accept, because = do == "accept", request.POST.get("because", "")
    kind = request.POST.get("kind", "")
    if do not in ("accept", "refuse") or not which.isdecimal():
        raise Http404("没有这个按钮")
    if kind == "faq":
        lessons.review_faq(faq_id=int(which), accept=accept, **given, because=because)
    elif kind == "alias":
        teaching.decide_alias(alias_id=int(which), accept=accept, **given)
    elif kind == "word":
        teaching.decide_word(lexeme_id=int(which), accept=accept, **given)
    else:
        raise Http404("没有这一种")
    return "已采用，下一次提问就用上了" if accept else "没有采用"


@page(can=CURATES)
def metrics(request: PersonRequest) -> HttpResponse:
    """咨询指标: waits, what needed nobody, hours saved, with their formulas."""
    at = clock.now()
    until = campus_day(at) + timedelta(days=1)
    first = _month(request.GET.get("since", ""), until)
    context = {"it": figures.metrics(first, until, at=at), "first": first, "last": campus_day(at)}
    return show(request, "policy/desk/metrics.html", context)


def _month(said: str, until: date) -> date:
    """Return the first day of the span: the month that is named, else this year's first day."""
    try:
        named = date.fromisoformat(f"{said}-01")
    except ValueError:
        return date((until - timedelta(days=1)).year, 1, 1)
    return named if named < until else date(until.year, 1, 1)
