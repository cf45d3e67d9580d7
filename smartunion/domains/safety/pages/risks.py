"""The risk register of chapter 7, and the childcare statement that two approve."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.safety import forms
from smartunion.domains.safety.actions import children
from smartunion.domains.safety.actions import risks as acts
from smartunion.domains.safety.reads import children as child_reads
from smartunion.domains.safety.reads import risks as reads
from smartunion.domains.safety.reads.figures import terms_on
from smartunion.domains.safety.rules.statement import frame
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

VIEW, KEEP, CHILD, HOLD = "safety.risks", "safety.exercise", "safety.child", "safety.hold"


@page(can=VIEW, methods="GET POST")
def register(request: PersonRequest) -> HttpResponse:
    """风险清单: scenario, controls with their last evaluation, owner, trigger now, exercises."""
    at = clock.now()
    do = request.POST.get("do", "")
    form = forms.ExerciseForm(request.POST if do == "exercise" else None)
    if request.method == "POST":
        if not request.mandate.may(KEEP):
            raise Http404
        if do == "evaluate":
            done = acts.evaluate(by=request.person, at=at)
            messages.success(request, f"评估了 {len(done)} 项防控")
            return redirect("safety:risks")
        if do == "drill":
            played = request.POST.get("scenario", "")
            made = acts.order_drill(scenario=played, by=request.person, at=at)
            where = f"{made.unit}" if made.unit else "各有关岗位"
            messages.success(request, f"演练已下达到{where}，每条消息都以【演练】开头")
            return redirect("safety:risks")
        if form.is_valid():
            acts.hold_exercise(**form.cleaned_data, by=request.person, at=at)
            messages.success(request, "演练已记，防控已当场评估")
            return redirect("safety:risks")
    context = {
        "scenarios": reads.register(at=at),
        "terms": terms_on(campus_day(at)),
        "keeps": request.mandate.may(KEEP),
        "form": form,
    }
    return show(request, "safety/desk/risks.html", context)


@page(can=CHILD, methods="GET POST")
def child(request: PersonRequest) -> HttpResponse:
    """托育意外: open the sheet with its three clocks; what is going on."""
    at = clock.now()
    form = forms.ChildCase(request.POST or None)
    if form.is_valid():
        told = dict(form.cleaned_data)
        told["kept_out"] = told.pop("out")
        made = children.open_case(**told, by=request.person, at=at)
        messages.success(request, "已立件：30分钟内两人签发《情况通报》，录像已保全")
        return redirect("procedures:case", case_id=made.pk)
    context = {
        "rows": child_reads.cases(),
        "form": form,
        "terms": terms_on(campus_day(at)),
    }
    return show(request, "safety/desk/child.html", context)


@page(can=CHILD, methods="GET POST")
def child_case(request: PersonRequest, *, case_id: int) -> HttpResponse:
    """一起托育意外: its steps, the recordings on hold, the account, and why nothing is streamed."""
    at, by = clock.now(), request.person
    sheet = child_reads.sheet_of(case_id, by)
    if sheet is None:
        raise Http404
    do = request.POST.get("do", "")
    bound = {
        name: forms.Because(request.POST if do == name else None) for name in ("release", "stream")
    }
    account, no = "", None
    if request.method == "POST":
        try:
            if do == "account":
                account = children.read_account(case_id=case_id, by=by, at=at)
            elif words := _handle(request, case_id, bound, at):
                messages.success(request, words)
                return redirect("safety:child_case", case_id=case_id)
        except Refused as refused:
            no = refused
    context = {
        "sheet": sheet,
        "forms": bound,
        "account": account,
        "no": no,
        "releases": request.mandate.may(HOLD) and not sheet.is_part,
        "terms": terms_on(campus_day(at)),
    }
    response = show(request, "safety/desk/child_case.html", context)
    response.status_code = no.status if no else response.status_code
    response["Cache-Control"] = "private, no-store"
    return response


def _handle(
    request: PersonRequest, case_id: int, bound: dict[str, forms.Because], at: datetime
) -> str:
    """Do what the button says; return it in words, nothing where a form is not right yet."""
    form = bound.get(request.POST.get("do", ""))
    if form is None or (form is bound["release"] and not request.mandate.may(HOLD)):
        raise Http404
    if not form.is_valid():
        return ""
    given: dict[str, Any] = {"case_id": case_id, "by": request.person, "at": at}
    if form is bound["release"]:
        children.release_hold(**given, because=form.cleaned_data["because"])
        return "录像保全已解除"
    children.ask_for_stream(**given, because=form.cleaned_data["because"])
    return "已记下直播申请"


@page(can=CHILD, methods="GET POST")
def statement(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """签发《情况通报》: from the template, by two; the second sees the first one's text."""
    at = clock.now()
    run = child_reads.run_of(run_id)
    if run is None:
        raise Http404
    kept = child_reads.text_of(run)
    form = forms.Statement(request.POST or None, initial={"where": run.case.facts.get("where", "")})
    no: Refused | None = None
    if request.method == "POST" and (kept or form.is_valid()):
        try:
            _approve(request, run_id, {} if kept else form.cleaned_data, at)
            return redirect("procedures:case", case_id=run.case_id)
        except Refused as refused:
            no = refused
    context = {
        "run": run, "kept": kept, "form": form, "no": no,
        "frame": frame(run.case.event_at or run.case.opened_at),
        "signed": child_reads.signers(run),
    }  # fmt: skip
    response = show(request, "safety/desk/statement.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _approve(request: PersonRequest, run_id: int, said: dict[str, Any], at: datetime) -> None:
    words = {"where": "", "care": "", "escort": "", **said}
    case = children.approve_statement(run_id=run_id, **words, by=request.person, at=at)
    done = child_reads.is_past(case, "statement")
    messages.success(request, "两人已签，通报可以发布" if done else "已签，还要一位常委签")
