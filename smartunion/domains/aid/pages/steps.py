"""Doing a step of aid: one page, what it asks depends on the step; the visit is on the phone."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.aid import forms
from smartunion.domains.aid.actions import gifts, handling, paying, visiting
from smartunion.domains.aid.procedure import GIFT, HARDSHIP
from smartunion.domains.aid.reads import cases, desk
from smartunion.domains.aid.reads.figures import fund_used_fen, terms_on
from smartunion.domains.aid.rules.feasibility import feasibility
from smartunion.kernel.base import clock
from smartunion.kernel.base.calendar import campus
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

HANDLE, VISIT = "aid.handle", "aid.visit"
FORMS: dict[str, Any] = {
    "accept": forms.Acceptance,
    "verify": forms.Verification,
    "agenda": forms.Agenda,
    "pay": forms.Payment,
    "revisit": forms.Revisit,
    "reject": forms.Because,
    "check": forms.GiftCheck,
    "give": forms.Signed,
    "settle": forms.Payment,
}


def _given(request: PersonRequest) -> tuple[Any, Any]:
    """Return what was posted; nothing when the page was only opened."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


@page(can=HANDLE, methods="GET POST")
def step(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """办理一步: what is asked, what the rules say, and doing it."""
    at = clock.now()
    found = desk.application_of_run(run_id)
    if found is None or found[1].step not in FORMS:
        raise Http404
    it, run = found
    if not request.mandate.may(HANDLE, it.unit_id):
        raise Http404
    form = FORMS[run.step](*_given(request))
    missing = forms.Missing(request.POST if request.POST.get("do") == "missing" else None)
    no: Refused | None = None
    if request.method == "POST":
        try:
            if words := _do(request, run, form, missing, at):
                messages.success(request, words)
                return redirect("aid:card", application_id=it.pk)
        except Refused as refused:
            no = refused
    terms = terms_on(campus_day(at))
    feasible = (
        feasibility(HARDSHIP, at, campus(), meeting_day=terms.meeting_day)
        if run.step == "accept" and run.state == "open"
        else None
    )
    context = {
        "it": it,
        "run": run,
        "step": HARDSHIP.step(run.step),
        "form": form if not missing.is_bound else FORMS[run.step](),
        "missing": missing,
        "no": no,
        "hand": run.step in cases.in_hand(it, request.person),
        "feasible": feasible,
        "courses": (feasible.online, feasible.meeting) if feasible else (),
        "fund_left_fen": max(terms.fund_fen - fund_used_fen(terms), 0),
        "terms": terms,
    }
    response = show(request, "aid/desk/step.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _do(request: PersonRequest, run: Any, form: Any, missing: Any, at: datetime) -> str:
    """Do the step; return what was done, nothing where the form is not right yet."""
    asked: dict[str, Any] = {"run_id": run.pk, "by": request.person, "at": at}
    if missing.is_bound:
        if run.step == "accept" and missing.is_valid():
            handling.ask_for_papers(**asked, because=missing.cleaned_data["because"])
            return "已一次性告知申请人要补什么"
        return ""
    return DOING[run.step](asked, form.cleaned_data) if form.is_valid() else ""


def _accept(asked: dict[str, Any], given: dict[str, Any]) -> str:
    handling.accept(**asked, online=given["vote"] == "online")
    return "已受理，15 日从今天起算"


def _verify(asked: dict[str, Any], given: dict[str, Any]) -> str:
    so = given["verified"] == "yes"
    handling.verify(**asked, verified=so, kin=not given["stranger"], opinion=given["opinion"])
    return "核实意见已封存" + ("，转入户调查" if so else "")


def _agenda(asked: dict[str, Any], given: dict[str, Any]) -> str:
    handling.put_to_vote(**asked, because=given["because"])
    return "已开始票决，七位常委会收到通知"


def _pay(asked: dict[str, Any], given: dict[str, Any]) -> str:
    paying.pay(**asked, receipt=given["receipt"], voucher=given["voucher"])
    return "已放款，已通知本人"


def _revisit(asked: dict[str, Any], given: dict[str, Any]) -> str:
    handling.revisit(**asked, received=given["received"] == "yes", story=given["story"])
    return "回访已记录"


def _reject(asked: dict[str, Any], given: dict[str, Any]) -> str:
    handling.reject(**asked, because=given["because"])
    return "告知书已送达申请人"


DOING = {
    "accept": _accept,
    "verify": _verify,
    "agenda": _agenda,
    "pay": _pay,
    "revisit": _revisit,
    "reject": _reject,
}


@page(can=VISIT, methods="GET POST")
def visit(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """入户调查: on the phone, with pictures; the second person signs on their own."""
    at = clock.now()
    found = desk.application_of_run(run_id)
    if found is None or found[1].step != "visit":
        raise Http404
    it, run = found
    people = cases.visitors(it, at=at)
    if request.person not in people:
        raise Http404
    terms = terms_on(campus_day(at))
    written = it.visits.filter(run_id=run_id).select_related("written_by", "companion").first()
    signs = request.POST.get("do") == "sign"
    form = forms.Visit(
        *(_given(request) if not signs else (None, None)),
        people=[p for p in people if p != request.person],
        bands=terms.bands(it.category),
        initial={"visited_at": at.astimezone(CAMPUS)},
    )
    no: Refused | None = None
    try:
        if signs:
            visiting.sign_visit(run_id=run_id, by=request.person, at=at)
            messages.success(request, "已签字，本步办结")
            return redirect("aid:visit", run_id=run_id)
        if form.is_valid():
            _write(request, run_id, form.cleaned_data, at)
            messages.success(request, "报告已写好，等同行人签字")
            return redirect("aid:visit", run_id=run_id)
    except Refused as refused:
        no = refused
    context = {
        "it": it,
        "run": run,
        "form": form,
        "visit": written,
        "no": no,
        "bands": terms.bands(it.category),
        "photos": terms.photos,
        "step": HARDSHIP.step("visit"),
    }
    response = show(request, "aid/phone/visit.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _write(request: PersonRequest, run_id: int, given: dict[str, Any], at: datetime) -> None:
    visiting.write_visit(
        run_id=run_id,
        companion_id=given["companion"],
        visited_at=given["visited_at"],
        band=given["band"],
        amount_fen=given["amount"],
        findings={name: given[name] for name in ("seen", "said", "money")},
        photos=given["photos"],
        by=request.person,
        at=at,
    )


@page(can=HANDLE, methods="GET POST")
def gift_step(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """办理慰问的一步."""
    at = clock.now()
    found = desk.gift_of_run(run_id)
    if found is None or not request.mandate.may(HANDLE, found[0].unit_id):
        raise Http404
    it, run = found
    if run.step not in FORMS:
        raise Http404
    form = FORMS[run.step](*_given(request))
    no: Refused | None = None
    if form.is_valid():
        try:
            messages.success(request, _do_gift(request, run, form.cleaned_data, at))
            return redirect("aid:gifts")
        except Refused as refused:
            no = refused
    context = {
        "it": it,
        "run": run,
        "step": GIFT.step(run.step),
        "form": form,
        "no": no,
        "hand": request.person.pk in (run.lead_id, run.backup_id),
    }
    response = show(request, "aid/desk/gift_step.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _do_gift(request: PersonRequest, run: Any, given: dict[str, Any], at: datetime) -> str:
    by = request.person
    if run.step == "check":
        agreed = given["agreed"] == "yes"
        gifts.check(run_id=run.pk, agreed=agreed, opinion=given["opinion"], by=by, at=at)
        return "已同意，等分会上门" if agreed else "已记录不符合"
    if run.step == "give":
        gifts.give(run_id=run.pk, signed=given["signed"], by=by, at=at)
        return "已送到，等财务报销"
    gifts.settle(run_id=run.pk, receipt=given["receipt"], voucher=given["voucher"], by=by, at=at)
    return "已报销"
