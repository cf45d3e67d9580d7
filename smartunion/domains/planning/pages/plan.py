"""The plan itself: tree, timeline, indicators, one milestone."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from smartunion.domains.planning import forms
from smartunion.domains.planning.actions import budget as budget_actions
from smartunion.domains.planning.actions import milestones as actions
from smartunion.domains.planning.reads import gantt, owners, plan, shown
from smartunion.domains.planning.rules.refusals import NotOwner
from smartunion.domains.planning.rules.timeline import SOON_DAYS, State
from smartunion.kernel.base import clock
from smartunion.kernel.web.page import PersonRequest, page, show

from .frame import Frame, frame


def _filtered(
    request: PersonRequest, projects: list[plan.ProjectFact]
) -> tuple[list[plan.ProjectFact], dict[str, object]]:
    """Return the projects with the sub-tasks that the filters leave, and the filters' counts."""
    tasks = [task for project in projects for task in project.sub_tasks]
    origin, state = request.GET.get("origin", ""), request.GET.get("state", "")

    def soon(task: plan.SubTaskFact) -> bool:
        return any(
            one.state == State.RUNNING and one.days_left <= SOON_DAYS for one in task.milestones
        )

    def kept(task: plan.SubTaskFact) -> bool:
        if origin and task.origin != origin:
            return False
        return {"": True, "late": task.state == State.LATE, "soon": soon(task)}.get(state, True)

    left = [project.with_tasks(tuple(filter(kept, project.sub_tasks))) for project in projects]
    marks = (("stated", "■ 计划原文"), ("implied", "◧ 推定"), ("proposed", "□ 建议"))
    return [project for project in left if project.sub_tasks], {
        "origin": origin,
        "state": state,
        "origins": [(k, w, sum(task.origin == k for task in tasks)) for k, w in marks],
        "all_count": len(tasks),
        "late_count": sum(task.state == State.LATE for task in tasks),
        "soon_count": sum(map(soon, tasks)),
        "done_count": sum(task.state == State.DONE for task in tasks),
        "milestone_count": sum(len(task.milestones) for task in tasks),
        "stated_count": sum(task.origin == "stated" for task in tasks),
    }


def _context(request: PersonRequest, now: Frame) -> dict[str, object]:
    projects, counts = _filtered(request, plan.tree(now.year, on=now.on))
    return {
        "frame": now,
        "plan": plan.plan_of(now.year),
        "projects": projects,
        "counts": counts,
    }


@page(can="plan.view")
def tree(request: PersonRequest) -> HttpResponse:
    """年度计划：工程、子任务、里程碑."""
    return show(request, "planning/tree.html", {**_context(request, frame(request)), "tab": "tree"})


@page(can="plan.view")
def timeline(request: PersonRequest) -> HttpResponse:
    """甘特图."""
    context = _context(request, frame(request))
    now = frame(request)
    drawing = gantt.draw(plan.plan_of(now.year), context["projects"], on=now.on)  # type: ignore[arg-type]  # a list of projects
    return show(
        request, "planning/timeline.html", {**context, "drawing": drawing, "tab": "timeline"}
    )


@page(can="plan.view")
def indicators(request: PersonRequest) -> HttpResponse:
    """68 项指标的定义."""
    now = frame(request)
    sense = request.GET.get("sense", "")
    every = plan.indicators(now.year)
    senses = (("gain", "获得感"), ("happiness", "幸福感"), ("safety", "安全感"))
    return show(
        request,
        "planning/indicators.html",
        {
            "frame": now,
            "rows": [one for one in every if not sense or one.sense == sense],
            "sense": sense,
            "senses": [(k, w, sum(one.sense == k for one in every)) for k, w in senses],
            "all_count": len(every),
            "contract_count": sum(one.origin == "contract" for one in every),
            "stated_count": sum(one.origin == "stated" for one in every),
            "proposed_count": sum(one.origin == "proposed" for one in every),
            "tab": "indicators",
        },
    )


def _may_record(request: PersonRequest, one: plan.MilestoneFact, now: Frame) -> bool:
    return request.mandate.may("plan.edit") or owners.holds_any(
        request.person, (one.lead, one.backup), on=now.on
    )


@page(can="plan.view")
def milestone(request: PersonRequest, *, code: str) -> HttpResponse:
    """一个里程碑：日期类型、完成登记、改期、留痕."""
    now = frame(request)
    one = plan.milestone(now.year, code, on=now.on)
    return show(
        request,
        "planning/milestone.html",
        {
            "frame": now,
            "one": one,
            "may_record": _may_record(request, one, now),
            "may_edit": request.mandate.may("plan.edit"),
            "achieving": forms.Achieving(initial={"done_on": now.on}),
            "withdrawing": forms.Withdrawing(),
            "moving": forms.Moving(initial={"opens_on": one.opens_on, "due_on": one.due_on}),
            "entries": shown.milestone_trail(now.year, code),
            "files": shown.milestone_files(now.year, code),
            "tab": "tree",
        },
    )


def _back(now: Frame, code: str) -> HttpResponse:
    response = redirect("planning:milestone", code=code)
    response["Location"] += f"?year={now.year}"
    return response


@page(can="plan.view", methods="POST")
def achievement(request: PersonRequest, *, code: str) -> HttpResponse:
    """登记完成：责任岗位或工会办公室."""
    now = frame(request)
    one = plan.milestone(now.year, code, on=now.on)
    if not _may_record(request, one, now):
        raise NotOwner(code=code, owners=f"{one.lead_title}、{one.backup_title}")
    form = forms.Achieving(request.POST, request.FILES)
    if form.is_valid():
        actions.achieve(
            year=now.year, code=code, by=request.person, at=clock.now(), **form.cleaned_data
        )
        messages.success(request, f"已登记 {code} 完成")
    else:
        messages.error(request, "没有登记：请填写完成日和凭据")
    return _back(now, code)


@page(can="plan.edit", methods="POST")
def withdrawal(request: PersonRequest, *, code: str) -> HttpResponse:
    """撤回完成登记."""
    now = frame(request)
    form = forms.Withdrawing(request.POST)
    form.is_valid()
    actions.withdraw(
        year=now.year,
        code=code,
        by=request.person,
        at=clock.now(),
        because=form.cleaned_data.get("because", ""),
    )
    messages.success(request, f"已撤回 {code} 的完成登记")
    return _back(now, code)


@page(can="plan.edit", methods="POST")
def moving(request: PersonRequest, *, code: str) -> HttpResponse:
    """改期：一次修订，写明事由."""
    now = frame(request)
    form = forms.Moving(request.POST)
    if form.is_valid():
        actions.move(
            year=now.year, code=code, by=request.person, at=clock.now(), **form.cleaned_data
        )
        messages.success(request, f"{code} 已改期，计划留下新版本")
    else:
        messages.error(request, "没有改期：日期和事由都要填")
    return _back(now, code)


@page(can="plan.edit", methods="POST")
def confirmation(request: PersonRequest, *, code: str) -> HttpResponse:
    """确认一项推定或建议的子任务."""
    now = frame(request)
    form = forms.Reason(request.POST)
    form.is_valid()
    budget_actions.confirm_sub_task(
        year=now.year,
        code=code,
        by=request.person,
        at=clock.now(),
        because=form.cleaned_data.get("because", ""),
    )
    messages.success(request, f"已确认子任务 {code}")
    response = redirect("planning:gaps")
    response["Location"] += f"?year={now.year}#undescribed"
    return response
