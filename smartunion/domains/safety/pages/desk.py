"""Events at the desk: the register, one event's card, planning, devices, insurance."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.safety import forms
from smartunion.domains.safety.actions import devices as device_acts
from smartunion.domains.safety.actions import events, incidents, insuring
from smartunion.domains.safety.reads import desk, insured
from smartunion.domains.safety.reads.figures import terms_on
from smartunion.domains.safety.reads.gate import is_own
from smartunion.domains.safety.rules import refusals
from smartunion.domains.safety.rules.kinds import EventKind, Role
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.private import glass
from smartunion.kernel.private.factor import address_of_proving, proof_of
from smartunion.kernel.web import excel
from smartunion.kernel.web.columns import Column
from smartunion.kernel.web.page import PersonRequest, page, show

VIEW, PLAN, OVERRIDE, REVIEW = "safety.view", "safety.plan", "safety.override", "safety.review"
DEVICES, INSURED, INSURE = "safety.devices", "safety.insured", "safety.insure"
LIST_COLUMNS = [
    Column("name", "姓名"), Column("number", "工号"), Column("unit", "单位"),
    Column("on", "活动日期", "day"), Column("event", "活动"), Column("policy", "保单号"),
    Column("insured_fen", "保额", "yuan"),
]  # fmt: skip


def _answer(
    request: PersonRequest, template: str, context: dict[str, Any], no: Refused | None
) -> HttpResponse:
    response = show(request, template, {**context, "no": no})
    response.status_code = no.status if no else response.status_code
    return response


@page(can=VIEW)
def register(request: PersonRequest) -> HttpResponse:
    """活动登记簿."""
    at = clock.now()
    seg = request.GET.get("seg", "coming")
    context = {
        "rows": desk.register(seg, at=at),
        "segments": desk.segments(at=at),
        "seg": seg,
        "plans": request.mandate.may(PLAN),
        "terms": terms_on(campus_day(at)),
    }
    return show(request, "safety/desk/register.html", context)


@page(can=PLAN, methods="GET POST")
def plan(request: PersonRequest) -> HttpResponse:
    """策划活动."""
    at = clock.now()
    form = forms.Plan(request.POST or None, venues=desk.venues())
    no: Refused | None = None
    if form.is_valid():
        given = dict(form.cleaned_data)
        given["venue_id"] = int(given.pop("venue"))
        given["kind"] = EventKind(given["kind"])
        try:
            made = events.plan_event(**given, by=request.person, at=at)
            messages.success(request, f"{made.number} 已立项，踏勘已发给三方")
            return redirect("safety:card", event_id=made.pk)
        except Refused as refused:
            no = refused
    context = {"form": form, "terms": terms_on(campus_day(at))}
    return _answer(request, "safety/desk/plan.html", context, no)


@page(can=VIEW, methods="GET POST")
def card(request: PersonRequest, *, event_id: int) -> HttpResponse:
    """一场活动: survey, people, devices, what is still missing; opening it."""
    at = clock.now()
    found = desk.card(event_id, at=at)
    if found is None:
        raise Http404
    do, it = request.POST.get("do", ""), found.row.event
    times = {"since": it.starts_at, "until": it.ends_at}
    bound: dict[str, Any] = {
        "station": forms.Stationing(request.POST if do == "station" else None, initial=times),
        "bring": forms.Bringing(
            request.POST if do == "bring" else None, devices=desk.fit_devices(at=at)
        ),
        "override": forms.Because(request.POST if do == "override" else None),
        "cancel": forms.Because(request.POST if do == "cancel" else None),
    }
    no: Refused | None = None
    if request.method == "POST":
        try:
            if words := _do(request, found, bound, at):
                messages.success(request, words)
                return redirect("safety:card", event_id=event_id)
        except Refused as refused:
            no = refused
            found = desk.card(event_id, at=at) or found
    may = request.mandate.may
    context = {
        "card": found,
        "it": found.row.event,
        "forms": bound,
        "plans": may(PLAN) and it.state in ("planned", "open"),
        "may_override": may(OVERRIDE) and not is_own(it, request.person),
        "fresh": glass.is_fresh(proof_of(request), at=at),
        "factor_url": address_of_proving(f"{request.path}#override"),
        "may_review": may(REVIEW) and not is_own(it, request.person),
        "may_drill": it.state == "open" and it.organiser_id == request.person.pk,
        "may_list": may(INSURED),
        "survey_run": desk.step_of(it, request.person),
        "over": at >= it.ends_at,
    }
    return _answer(request, "safety/desk/card.html", context, no)


def _do(request: PersonRequest, found: desk.Card, bound: dict[str, Any], at: datetime) -> str:
    """Do what the button says for whoever may; nothing where a form is not right yet."""
    do = request.POST.get("do", "")
    can, act = DOING.get(do, (None, None))
    if can is None or act is None:
        raise Http404
    if not request.mandate.may(can):
        raise Http404
    form = bound.get(do)
    if form is not None and not form.is_valid():
        return ""
    given: dict[str, Any] = {"by": request.person, "at": at}
    return act(request, found, form.cleaned_data if form is not None else {}, given)


def _station(request: PersonRequest, found: desk.Card, said: Any, given: dict[str, Any]) -> str:
    person = desk.person_numbered(said["number"])
    if person is None:
        raise refusals.NoSuchPerson(number=said["number"])
    events.station(
        event_id=found.row.event.pk, person_id=person.pk, role=Role(said["role"]),
        since=said["since"], until=said["until"], **given,
    )  # fmt: skip
    return f"{person.name} 已排上"


def _relieve(request: PersonRequest, found: desk.Card, said: Any, given: dict[str, Any]) -> str:
    duty = request.POST.get("duty", "")
    if not any(str(post.pk) == duty for post in found.posts):
        raise Http404
    events.relieve(duty_id=int(duty), **given, because="改由他人值守")
    return "已撤下"


def _bring(request: PersonRequest, found: desk.Card, said: Any, given: dict[str, Any]) -> str:
    events.bring(
        event_id=found.row.event.pk, device_id=int(said["device"]), spot=said["spot"], **given
    )
    return "设备已调配"


def _open(request: PersonRequest, found: desk.Card, said: Any, given: dict[str, Any]) -> str:
    events.open_event(event_id=found.row.event.pk, **given)
    return "已放行，开始报名"


def _override(request: PersonRequest, found: desk.Card, said: Any, given: dict[str, Any]) -> str:
    events.override(
        event_id=found.row.event.pk, proof=proof_of(request), **given, because=said["because"]
    )
    return "已破例放行，经审委主任会复核"


def _review(request: PersonRequest, found: desk.Card, said: Any, given: dict[str, Any]) -> str:
    if found.override is None:
        raise Http404
    events.review_override(event_id=found.row.event.pk, **given, because="已复核")
    return "已复核"


def _drill(request: PersonRequest, found: desk.Card, said: Any, given: dict[str, Any]) -> str:
    incidents.report(
        event_id=found.row.event.pk, place=found.terms.incident_places[0], drill=True, **given
    )
    return "演练已开始，每条消息都以【演练】开头"


def _close(request: PersonRequest, found: desk.Card, said: Any, given: dict[str, Any]) -> str:
    events.close_event(event_id=found.row.event.pk, **given)
    return "已登记结束"


def _cancel(request: PersonRequest, found: desk.Card, said: Any, given: dict[str, Any]) -> str:
    events.cancel_event(event_id=found.row.event.pk, **given, because=said["because"])
    return "已取消，已通知参加者和值守人员"


DOING: dict[str, tuple[str, Callable[[PersonRequest, desk.Card, Any, dict[str, Any]], str]]] = {
    "station": (PLAN, _station),
    "relieve": (PLAN, _relieve),
    "bring": (PLAN, _bring),
    "open": (PLAN, _open),
    "override": (OVERRIDE, _override),
    "review": (REVIEW, _review),
    "drill": (PLAN, _drill),
    "close": (PLAN, _close),
    "cancel": (PLAN, _cancel),
}


@page(can=DEVICES, methods="GET POST")
def devices(request: PersonRequest) -> HttpResponse:
    """急救设备: the daily look at each AED and kit."""
    at = clock.now()
    form = forms.Check(request.POST or None)
    if form.is_valid():
        is_fit = request.POST.get("do") == "fit"
        known = {one.device.pk for one in desk.devices(at=at)}
        if form.cleaned_data["device"] not in known:
            raise Http404
        if is_fit or form.cleaned_data["note"]:
            device_acts.check_device(
                device_id=form.cleaned_data["device"], is_fit=is_fit,
                note=form.cleaned_data["note"], by=request.person, at=at,
            )  # fmt: skip
            messages.success(request, "点检已记")
        else:
            messages.error(request, "不可用的，写哪里不好")
        return redirect("safety:devices")
    context = {"rows": desk.devices(at=at), "terms": terms_on(campus_day(at))}
    return show(request, "safety/desk/devices.html", context)


@page(can=INSURED, methods="GET POST")
def insurance(request: PersonRequest) -> HttpResponse:
    """人身意外险: policies, gaps, the lists for the insurer."""
    at = clock.now()
    form = forms.PolicyForm(request.POST or None)
    insurer = desk.insurer()
    if request.method == "POST" and not request.mandate.may(INSURE):
        raise Http404
    if form.is_valid() and insurer is not None:
        said = form.cleaned_data
        insuring.register_policy(
            number=said["number"], insurer=insurer, since=said["since"],
            until=said["last"] + timedelta(days=1), per_person_fen=said["per_person"],
            by=request.person, at=at,
        )  # fmt: skip
        messages.success(request, "保单已登记")
        return redirect("safety:insurance")
    on = campus_day(at)
    context = {
        "policies": [(p, p.until - timedelta(days=1)) for p in desk.policies()],
        "gaps": [(a, b - timedelta(days=1)) for a, b in insured.gaps(on)],
        "events": desk.insured_events(on),
        "terms": terms_on(on),
        "last": terms_on(on).insured_until - timedelta(days=1),
        "form": form,
        "may": request.mandate.may(INSURE),
    }
    return show(request, "safety/desk/insurance.html", context)


@page(can=INSURED)
def insured_list(request: PersonRequest, *, event_id: int) -> HttpResponse:
    """参保名单, as Excel for the insurer (R240)."""
    found = desk.card(event_id, at=clock.now())
    if found is None:
        raise Http404
    it = found.row.event
    rows = [tuple(getattr(row, c.name) for c in LIST_COLUMNS) for row in insured.insured(it)]
    return excel.download(rows, LIST_COLUMNS, title=f"{it.number}参保名单", form="xlsx")
