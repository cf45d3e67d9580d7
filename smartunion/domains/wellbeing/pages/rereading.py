"""先前的记录: what was sealed of a talk or an assessment, opened with a purpose."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from smartunion.domains.wellbeing import forms
from smartunion.domains.wellbeing.actions import rereading
from smartunion.domains.wellbeing.reads import cases
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show


@never_cache
@page(can="home", methods="GET POST")
def records(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """先前的记录: mine, and those of the case that I have in hand; nobody else finds the page."""
    if not cases.had_part(run_id, request.person):
        raise Http404
    found = cases.readable(run_id, request.person)
    purpose = forms.Purpose(request.POST if request.method == "POST" else None)
    opened, no = None, None
    if purpose.is_valid():
        wanted = request.POST.get("task", "")
        if not wanted.isdecimal():
            return redirect("wellbeing:records", run_id=run_id)
        try:
            opened = rereading.reread(
                run_id=run_id, task_id=int(wanted), purpose=purpose.cleaned_data["purpose"],
                by=request.person, at=clock.now(),
            )  # fmt: skip
        except Refused as refused:
            no = refused
    context = {"tasks": found, "purpose": purpose, "opened": opened, "no": no, "run_id": run_id}
    response = show(request, "wellbeing/phone/records.html", context)
    response.status_code = no.status if no else response.status_code
    return response
