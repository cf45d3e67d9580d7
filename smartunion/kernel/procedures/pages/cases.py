"""One case: the six-column sheet with what is done, and what this person may do on it."""

from django.http import HttpResponse
from django.shortcuts import redirect

from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.procedures import ballots, engine, handing, shown
from smartunion.kernel.procedures.forms import Ballot, Because, SendingBack, StepForm
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.procedures.panels import prefix_of
from smartunion.kernel.procedures.refusals import ReasonMissing
from smartunion.kernel.procedures.registry import sheet_of
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page, show

from .frame import (
    address,
    again,
    case_of,
    context_of,
    done,
    is_officer,
    run_of,
    template_of,
    whole,
)


@page(can=SIGNED_IN)
def case(request: PersonRequest, *, case_id: int) -> HttpResponse:
    """一件: at the desk for officers; an applicant without office gets the tracker."""
    found = case_of(request, case_id)
    if found.applicant_id == request.person.pk and not is_officer(request):
        return redirect("procedures:my_case", case_id=case_id)
    return show(request, template_of(request), context_of(request, found), part="live")


@page(can=SIGNED_IN)
def step(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """一步: where notices lead to; the step stands on its case's page."""
    run = run_of(request, run_id)
    return redirect(f"{address(request, run.case)}#step-{run.pk}")


def _form(request: PersonRequest, run: StepRun, *, saving: bool = False) -> StepForm:
    sheet = sheet_of(run.case.sheet.digest)
    return StepForm(
        request.POST,
        request.FILES,
        sheet=sheet,
        step=sheet.step(run.step),
        facts=run.case.facts,
        there=frozenset(run.evidence.values_list("output", flat=True)),
        saving=saving,
        prefix=prefix_of(run),
    )


@page(can=SIGNED_IN, methods="GET POST")
def passing(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """办结本步, or sign it where several must; with its facts and outputs."""
    run = run_of(request, run_id)
    if request.method != "POST":
        return redirect(address(request, run.case))
    form = _form(request, run)
    if not form.is_valid():
        return again(request, run, form=form)
    try:
        handing.finish(
            run_id=run.pk, facts=form.facts(), texts=form.texts(), uploads=form.uploads(),
            by=request.person, at=clock.now(), because=form.cleaned_data["because"],
        )  # fmt: skip
    except Refused as no:
        return again(request, run, form=form, no=no)
    run.refresh_from_db()
    name = form.step.name
    signed = run.state == StepRun.State.OPEN
    words = f"已签字：“{name}”还要 {form.step.duty.staff} 人中的其他人签" if signed else ""
    return done(request, run.case, words or f"已办结“{name}”，{_next(run)}")


def _next(run: StepRun) -> str:
    """Return who has the case now, in words."""
    run.case.refresh_from_db()
    if run.case.closed_at:
        return "本件已办结"
    told = shown.case_shown(run.case, at=clock.now()).open_steps
    return "下一步：" + "、".join(f"{one.step.name}（{one.who or '待指定'}）" for one in told)


@page(can=SIGNED_IN, methods="GET POST")
def handing_in(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """先存材料: outputs into the file, the step stays open."""
    run = run_of(request, run_id)
    if request.method != "POST":
        return redirect(address(request, run.case))
    form = _form(request, run, saving=True)
    if not form.is_valid():
        return again(request, run, form=form)
    if not (form.texts() or form.uploads()):
        form.add_error(None, "还没有写内容，也没有选文件，没有可存的材料")
        return again(request, run, form=form)
    try:
        handing.keep(
            run_id=run.pk, texts=form.texts(), uploads=form.uploads(),
            by=request.person, at=clock.now(), because=form.cleaned_data["because"],
        )  # fmt: skip
    except Refused as no:
        return again(request, run, form=form, no=no)
    return done(request, run.case, f"材料已存入“{form.step.name}”，本步还没有办结")


@page(can=SIGNED_IN, methods="GET POST")
def sending_back(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """退回: to a step that the case has gone through, with the reason."""
    run = run_of(request, run_id)
    if request.method != "POST":
        return redirect(address(request, run.case))
    told = shown.case_shown(run.case, at=clock.now())
    at_step = told.sheet.step(run.step)
    targets = shown.targets_back(told, at_step)
    form = SendingBack(request.POST, targets=targets, prefix=f"b{run.pk}")
    reason = request.POST.get(f"b{run.pk}-because", "")
    to = request.POST.get(f"b{run.pk}-to", "")
    try:
        engine.send_back(run_id=run.pk, to=to, by=request.person, at=clock.now(), because=reason)
    except Refused as no:
        return again(request, run, form=form, no=no)
    name = dict(targets).get(to, to)
    return done(request, run.case, f"已退回到“{name}”，理由已记入日志并通知经办人")


@page(can=SIGNED_IN, methods="GET POST")
def taking_over(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """B角接手."""
    run = run_of(request, run_id)
    if request.method != "POST":
        return redirect(address(request, run.case))
    form = Because(request.POST, prefix=f"o{run.pk}")
    reason = request.POST.get(f"o{run.pk}-because", "")
    try:
        engine.take_over(run_id=run.pk, by=request.person, at=clock.now(), because=reason)
    except Refused as no:
        return again(request, run, form=form, no=no)
    return done(request, run.case, "已由你接手，A角会收到通知")


@page(can=SIGNED_IN, methods="GET POST")
def ballot(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """投票: one vote into the box, for good."""
    run = run_of(request, run_id)
    if request.method != "POST":
        return redirect(address(request, run.case))
    form = Ballot(request.POST)
    choice = form.cleaned_data["choice"] if form.is_valid() else request.POST.get("choice", "")
    try:
        ballots.cast(run_id=run.pk, choice=choice, by=request.person, at=clock.now())
    except Refused as no:
        return again(request, run, no=no)
    return done(request, run.case, "票已投入票箱。投了什么不与你的姓名放在一起，也不能再改")


@page(can=SIGNED_IN, methods="GET POST")
def recusal(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """回避: stay out of a vote, with the reason."""
    run = run_of(request, run_id)
    if request.method != "POST":
        return redirect(address(request, run.case))
    form = Because(request.POST, prefix=f"r{run.pk}")
    reason = request.POST.get(f"r{run.pk}-because", "")
    if not form.is_valid():
        return again(request, run, form=form, no=ReasonMissing())
    try:
        ballots.recuse(run_id=run.pk, by=request.person, at=clock.now(), because=reason)
    except Refused as no:
        return again(request, run, form=form, no=no)
    return done(request, run.case, "已回避，应到人数减一，理由已记入日志")


@page(can=SIGNED_IN, methods="GET POST")
def withdrawal(request: PersonRequest, *, case_id: int) -> HttpResponse:
    """撤回: the applicant takes the case back, with the reason."""
    found = case_of(request, case_id)
    if request.method != "POST":
        return redirect(address(request, found))
    form = Because(request.POST, prefix="w")
    reason = request.POST.get("w-because", "")
    try:
        engine.withdraw(case_id=case_id, by=request.person, at=clock.now(), because=reason)
    except Refused as no:
        if request.headers.get("HX-Request"):
            raise
        return whole(request, found, form=form, no=no)
    return done(request, found, "已撤回。正在办理的步骤已停止，经办人会收到通知")
