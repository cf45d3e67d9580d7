"""The organization chart, a unit, an office, the three registers."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.membership import forms
from smartunion.domains.membership.actions import terms
from smartunion.domains.membership.actions import units as renaming_actions
from smartunion.domains.membership.reads import organization, registers, units
from smartunion.domains.membership.rules import BRANCH_SUFFIX
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.web.page import PersonRequest, page, show


@page(can="people.directory")
def chart(request: PersonRequest) -> HttpResponse:
    """组织结构：1+6+22，谁在任，哪里空缺."""
    found = organization.organization(on=campus_day(clock.now()))
    return show(
        request,
        "membership/chart.html",
        {"org": found, "may_appoint": request.mandate.may("people.appoint")},
    )


@page(can="people.directory")
def unit(request: PersonRequest, *, unit_id: int) -> HttpResponse:
    """单位：席位、任职人、A角 B角、任期、沿革."""
    facts = units.unit_facts(unit_id, on=campus_day(clock.now()))
    if facts is None or (facts.merchant and not request.mandate.may("people.view", unit_id)):
        raise Http404
    own = next((p for p in facts.body.places if p.flagged), None) if facts.body else None
    mine = own is not None and own.lead is not None and own.lead.person.pk == request.person.pk
    return show(
        request,
        "membership/unit.html",
        {
            "facts": facts,
            "may_appoint": request.mandate.may("people.appoint"),
            "may_view": request.mandate.may("people.view", unit_id),
            "recusing": forms.Recusing() if mine else None,
            "own": own,
        },
    )


@page(can="people.appoint", methods="GET POST")
def renaming(request: PersonRequest, *, unit_id: int) -> HttpResponse:
    """更名：正式名称是「××学院（部门）工会分会」."""
    facts = units.unit_facts(unit_id, on=campus_day(clock.now()))
    if facts is None:
        raise Http404
    form = forms.Renaming(request.POST or None, initial={"name": facts.unit.name})
    if form.is_valid():
        renaming_actions.rename_unit(
            unit_id=unit_id, by=request.person, at=clock.now(), **form.cleaned_data
        )
        messages.success(request, "名称已改，原名留作别名。")
        return redirect("membership:unit", unit_id=unit_id)
    return show(
        request,
        "membership/renaming.html",
        {"form": form, "unit": facts.unit, "suffix": BRANCH_SUFFIX},
    )


@page(can="people.recuse", methods="POST")
def recusal(request: PersonRequest, *, appointment_id: int) -> HttpResponse:
    """记录回避."""
    form = forms.Recusing(request.POST)
    if not form.is_valid():
        messages.error(request, "请写明回避的事项和事由。")
        return redirect("membership:chart")
    done = terms.recuse(
        appointment_id=appointment_id, by=request.person, at=clock.now(), **form.cleaned_data
    )
    messages.success(request, f"已记录回避「{done.matter}」。")
    return redirect("membership:unit", unit_id=done.appointment.unit_id)


@page(can="people.directory")
def offices(request: PersonRequest) -> HttpResponse:
    """岗位：P01–P41 中是岗位的，各有何权限."""
    return show(request, "membership/offices.html", {"offices": units.offices()})


@page(can="people.directory")
def office(request: PersonRequest, *, code: str) -> HttpResponse:
    """岗位：依据、席位、职责、权限、任职人."""
    facts = units.office_facts(code, on=campus_day(clock.now()))
    if facts is None:
        raise Http404
    return show(request, "membership/office.html", {"facts": facts})


@page(can="assets.view")
def loop(request: PersonRequest) -> HttpResponse:
    """人—财—物：每个分会三册的数目，哪里对不上."""
    rows = registers.loops(on=campus_day(clock.now()), units=request.mandate.units["assets.view"])
    return show(
        request,
        "membership/loop.html",
        {"rows": rows, "open": sum(1 for row in rows if not row.closed)},
    )
