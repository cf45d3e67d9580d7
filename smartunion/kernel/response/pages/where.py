"""A responder's own position: agreed to, shared by the phone's script, stopped."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from smartunion.kernel.base import clock
from smartunion.kernel.people.models import Person
from smartunion.kernel.response import reads, tracking
from smartunion.kernel.response.models import Run, Tracking
from smartunion.kernel.response.refusals import NotAPlace
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page


@dataclass(frozen=True)
class Sharing:
    """What the phone of a responder shows of sharing where they are."""

    run: Run
    agreed: bool
    row: Tracking | None
    wording: str
    seconds: int


def sharing(run: Run, person: Person, *, at: datetime) -> Sharing | None:
    """Return what to show; None for whoever is located by nobody, and after the end."""
    if run.ended_at is not None or tracking.marker_of(run, person) is None:
        return None
    agreed = tracking.may_share(person, at=at)
    row = tracking.of(run, person)
    return Sharing(run, agreed, row, tracking.WORDING, tracking.seconds_on(at))


def _run(request: PersonRequest, run_id: int) -> Run:
    run = Run.objects.select_related("protocol").filter(pk=run_id).first()
    if run is None or not reads.may_see(run, request.person, request.mandate):
        raise Http404
    return run


@page(can=SIGNED_IN, methods="POST")
def position(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """共享位置: the phone's script posts a point each few seconds; 410 tells it to stop."""
    run, given = _run(request, run_id), request.POST
    latitude, longitude = given.get("latitude", ""), given.get("longitude", "")
    try:
        point = {"latitude": float(latitude), "longitude": float(longitude)}
    except ValueError as odd:
        raise NotAPlace(latitude=latitude, longitude=longitude) from odd
    tracking.share(run_id=run.pk, **point, by=request.person, at=clock.now())
    return HttpResponse(status=204)


@page(can=SIGNED_IN, methods="POST")
def agreeing(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """同意或停止共享自己的位置."""
    run, at = _run(request, run_id), clock.now()
    if request.POST.get("do") == "agree":
        tracking.agree(by=request.person, at=at)
        messages.success(request, "已同意；点“共享位置”开始")
    else:
        tracking.stop(run_id=run.pk, by=request.person, at=at)
        messages.success(request, "已停止共享")
    back = request.META.get("HTTP_REFERER", "")
    here = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back) if here else redirect("response:alert", run_id=run.pk)
