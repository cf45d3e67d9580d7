"""What officers do to a case from outside: name who does a step, move it to the sheet in force."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import changes, reads, versions
from smartunion.kernel.procedures.forms import Assigning, Migrating
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.procedures.registry import newer_than, sheet_of
from smartunion.kernel.web.page import PersonRequest, page, show

from .frame import address, case_of, done, whole

PAGE = "procedures/assigning.html"


@page(can="procedures.assign", methods="GET POST")
def assigning(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """指定经办人: another person as A or B of an open step, with the reason."""
    run = reads.step_run(run_id)
    if run is None:
        raise Http404
    prefix = f"n{run.pk}"
    if request.method != "POST":
        return show(request, PAGE, _to_assign(request, run, Assigning(prefix=prefix)))
    form = Assigning(request.POST, prefix=prefix)
    if not form.is_valid():
        return render(request, PAGE, _to_assign(request, run, form), status=422)
    told = form.cleaned_data
    to = Person.objects.get(pk=told["person"])
    try:
        changes.assign(
            run_id=run.pk, to=to, part=told["part"], by=request.person, at=clock.now(),
            because=told["because"],
        )  # fmt: skip
    except Refused as no:
        context = {**_to_assign(request, run, form), "no": no}
        return render(request, PAGE, context, status=no.status)
    name = sheet_of(run.case.sheet.digest).name_of(run.step)
    return done(request, run.case, f"“{name}”的{told['part']}角改为{to.name}，已通知本人")


def _to_assign(request: PersonRequest, run: StepRun, form: Assigning) -> dict[str, Any]:
    """Return what the page shows; of a case that is not theirs to see, not what it is about."""
    sheet = sheet_of(run.case.sheet.digest)
    sees = reads.may_see(run.case, request.person, request.mandate)
    return {"run": run, "sheet": sheet, "step": sheet.step(run.step), "sees": sees, "form": form}


@page(can="procedures.migrate", methods="GET POST")
def migration(request: PersonRequest, *, case_id: int) -> HttpResponse:
    """迁到现行版: an open case goes on by the sheet in force, with the reason."""
    found = case_of(request, case_id)
    sheet = sheet_of(found.sheet.digest)
    to = newer_than(sheet)
    if request.method != "POST" or to is None:
        return redirect(address(request, found))
    form = Migrating(request.POST, case=found, sheet=sheet, to=to, prefix="v")
    if not form.is_valid():
        return whole(request, found, form=form, no=None)
    try:
        versions.migrate(
            case_id=case_id, to=to, steps=form.steps(), by=request.person, at=clock.now(),
            because=form.cleaned_data["because"],
        )  # fmt: skip
    except Refused as no:
        return whole(request, found, form=form, no=no)
    return done(request, found, f"已改按第 {to.version} 版办理，在办步骤的期限已重新计算")
