"""The cases that somebody has a part in, one of them, what may be opened of it, its timeline."""

from datetime import datetime

from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache

from smartunion.domains.crisis import forms
from smartunion.domains.crisis.actions import sealing
from smartunion.domains.crisis.reads import desk
from smartunion.domains.crisis.reads.desk import Shown
from smartunion.domains.crisis.reads.figures import terms_on
from smartunion.domains.crisis.reads.timeline import timeline
from smartunion.domains.crisis.rules.matrix import MATRIX, Field, Role
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

from .steps import acts_of

HOME = "home"
"""Everybody of staff may come to the door; behind it stands who has a part in the case."""


def found(request: PersonRequest, case_id: int, at: datetime) -> Shown:
    """Return the case as whoever asks may see it; nobody else learns that there is one."""
    shown = desk.one(case_id, request.person, request.mandate, at=at)
    if shown is None:
        raise Http404
    return shown


@page(can=HOME)
def mine(request: PersonRequest) -> HttpResponse:
    """我参与的红色个案."""
    rows = desk.mine(request.person, request.mandate)
    return show(
        request, "crisis/mine.html", {"rows": rows, "learns": request.mandate.may("crisis.library")}
    )


@never_cache
@page(can=HOME)
def case(request: PersonRequest, *, case_id: int) -> HttpResponse:
    """一件个案: what I may know and what I can do now."""
    at = clock.now()
    shown = found(request, case_id, at)
    context = {
        "shown": shown,
        "it": shown.case,
        "acts": acts_of(shown, at=at),
        "reading": forms.Reading(),
        "printing": forms.Reading(auto_id="print_%s"),
        "audits": Role.AUDITOR in shown.roles or Role.CENTRE in shown.roles,
        "matrix": _matrix(shown),
        "terms": terms_on(at).given,
    }
    return show(request, "crisis/case.html", context)


def _matrix(shown: Shown) -> list[tuple[Field, str]]:
    """Return, for my parts, each field with until when I see it."""
    rows = []
    for field in Field:
        when = {MATRIX.get(role, {}).get(field) for role in shown.roles} - {None}
        rows.append((field, "、".join(sorted(str(one) for one in when)) or "看不到"))
    return rows


@never_cache
@page(can=HOME, methods="GET POST")
def reading(request: PersonRequest, *, case_id: int) -> HttpResponse:
    """打开封存内容: with a purpose, and a line in the log."""
    at = clock.now()
    shown = found(request, case_id, at)
    form = forms.Reading(request.POST or None)
    told: dict[str, str] = {}
    no: Refused | None = None
    wanted = [field for field in Field if field.value in request.POST.getlist("field")]
    if form.is_valid() and wanted:
        try:
            told = sealing.open_fields(
                case=shown.case, roles=shown.roles, fields=wanted,
                purpose=form.cleaned_data["purpose"], by=request.person, at=at,
            )  # fmt: skip
        except Refused as refused:
            no = refused
    context = {
        "shown": shown, "it": shown.case, "form": form, "told": told, "no": no, "wanted": wanted,
    }  # fmt: skip
    response = show(request, "crisis/reading.html", context)
    response.status_code = no.status if no else response.status_code
    return response


@page(can=HOME)
def line(request: PersonRequest, *, case_id: int) -> HttpResponse:
    """一条时间线: for the auditor and the centre."""
    shown = found(request, case_id, clock.now())
    if not {Role.AUDITOR, Role.CENTRE} & set(shown.roles):
        raise Http404
    lines = timeline(shown.case)
    return show(request, "crisis/timeline.html", {"it": shown.case, "lines": lines, "shown": shown})


@page(can="crisis.count")
def counts(request: PersonRequest) -> HttpResponse:
    """全年统计数: no case, no college, nobody."""
    year = campus_day(clock.now()).year
    context = {"counts": desk.counts(year), "year": year, "least": desk.LEAST_COUNT}
    return show(request, "crisis/counts.html", context)


@page(can=HOME)
def helping(request: PersonRequest) -> HttpResponse:
    """排错: no pop-up, a dead number, a car that does not come (R130–R132)."""
    return show(request, "crisis/helping.html", {"terms": terms_on(clock.now()).given})
