"""The officers' register of aid: what is open, until when, in whose hands; never the illness."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.aid import forms
from smartunion.domains.aid.actions import paying, sealing
from smartunion.domains.aid.reads import cases, desk, tracker
from smartunion.domains.aid.reads.figures import fund_used_fen, terms_on
from smartunion.domains.aid.rules import persons
from smartunion.domains.aid.rules.amounts import Category
from smartunion.domains.aid.rules.persons import Sealed
from smartunion.domains.aid.rules.records import FIELDS
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.files.reads import of as files_of
from smartunion.kernel.private.refusals import NothingSealed
from smartunion.kernel.web.page import PersonRequest, page, show

CAN, SEALED, RECLAIM, PAY = "aid.desk", "aid.sealed", "aid.reclaim", "aid.pay"


def _scope(request: PersonRequest, can: str = CAN) -> desk.Scope:
    return request.mandate.units[can]


@page(can=CAN)
def register(request: PersonRequest) -> HttpResponse:
    """困难救助登记簿."""
    at = clock.now()
    scope = _scope(request)
    seg = request.GET.get("seg", "open")
    category = request.GET.get("category", "")
    terms = terms_on(campus_day(at))
    context = {
        "rows": desk.register(scope, seg=seg, category=category, at=at),
        "counts": desk.counts(scope, at=at),
        "seg": seg,
        "category": category,
        "categories": [c.value for c in Category],
        "fund_fen": terms.fund_fen,
        "left_fen": max(terms.fund_fen - fund_used_fen(terms), 0),
        "pay_days": terms.pay_days,
        "whole": scope is None,
    }
    return show(request, "aid/desk/register.html", context)


@page(can=CAN, methods="GET POST")
def card(request: PersonRequest, *, application_id: int) -> HttpResponse:
    """一件救助: steps, promise, money, who has read the sealed part; reclaiming."""
    at = clock.now()
    found = desk.card(application_id, _scope(request), at=at)
    if found is None:
        raise Http404
    no: Refused | None = None
    do = request.POST.get("do", "")
    reclaim = forms.Because(request.POST if do == "reclaim" else None)
    back = forms.Return(request.POST if do == "return" else None)
    if do:
        try:
            if words := _money(request, application_id, reclaim, back, at):
                messages.success(request, words)
                return redirect("aid:card", application_id=application_id)
        except Refused as refused:
            no = refused
    context = {
        "card": found,
        "it": found.application,
        "row": found.row,
        "track": tracker.track(found.application, at=at),
        "parts": _parts(request, found),
        "may_reclaim": request.mandate.may(RECLAIM),
        "may_pay": request.mandate.may(PAY),
        "reclaim": reclaim,
        "back": back,
        "no": no,
    }
    response = show(request, "aid/desk/card.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _money(
    request: PersonRequest, application_id: int, reclaim: Any, back: Any, at: datetime
) -> str:
    do = request.POST.get("do")
    if do == "reclaim" and request.mandate.may(RECLAIM) and reclaim.is_valid():
        paying.reclaim(
            application_id=application_id, by=request.person, at=at,
            because=reclaim.cleaned_data["because"],
        )  # fmt: skip
        return "已决定追回，已通知本人；预算即时回冲"
    if do == "return" and request.mandate.may(PAY) and back.is_valid():
        paying.give_back(
            application_id=application_id, amount_fen=back.cleaned_data["amount"],
            receipt=back.cleaned_data["receipt"], by=request.person, at=at,
        )  # fmt: skip
        return "已登记退回"
    return ""


def _parts(request: PersonRequest, found: desk.Card) -> list[tuple[Sealed, Refused | None]]:
    """Return each sealed part with why this reader may not open it now, or nothing."""
    if not request.mandate.may(SEALED, found.application.unit_id):
        return []
    who, steps = (
        cases.involved(found.application),
        cases.in_hand(found.application, request.person),
    )
    return [
        (part, persons.may_read(part, who, request.person.pk, request.person.name, steps))
        for part in Sealed
    ]


@page(can=SEALED, methods="GET POST")
def sealed(request: PersonRequest, *, application_id: int, part: str) -> HttpResponse:
    """打开封存资料: say what for, read it once; the subject sees who did."""
    at = clock.now()
    found = desk.card(application_id, _scope(request, SEALED), at=at)
    if found is None or part not in forms.PARTS:
        raise Http404
    which = forms.PARTS[part]
    form = forms.Purpose(request.POST or None)
    read: dict[str, Any] | None = None
    no: Refused | None = persons.may_read(
        which, cases.involved(found.application), request.person.pk, request.person.name,
        cases.in_hand(found.application, request.person),
    )  # fmt: skip
    if no is None and form.is_valid():
        try:
            read = sealing.read(
                application_id=application_id, part=which, by=request.person, at=at,
                purpose=form.cleaned_data["purpose"],
            )  # fmt: skip
        except NothingSealed as nothing:
            no = nothing
        except Refused as refused:
            no = refused
    context = {
        "it": found.application,
        "part": which,
        "form": form,
        "no": no,
        "fields": [(FIELDS[key], read[key]) for key in FIELDS if read.get(key)] if read else [],
        "files": _files(found, which) if read else [],
        "run": found.run,
    }
    response = show(request, "aid/desk/sealed.html", context)
    response["Cache-Control"] = "private, no-store"
    response.status_code = no.status if no else response.status_code
    return response


def _files(found: desk.Card, part: Sealed) -> list[Any]:
    kind = {Sealed.CIRCUMSTANCES: "other", Sealed.VISIT: "photo"}.get(part)
    return list(files_of(found.application).filter(kind=kind)) if kind else []


@page(can=CAN)
def gifts(request: PersonRequest) -> HttpResponse:
    """慰问登记簿."""
    at = clock.now()
    scope = _scope(request)
    rows = desk.gifts(scope)
    terms = terms_on(campus_day(at))
    context = {
        "rows": rows,
        "open": sum(row.mark in ("run", "wait") for row in rows),
        "paid_fen": sum(row.amount_fen for row in rows if row.mark == "ok"),
        "days": terms.gift_days,
        "helps": request.mandate.may("aid.help"),
    }
    return show(request, "aid/desk/gifts.html", context)
