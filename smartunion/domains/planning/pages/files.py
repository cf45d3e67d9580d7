"""A plan year in and out: upload, preview, adopt, export, copy forward, compare."""

from datetime import timedelta
from io import BytesIO

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from smartunion.domains.planning import forms
from smartunion.domains.planning.actions import content as actions
from smartunion.domains.planning.actions import years as year_actions
from smartunion.domains.planning.reads import files, plan, shown
from smartunion.domains.planning.rules.content import Raw, cells, numbered
from smartunion.domains.planning.rules.refusals import PreviewStale
from smartunion.domains.planning.rules.years import compare as compared
from smartunion.kernel.base import clock
from smartunion.kernel.web.page import PersonRequest, page, show

from .frame import frame

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_BYTES = 5 * 1024 * 1024
PREVIEW_GOOD = timedelta(hours=2)
"""How long a preview may lie open before its file must be uploaded again."""


def _raw(name: str, data: bytes) -> Raw:
    if name.endswith(".xlsx"):
        return files.from_workbook(BytesIO(data))
    return files.from_yaml(data.decode("utf-8"))


def _salt(request: PersonRequest) -> str:
    """Return the salt of a preview: nobody else writes what this person has looked at."""
    return f"planning.import:{request.person.pk}"


def _frame(form: forms.Upload) -> dict[str, object]:
    return {
        "form": form,
        "plans": shown.plans(),
        "kept": files.years(),
        "reason": forms.Reason(),
        "tab": "import",
    }


@page(can="plan.edit", methods="GET POST")
def importing(request: PersonRequest) -> HttpResponse:
    """导入年度计划：先看逐行结果和会改哪些行，再写入草案."""
    form = forms.Upload(request.POST or None, request.FILES or None)
    context = _frame(form)
    if not form.is_valid():
        return show(request, "planning/import.html", context)
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
        found = shown.preview(content)
        said = {"sheets": cells(content), "seen": found.seen}
        token = signing.dumps(said, salt=_salt(request), compress=True)
        context |= {
            "preview": found,
            "writing": forms.Writing(initial={"token": token, "because": f"导入 {file.name}"}),
        }
    return show(request, "planning/import.html", context)


@page(can="plan.edit", methods="POST")
def writing(request: PersonRequest) -> HttpResponse:
    """写入草案：写的就是预览过的那一份."""
    form = forms.Writing(request.POST)
    if not form.is_valid():
        messages.error(request, "没有写入：写明依据，再上传一次")
        return redirect("planning:import")
    try:
        said = signing.loads(form.cleaned_data["token"], salt=_salt(request), max_age=PREVIEW_GOOD)
    except signing.BadSignature as stale:
        raise PreviewStale from stale
    plan = actions.import_plan(
        raw=numbered(said["sheets"]),
        seen=said["seen"],
        by=request.person,
        at=clock.now(),
        because=form.cleaned_data["because"],
    )
    messages.success(request, f"已写入：{plan.title}。草案经常委会通过后冻结成第 1 版。")
    return redirect(f"{reverse('planning:plan')}?year={plan.year}")


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
