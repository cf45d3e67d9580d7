"""The rosters on the desk: where nobody is, who is, whose number does not answer."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.duty import actions, reads
from smartunion.kernel.duty.forms import Ending, Numbering, Overriding, Rotating
from smartunion.kernel.duty.refusals import PatternOver
from smartunion.kernel.duty.rules import OF_THE_CAMPUS, Rotation, Terms
from smartunion.kernel.people.models import Unit
from smartunion.kernel.web.page import PersonRequest, page, show


@page(can="duty.view")
def roster(request: PersonRequest) -> HttpResponse:
    """值班表: each branch by day, with what is missing."""
    at = clock.now()
    terms = reads.terms_at(at)
    rows = reads.grid(at=at, terms=terms) if terms else []
    found = {
        "terms": terms,
        "rows": rows,
        "lacking": [row for row in rows if row.gaps],
        "days": [cell.day for cell in rows[0].cells] if rows else [],
        "hotline": reads.hotline(at=at),
        "unproven": _late(at, terms),
        "may_keep": request.mandate.may("duty.keep"),
        "on_call": reads.on_call(unit=None, posts=OF_THE_CAMPUS, at=at).items(),
    }
    return show(request, "duty/roster.html", found)


def _late(at: Any, terms: Any) -> int:
    return sum(n.kind == "late" for n in reads.numbers(at=at, terms=terms)) if terms else 0


def _unit(code: str) -> Unit | None:
    try:
        return reads.unit_of(code)
    except Unit.DoesNotExist as none:
        raise Http404 from none


@page(can="duty.view")
def unit(request: PersonRequest, *, code: str) -> HttpResponse:
    """一个分会的值班表: every shift and every gap of the coming days."""
    asked = {name: request.GET[name] for name in ("post", "part", "since", "until")
             if name in request.GET}  # fmt: skip
    return _show_unit(request, code, Overriding(unit=_unit(code), at=clock.now(), initial=asked))


@page(can="duty.keep", methods="GET POST")
def overriding(request: PersonRequest, *, code: str) -> HttpResponse:
    """安排替班: somebody takes a post for a stretch."""
    where, at = _unit(code), clock.now()
    if request.method != "POST":
        return redirect("duty:unit", code=code)
    form = Overriding(request.POST, unit=where, at=at)
    if not form.is_valid():
        return _show_unit(request, code, form)
    made = actions.override(unit=where, by=request.person, at=at, **form.cleaned_data)
    messages.success(request, f"{made.person.name} 已排入{made.get_post_display()}")
    return redirect("duty:unit", code=code)


def _show_unit(request: PersonRequest, code: str, form: Overriding) -> HttpResponse:
    where, at = _unit(code), clock.now()
    terms = reads.terms_at(at)
    found = {
        "code": code,
        "name": where.name if where else "全校值班",
        "terms": terms,
        "lines": reads.lines_of(where, at=at, terms=terms) if terms else [],
        "form": form,
        "rotations": reads.rotations_of(where),
        "may_keep": request.mandate.may("duty.keep"),
    }
    return show(request, "duty/unit.html", found)


@page(can="duty.keep", methods="GET POST")
def rotations(request: PersonRequest, *, code: str) -> HttpResponse:
    """轮班: who takes turns at each post, what a change would make of the coming days; its end."""
    where, at = _unit(code), clock.now()
    terms = reads.terms_at(at)
    do = request.POST.get("do", "")
    given = request.POST if do in ("preview", "save") else None
    form = Rotating(given, unit=where, at=at, initial=_asked_rotation(request, where, at))
    ending = Ending(request.POST if do == "end" else None, initial={"last_on": campus_day(at)})
    seen, no = None, None
    try:
        if do == "save" and terms and form.is_valid():
            actions.set_pattern(unit=where, by=request.person, at=at, **form.cleaned_data)
            actions.lay(until=at + timedelta(weeks=terms.weeks_ahead), by=request.person, at=at)
            messages.success(request, "轮班已生效，往后的班已排好")
            return redirect("duty:rotations", code=code)
        if do == "end" and ending.is_valid() and _has(where, ending.cleaned_data["pattern_id"]):
            actions.end_pattern(by=request.person, at=at, **ending.cleaned_data)
            messages.success(request, "轮班已停用；之后没有人接的时段会报缺班")
            return redirect("duty:rotations", code=code)
        if do == "preview" and terms and form.is_valid():
            seen = _previewed(where, form.cleaned_data, at, terms)
    except Refused as refused:
        no = refused
    found = {
        "code": code, "name": where.name if where else "全校值班", "terms": terms, "form": form,
        "ending": ending, "rotations": reads.rotations_of(where), "preview": seen, "no": no,
    }  # fmt: skip
    response = show(request, "duty/rotations.html", found)
    response.status_code = no.status if no else response.status_code
    return response


def _has(where: Unit | None, pattern_id: int) -> bool:
    """Test if a rotation is the unit's own; another's is not found."""
    if not any(one.pattern.pk == pattern_id for one in reads.rotations_of(where)):
        raise PatternOver
    return True


def _asked_rotation(request: PersonRequest, where: Unit | None, at: datetime) -> dict[str, Any]:
    """Return what the form begins with: the rotation that is to be changed, from tomorrow on."""
    begin: dict[str, Any] = {"first_on": campus_day(at) + timedelta(days=1)}
    wanted = request.GET.get("change", "")
    for one in reads.rotations_of(where):
        if str(one.pattern.pk) == wanted:
            begin |= {name: getattr(one.pattern, name)
                      for name in ("post", "part", "days_each", "since", "until")}  # fmt: skip
            begin |= {f"turn{n}": person for n, person in enumerate(one.persons, 1)}
    return begin


def _previewed(
    where: Unit | None, given: dict[str, Any], at: datetime, terms: Terms
) -> reads.Preview:
    rotation = Rotation(
        given["first_on"], given["days_each"], given["since"], given["until"],
        [person.pk for person in given["persons"]],
    )  # fmt: skip
    return reads.preview(
        unit=where, post=given["post"], part=given["part"], rotation=rotation, at=at, terms=terms
    )


@page(can="duty.view")
def numbers(request: PersonRequest) -> HttpResponse:
    """号码核对: everybody on the rosters, whose number is not proven first."""
    at = clock.now()
    terms = reads.terms_at(at)
    found = reads.numbers(at=at, terms=terms) if terms else []
    tally = {kind: sum(n.kind == kind for n in found) for kind in ("late", "wait", "ok")}
    given = {
        "terms": terms, "numbers": found, "tally": tally,
        "may_keep": request.mandate.may("duty.keep"),
    }  # fmt: skip
    return show(request, "duty/numbers.html", given)


@page(can="duty.keep", methods="POST")
def asking(request: PersonRequest) -> HttpResponse:
    """发测试消息: to everybody whose number is not proven and who has not just been asked."""
    at = clock.now()
    terms = reads.terms_at(at)
    asked = actions.ask_checks(terms=terms, by=request.person, at=at) if terms else []
    messages.success(request, f"已发出 {len(asked)} 条测试短信")
    return redirect("duty:numbers")


@page(can="duty.keep", methods="GET POST")
def hotline(request: PersonRequest) -> HttpResponse:
    """24小时热线: the number that every help card shows."""
    at = clock.now()
    form = Numbering(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.set_hotline(by=request.person, at=at, **form.cleaned_data)
        messages.success(request, "热线号码已登记，从现在起显示")
        return redirect("duty:roster")
    return show(request, "duty/hotline.html", {"form": form, "number": reads.hotline(at=at)})
