"""岗位说明书: the manuals of the committees, as pages and as paper."""

from datetime import datetime

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.papers.press import Paper
from smartunion.kernel.people.models import Unit
from smartunion.kernel.procedures import handbook
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page, show


def _paper(manual: handbook.Manual, at: datetime) -> Paper:
    day = at.astimezone(CAMPUS)
    return handbook.paper(manual, at=day, printed=f"{day:%Y年%-m月%-d日}")


def _unit(code: str) -> Unit:
    found = next((unit for unit in handbook.committees() if unit.code == code), None)
    if found is None:
        raise Http404
    return found


@page(can=SIGNED_IN)
def manuals(request: PersonRequest) -> HttpResponse:
    """岗位说明书."""
    on = campus_day(clock.now())
    found = [handbook.manual_of(unit, on=on) for unit in handbook.committees()]
    return show(request, "procedures/handbook_list.html", {"manuals": found})


@page(can=SIGNED_IN)
def manual(request: PersonRequest, *, committee: str) -> HttpResponse:
    """一个委员会的岗位说明书."""
    at = clock.now()
    made = handbook.manual_of(_unit(committee), on=campus_day(at))
    pages = _paper(made, at).pages
    context = {
        "manual": made,
        "pages": pages,
        "differs": made.said.differs(pages) if made.said else 0,
    }
    return show(request, "procedures/handbook.html", context)


@page(can=SIGNED_IN)
def paper(request: PersonRequest, *, committee: str) -> HttpResponse:
    """岗位说明书 PDF."""
    at = clock.now()
    made = handbook.manual_of(_unit(committee), on=campus_day(at))
    response = HttpResponse(_paper(made, at).pdf, content_type="application/pdf")
    name = f"{made.name}岗位说明书_{campus_day(at):%Y-%m-%d}.pdf"
    response["Content-Disposition"] = content_disposition_header(False, name) or ""
    return response
