"""The rosters on the desk: where nobody is, who is, whose number does not answer."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.kernel.base import clock
from smartunion.kernel.duty import actions, reads
from smartunion.kernel.duty.forms import Numbering, Overriding
from smartunion.kernel.duty.rules import OF_THE_CAMPUS
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
        "may_keep": request.mandate.may("duty.keep"),
    }
    return show(request, "duty/unit.html", found)


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
