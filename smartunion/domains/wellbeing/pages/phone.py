"""On the person's phone: the notice, nine pages of questions, and the same thanks for everybody."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.wellbeing import forms
from smartunion.domains.wellbeing.actions import answering
from smartunion.domains.wellbeing.reads import figures, instrument, mine
from smartunion.domains.wellbeing.rules import wording
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page, show


def _terms(at: datetime) -> figures.Terms:
    return figures.terms_on(campus_day(at))


@page(can=SIGNED_IN)
def home(request: PersonRequest) -> HttpResponse:
    """心理自评与热线: whom to call, what I am asked, what I have handed in."""
    at = clock.now()
    terms = _terms(at)
    context = {
        "help": figures.help_at(at, terms),
        "asked": mine.asked_of(request.person, terms=terms, at=at),
        "handed_in": mine.handed_in(request.person),
    }
    return show(request, "wellbeing/phone/home.html", context)


@page(can=SIGNED_IN, methods="GET POST")
def invitation(request: PersonRequest, *, invitation_id: int) -> HttpResponse:
    """邀请: what it is, what happens with it, and my yes or no."""
    at = clock.now()
    terms = _terms(at)
    found = mine.invitation(request.person, invitation_id, terms=terms, at=at)
    if found is None:
        raise Http404
    if found.state == "submitted":
        return redirect("wellbeing:done", response_id=found.response_id)
    if request.POST.get("do") == "decline":
        answering.decline(invitation_id=found.id, by=request.person, at=at)
        messages.success(request, "好的，这次不参加。不会有任何影响")
        return redirect("wellbeing:home")
    people = mine.might_come(request.person, terms, at=at)
    given = request.POST if request.method == "POST" else None
    form = forms.Agreement(given, people=people)
    if form.is_valid():
        made = answering.begin(
            invitation_id=found.id, avoid=form.cleaned_data["avoid"], by=request.person, at=at
        )
        return redirect("wellbeing:answering", response_id=made.pk)
    context = {
        "it": found,
        "form": form,
        "people": people,
        "consent": wording.CONSENT.splitlines(),
        "text": instrument.text(),
        "help": figures.help_at(at, terms),
        "terms": terms,
    }
    return show(request, "wellbeing/phone/invitation.html", context)


@page(can=SIGNED_IN, methods="GET POST")
def answering_page(request: PersonRequest, *, response_id: int) -> HttpResponse:
    """填写: ten questions a page, kept as one goes on; handing in at the end."""
    at = clock.now()
    terms, text = _terms(at), instrument.text()
    found = mine.own(request.person, response_id)
    if found is None:
        raise Http404
    if found.state == "submitted":
        return redirect("wellbeing:done", response_id=found.pk)
    pages = -(-len(text.items) // terms.page_items)
    given = _given(request, len(text.items))
    kept = answering.save(response_id=found.pk, given=given, by=request.person, at=at)
    asked = request.POST.get("page") or request.GET.get("page") or ""
    now = min(max(int(asked), 1), pages) if asked.isdecimal() else _first_open(kept, terms, pages)
    if request.method == "POST":
        if request.POST.get("do") == "hand_in" and len(kept) == len(text.items):
            answering.submit(response_id=found.pk, by=request.person, at=at)
            return redirect("wellbeing:done", response_id=found.pk)
        return redirect(f"{request.path}?page={_next(request, now, kept, terms, pages)}")
    context: dict[str, Any] = {
        "it": found,
        "text": text,
        "page": now,
        "pages": pages,
        "last": now == pages,
        "questions": mine.questions(text, now, kept, each=terms.page_items),
        "kept": len(kept),
        "missing": len(text.items) - len(kept),
        "percent": 100 * len(kept) // len(text.items),
        "warn": request.GET.get("missing"),
        "help": figures.help_at(at, terms),
        "terms": terms,
    }
    return show(request, "wellbeing/phone/answering.html", context)


def _given(request: PersonRequest, items: int) -> dict[int, int]:
    """Return the answers that were sent; what is no number is left to the rule to refuse."""
    found = {}
    for number in range(1, items + 1):
        value = request.POST.get(f"i{number}")
        if value is not None:
            found[number] = int(value) if value.isdecimal() else -1
    return found


def _first_open(kept: dict[int, int], terms: figures.Terms, pages: int) -> int:
    """Return the page of the first question that is not answered yet."""
    first = next((n for n in range(1, pages * terms.page_items + 1) if n not in kept), 1)
    return min((first - 1) // terms.page_items + 1, pages)


def _next(
    request: PersonRequest, now: int, kept: dict[int, int], terms: figures.Terms, pages: int
) -> str:
    """Return the page to show next: back, on, or where something is still missing."""
    if request.POST.get("do") == "back":
        return str(max(now - 1, 1))
    here = range((now - 1) * terms.page_items + 1, now * terms.page_items + 1)
    if any(number not in kept for number in here):
        return f"{now}&missing=1"
    return str(now + 1) if now < pages else f"{_first_open(kept, terms, pages)}&missing=1"


@page(can=SIGNED_IN)
def done(request: PersonRequest, *, response_id: int) -> HttpResponse:
    """谢谢: the same words for everybody, and whom to call at once."""
    at = clock.now()
    found = mine.own(request.person, response_id)
    if found is None or found.state != "submitted":
        raise Http404
    context = {"it": found, "thanks": wording.THANKS, "help": figures.help_at(at, _terms(at))}
    return show(request, "wellbeing/phone/done.html", context)


@page(can=SIGNED_IN, methods="POST")
def withdrawing(request: PersonRequest, *, response_id: int) -> HttpResponse:
    """撤回: what I answered is destroyed."""
    if mine.own(request.person, response_id) is None:
        raise Http404
    answering.withdraw(response_id=response_id, by=request.person, at=clock.now())
    messages.success(request, "已撤回同意，您的作答按规定销毁")
    return redirect("wellbeing:home")
