"""A plan year in and out: upload, preview, adopt, export, copy forward, compare."""

from io import BytesIO

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from smartunion.domains.planning import forms
from smartunion.domains.planning.actions import content as actions
from smartunion.domains.planning.actions import years as year_actions
from smartunion.domains.planning.reads import files, plan, shown
from smartunion.domains.planning.rules.content import Raw
from smartunion.domains.planning.rules.years import compare as compared
from smartunion.kernel.base import clock
from smartunion.kernel.web.page import PersonRequest, page, show

from .frame import frame

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_BYTES = 5 * 1024 * 1024


def _raw(name: str, data: bytes) -> Raw:
    if name.endswith(".xlsx"):
        return files.from_workbook(BytesIO(data))
    return files.from_yaml(data.decode("utf-8"))


@page(can="plan.edit", methods="GET POST")
def importing(request: PersonRequest) -> HttpResponse:
    """导入年度计划：先看逐行结果，全部正确才写入."""
    form = forms.Upload(request.POST or None, request.FILES or None)
    context: dict[str, object] = {
        "form": form,
        "plans": shown.plans(),
        "kept": files.years(),
        "reason": forms.Reason(),
        "tab": "import",
    }
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > MOST_BYTES:
                raise ValueError("too big")
            raw = _raw(file.name, file.read())
        except (ValueError, UnicodeDecodeError):
            form.add_error("file", "读不出来：请传 5 MB 以内的 .xlsx 或 .yaml")
            return show(request, "planning/import.html", context)
        content, errors = files.inspect(raw)
        context |= {"errors": errors, "name": file.name}
        if not errors:
            written = actions.import_plan(
                raw=raw, by=request.person, at=clock.now(), because=f"导入 {file.name}"
            )
            context |= {
                "written": written,
                "counts": files.counts(content),
                "plans": shown.plans(),
            }
    return show(request, "planning/import.html", context)


@page(can="plan.edit", methods="POST")
def adoption(request: PersonRequest, *, year: int) -> HttpResponse:
    """通过年度计划：冻结第一版."""
    form = forms.Reason(request.POST)
    if form.is_valid():
        version = actions.adopt(
            year=year, by=request.person, at=clock.now(), because=form.cleaned_data["because"]
        )
        messages.success(
            request, f"{year} 年度计划已通过，第 {version.number} 版摘要 {version.sha256[:8]}"
        )
    else:
        messages.error(request, "没有通过：请写明依据哪次会议")
    return redirect("planning:import")


@page(can="plan.view")
def export(request: PersonRequest) -> HttpResponse:
    """导出年度计划为 Excel."""
    now = frame(request)
    response = HttpResponse(files.workbook_of(plan.plan_of(now.year)), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="plan-{now.year}.xlsx"'
    return response


@page(can="plan.edit", methods="POST")
def copy(request: PersonRequest) -> HttpResponse:
    """结转到下一年度：日期顺延一年，列出落在休息日的日期."""
    now = frame(request)
    form = forms.Reason(request.POST)
    form.is_valid()
    because = form.cleaned_data.get("because") or f"由 {now.year} 年度结转"
    fresh, problems = year_actions.copy_forward(
        year=now.year, by=request.person, at=clock.now(), because=because
    )
    return show(
        request, "planning/copied.html", {"plan": fresh, "problems": problems, "tab": "import"}
    )


@page(can="plan.view")
def compare(request: PersonRequest) -> HttpResponse:
    """两个年度或两个版本对照."""
    options = shown.sides()
    names = [name for name, _ in options]
    first = request.GET.get("a") or (names[-1] if names else "")
    second = request.GET.get("b") or (names[0] if names else "")
    context: dict[str, object] = {
        "options": options,
        "a": first,
        "b": second,
        "tab": "compare",
    }
    if names:
        (title_a, before), (title_b, after) = shown.side(first), shown.side(second)
        found = compared(before, after)
        sheets: dict[str, list[object]] = {}
        for one in found:
            sheets.setdefault(one.sheet, []).append(one)
        context |= {
            "title_a": title_a,
            "title_b": title_b,
            "sheets": list(sheets.items()),
            "count": len(found),
        }
    return show(request, "planning/compare.html", context)
