"""What officers do to a case from outside: name who does a step, move it to the sheet in force."""

from django.http import HttpResponse
from django.shortcuts import redirect

from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import changes, versions
from smartunion.kernel.procedures.forms import Assigning, Migrating
from smartunion.kernel.procedures.registry import newer_than, sheet_of
from smartunion.kernel.web.page import PersonRequest, page

from .frame import address, again, case_of, done, run_of, whole


@page(can="procedures.assign", methods="GET POST")
def assigning(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """指定经办人: another person as A or B of an open step, with the reason."""
    run = run_of(request, run_id)
    if request.method != "POST":
        return redirect(address(request, run.case))
    form = Assigning(request.POST, prefix=f"n{run.pk}")
    if not form.is_valid():
        return again(request, run, form=form)
    told = form.cleaned_data
    to = Person.objects.get(pk=told["person"])
    try:
        changes.assign(
            run_id=run.pk, to=to, part=told["part"], by=request.person, at=clock.now(),
            because=told["because"],
        )  # fmt: skip
    except Refused as no:
        return again(request, run, form=form, no=no)
    name = sheet_of(run.case.sheet.digest).name_of(run.step)
    return done(request, run.case, f"“{name}”的{told['part']}角改为{to.name}，已通知本人")


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
