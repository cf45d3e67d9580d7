"""Lists of cases: what waits for me, what I have applied for, all that I may see."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.core.paginator import Paginator
from django.db.models import F, Min, Q
from django.http import HttpResponse
from django.shortcuts import redirect

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day, end_of
from smartunion.kernel.procedures import bulk, panels, reads, shown
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.procedures.reads import Waiting
from smartunion.kernel.web import excel
from smartunion.kernel.web.columns import Column
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page, show

from .frame import case_of, context_of, is_officer

ROWS = 50
MOST_EXPORTED = 20_000
SUNDAY = 6
PARTS = {
    "mine": "等我办",
    "A": "我是A角",
    "B": "我是B角",
    "sign": "会签与票决",
    "late": "已逾期",
}
COLUMNS = [
    Column("matter", "事项"),
    Column("title", "标题"),
    Column("unit", "单位"),
    Column("applicant", "申请人"),
    Column("step", "当前步骤"),
    Column("who", "经办人"),
    Column("due_at", "期限", "moment"),
    Column("state", "状态"),
    Column("opened_at", "立件", "moment"),
    Column("closed_at", "办结", "moment"),
]


@dataclass(frozen=True)
class Group:
    """What is due in one stretch of time."""

    title: str
    late: bool
    rows: Sequence[Waiting]


def grouped(rows: Sequence[Waiting], *, at: datetime) -> list[Group]:
    """Return the rows by when they are due: 已逾期, 今天到期, 本周, 以后, 不设时限, 仅知会."""
    today = end_of(campus_day(at))
    week = today + timedelta(days=SUNDAY - campus_day(at).weekday())

    def name(row: Waiting) -> str:
        if not row.mine:
            return "由A角办理，我是B角"
        if row.due_at is None:
            return "不设时限"
        if row.late:
            return "已逾期"
        return "今天到期" if row.due_at <= today else "本周" if row.due_at <= week else "以后"

    return [Group(key, key == "已逾期", list(own)) for key, own in groupby(rows, key=name)]


def _kept(rows: Sequence[Waiting], part: str) -> list[Waiting]:
    tests: dict[str, Callable[[Waiting], bool]] = {
        "mine": lambda one: one.mine,
        "A": lambda one: one.part == "A",
        "B": lambda one: one.part in {"B", "B接手"},
        "sign": lambda one: one.part in {"会签", "票决"},
        "late": lambda one: one.late and one.mine,
    }
    return [one for one in rows if part not in tests or tests[part](one)]


@page(can=SIGNED_IN)
def inbox(request: PersonRequest) -> HttpResponse:
    """待办: what waits for me, the nearest limit first."""
    at = clock.now()
    everything = reads.waiting_for(request.person, at)
    part = request.GET.get("part", "")
    sheet, unit = request.GET.get("matter", ""), request.GET.get("unit", "")
    rows = [
        one
        for one in _kept(everything, part)
        if (not sheet or one.sheet.code == sheet) and (not unit or str(one.case.unit_id) == unit)
    ]
    chosen = next((one for one in rows if str(one.run.pk) == request.GET.get("run")), None)
    chosen = chosen or (rows[0] if rows else None)
    context = {
        "groups": grouped(rows, at=at),
        "rows": rows,
        "total": len(everything),
        "mine": sum(one.mine for one in everything),
        "late": sum(one.late and one.mine for one in everything),
        "as_a": sum(one.part == "A" and one.mine for one in everything),
        "as_b": sum(one.part in {"B", "B接手"} for one in everything),
        "parts": [(key, word, len(_kept(everything, key))) for key, word in PARTS.items()],
        "part": part,
        "matters": sorted({(one.sheet.code, one.sheet.matter) for one in everything}),
        "matter": sheet,
        "units": sorted(
            {(str(o.case.unit_id), str(o.case.unit)) for o in everything if o.case.unit}
        ),
        "unit": unit,
        "narrowed": bool(part or sheet or unit),
        "chosen": chosen,
        "preview": _preview(request, chosen, at) if chosen else None,
    }
    desk = is_officer(request)
    template = "procedures/inbox.html" if desk else "procedures/inbox_phone.html"
    closer = desk and request.headers.get("HX-Target") == "preview"
    return show(request, template, context, part="preview" if closer else "rows")


@dataclass(frozen=True)
class Preview:
    """The chosen row, seen closer: what is asked, by when, what else is known."""

    it: shown.CaseShown
    panel: panels.Panel | None
    before: shown.StepShown | None


def _preview(request: PersonRequest, chosen: Waiting, at: datetime) -> Preview:
    told = shown.case_shown(chosen.case, at=at)
    own = panels.panels(told, request.person, at=at)
    behind = [one for one in told.steps if one.state == "done" and one.at]
    return Preview(
        told,
        next((one for one in own if one.run.pk == chosen.run.pk), None),
        max(behind, key=lambda one: one.at or at, default=None),
    )


@page(can=SIGNED_IN)
def cases(request: PersonRequest) -> HttpResponse:
    """全部事项: every case that I may see; overdue, due today, by unit, by matter; Excel out."""
    at = clock.now()
    if not is_officer(request):
        return redirect("procedures:my_cases")
    unit = request.GET.get("unit", "")
    asked = bulk.Asked(
        state=request.GET.get("state", "open"),
        unit=int(unit) if unit.isdigit() else None,
        sheet=request.GET.get("matter", ""),
        words=request.GET.get("q", "").strip(),
    )
    who = request.person, request.mandate
    nearest = Min("runs__due_at", filter=Q(runs__state=StepRun.State.OPEN))
    found = (
        bulk.cases(*who, asked, at=at)
        .annotate(nearest=nearest)
        .order_by(F("closed_at").desc(nulls_first=True), F("nearest").asc(nulls_last=True), "-pk")
    )
    if form := request.GET.get("out"):
        rows = bulk.lines(found[:MOST_EXPORTED], at=at)
        return excel.download(_sheet_rows(rows), COLUMNS, title="事项", form=form)
    leaf = Paginator(found, ROWS).get_page(request.GET.get("page"))
    counts = bulk.counts(*who, asked, at=at)
    words = {"open": "在办", "late": "已逾期", "today": "今天到期", "closed": "已结束", "": "全部"}
    context = {
        "lines": bulk.lines(leaf.object_list, at=at),
        "page": leaf,
        "asked": asked,
        "seg": [(key, word, counts[key]) for key, word in words.items()],
        "counts": counts,
        "units": bulk.units_of(*who, at=at),
        "matters": bulk.matters_of(*who, at=at),
        "narrowed": bool(asked.unit or asked.sheet or asked.words or asked.state != "open"),
    }
    return show(request, "procedures/cases.html", context, part="rows")


def _sheet_rows(lines: Sequence[bulk.Line]) -> Iterator[tuple[object, ...]]:
    for line in lines:
        case = line.case
        yield (
            line.sheet.matter,
            case.title,
            case.unit.name if case.unit else "全校",
            case.applicant.name if case.applicant else "",
            line.steps,
            line.who,
            line.due_at,
            line.state[1],
            case.opened_at,
            case.closed_at,
        )


@page(can=SIGNED_IN)
def my_cases(request: PersonRequest) -> HttpResponse:
    """我的事项: what I have applied for or opened, the newest first."""
    found = bulk.lines(reads.cases_of(request.person), at=clock.now())
    context = {
        "open": [line for line in found if line.case.closed_at is None],
        "closed": [line for line in found if line.case.closed_at is not None],
    }
    return show(request, "procedures/my_cases.html", context)


@page(can=SIGNED_IN)
def my_case(request: PersonRequest, *, case_id: int) -> HttpResponse:
    """办到哪了: the applicant's tracker, step by step."""
    found = case_of(request, case_id)
    if request.person.pk not in (found.applicant_id, found.opened_by_id):
        return redirect("procedures:case", case_id=case_id)
    return show(request, "procedures/tracker.html", context_of(request, found), part="live")
