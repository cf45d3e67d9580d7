"""Appointing to a seat, ending a term, being away."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.membership import forms
from smartunion.domains.membership.actions import terms
from smartunion.domains.membership.reads import units
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.web.page import PersonRequest, page, show


@page(can="people.appoint", methods="GET POST")
def appointment(request: PersonRequest, *, seat_id: int) -> HttpResponse:
    """任命：给空席选人，或让 B角、接任人接上."""
    at = clock.now()
    today = campus_day(at)
    seat, vacant = units.vacant_seat(seat_id, on=today)
    if seat is None:
        raise Http404
    people = units.candidates(request.GET.get("q", ""), unit=seat.unit)
    form = forms.Appointing(request.POST or None, people=people, initial={"since": today})
    if form.is_valid():
        made = terms.appoint(
            office=seat.office.code,
            unit_id=seat.unit_id,
            person_id=form.cleaned_data["person"].pk,
            seat_id=seat.pk,
            part="A" if vacant else "B",
            since=form.cleaned_data["since"],
            by=request.person,
            at=at,
            because=form.cleaned_data["because"],
        )
        messages.success(request, f"已任命 {made.person} 为{made.office}。")
        return redirect("membership:unit", unit_id=seat.unit_id)
    return show(
        request,
        "membership/appointment.html",
        {"form": form, "seat": seat, "vacant": vacant, "query": request.GET.get("q", "")},
    )


@page(can="people.appoint", methods="GET POST")
def ending(request: PersonRequest, *, appointment_id: int) -> HttpResponse:
    """止任：任期提前结束."""
    at = clock.now()
    found = units.appointment(appointment_id)
    if found is None:
        raise Http404
    form = forms.Ending(request.POST or None, initial={"on": campus_day(at)})
    if form.is_valid():
        terms.end_term(appointment_id=appointment_id, by=request.person, at=at, **form.cleaned_data)
        messages.success(request, f"{found.person} 的任期已结束，席位进入空缺名单。")
        return redirect("membership:unit", unit_id=found.unit_id)
    return show(request, "membership/ending.html", {"form": form, "appointment": found})


@page(can="people.appoint", methods="GET POST")
def absence(request: PersonRequest, *, appointment_id: int) -> HttpResponse:
    """离岗：A角不在，B角接手."""
    at = clock.now()
    found = units.appointment(appointment_id)
    if found is None:
        raise Http404
    form = forms.Leaving(request.POST or None, initial={"since": campus_day(at)})
    if form.is_valid():
        terms.leave_post(person_id=found.person_id, by=request.person, at=at, **form.cleaned_data)
        messages.success(request, f"{found.person} 离岗期间，由 B角接手。")
        return redirect("membership:unit", unit_id=found.unit_id)
    return show(request, "membership/absence.html", {"form": form, "appointment": found})
