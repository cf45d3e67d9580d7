"""驾驶舱: the desk, the wall, and the rows behind their figures."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse

from smartunion.domains.performance.pages.sheets import sheet
from smartunion.domains.performance.reads import cockpit as reads
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.live.address import listening
from smartunion.kernel.web.charts import HEAT, MUTED, heat_map
from smartunion.kernel.web.columns import Column
from smartunion.kernel.web.page import PersonRequest, page, show
from smartunion.kernel.web.wording import day as day_words

TOPICS = ("payments", "budget", "plan")
PER_PAGE = 50
WALL_MERCHANTS = 6


def address(name: str, request: PersonRequest, can: str) -> str:
    """Return another domain's page where it exists and the person may open it."""
    try:
        return reverse(name) if request.mandate.may(can) else ""
    except NoReverseMatch:
        return ""


def _senses(request: PersonRequest, at: datetime) -> dict[str, Any]:
    figures = reads.figures(on=campus_day(at))
    return {"senses": reads.senses(figures), "counts": reads.counts(figures)}


def _budget(request: PersonRequest, at: datetime) -> dict[str, Any]:
    found = reads.budget(on=campus_day(at))
    url = address("planning:budget", request, "plan.view")
    return {"budget": {**vars(found), "url": url}}


def _late(request: PersonRequest, at: datetime) -> dict[str, Any]:
    found = reads.late(on=campus_day(at))
    return {"late": {**vars(found), "url": address("planning:plan", request, "plan.view")}}


def _today(request: PersonRequest, at: datetime) -> dict[str, Any]:
    return {"today": reads.today(at=at)}


def _heat(request: PersonRequest, at: datetime) -> dict[str, Any]:
    on = campus_day(at)
    is_today = request.GET.get("day") == "today"
    day = on if is_today else reads.last_trading_day(before=on)
    found = reads.heat(day, muted=MUTED, merchants=reads.HEAT_MERCHANTS)
    return {"heat": _drawn(found) | {"which": "today" if is_today else "whole"}}


def _drawn(found: reads.Heat) -> dict[str, Any]:
    """Return the map with its chart and its table; both hold only what may be shown."""
    chart = heat_map(
        "交易热力",
        found.columns,
        found.rows,
        limit=found.limit,
        note=f"{day_words(found.day)} · 商户 × 半小时 · 笔数",
    )
    chart.option["visualMap"]["show"] = False  # its words stand below, where they can wrap
    chart.option["grid"] |= {"bottom": 26}
    chart.option["xAxis"]["axisLabel"]["hideOverlap"] = True
    legend = [(piece["color"], piece["label"]) for piece in chart.option["visualMap"]["pieces"]]
    chart = replace(chart, height=chart.height - 40)
    return {**vars(found), "chart": chart, "legend": legend}


def _wall_heat(request: PersonRequest, at: datetime) -> dict[str, Any]:
    on = campus_day(at)
    days = (on, reads.last_trading_day(before=on))
    found = max((reads.heat(day, muted=MUTED, merchants=WALL_MERCHANTS) for day in days), key=_told)
    edges = [max(found.limit, found.limit * fifth) for _, fifth in HEAT]
    rows = [
        (name, [_painted(cell, edges, found.limit) for cell in cells]) for name, cells in found.rows
    ]
    return {"heat": {**vars(found), "board": rows, "hours": found.columns[::4]}}


def _told(found: reads.Heat) -> tuple[int, int]:
    """Return how many cells show a number, and how many anything: a morning says little."""
    cells = [cell for _, row in found.rows for cell in row if cell is not None]
    return sum(cell != MUTED for cell in cells), len(cells)


def _painted(cell: int | None, edges: list[int], limit: int) -> tuple[str, str]:
    """Return a cell's color class and its words."""
    if cell is None:
        return "", ""
    if cell == MUTED:
        return "m", f"不足 {limit} 人"
    return str(sum(cell >= edge for edge in edges) - 1), f"{cell} 笔"


Part = Callable[[PersonRequest, datetime], dict[str, Any]]
DESK: dict[str, Part] = {
    "senses": _senses,
    "budget": _budget,
    "late": _late,
    "heat": _heat,
    "today": _today,
}
WALL: dict[str, Part] = DESK | {"heat": _wall_heat}


def _whole(request: PersonRequest, parts: dict[str, Part]) -> dict[str, Any]:
    context: dict[str, Any] = {"live_url": listening(request.person, request.mandate, *TOPICS)}
    at = clock.now()
    for part in parts.values():
        context |= part(request, at)
    return context


@page(can="cockpit.view")
def cockpit(request: PersonRequest) -> HttpResponse:
    """驾驶舱."""
    return show(request, "performance/cockpit.html", _whole(request, DESK))


@page(can="cockpit.view")
def cockpit_part(request: PersonRequest, *, part: str) -> HttpResponse:
    """驾驶舱的一块，随实时主题更新."""
    return _one(request, part, DESK, "performance/cockpit.html", "performance:cockpit")


@page(can="cockpit.view")
def board(request: PersonRequest) -> HttpResponse:
    """驾驶舱大屏."""
    return show(request, "performance/board.html", _whole(request, WALL))


@page(can="cockpit.view")
def board_part(request: PersonRequest, *, part: str) -> HttpResponse:
    """大屏的一块，随实时主题更新."""
    return _one(request, part, WALL, "performance/board.html", "performance:board")


def _one(
    request: PersonRequest, part: str, parts: dict[str, Part], template: str, whole: str
) -> HttpResponse:
    """Show one part to HTMX; a browser that opens its address gets the whole page."""
    if part not in parts:
        raise Http404(part)
    if not request.headers.get("HX-Request"):
        return redirect(whole)
    return show(request, template, parts[part](request, clock.now()), part=part)


def _day_asked(request: HttpRequest, otherwise: date) -> date:
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return otherwise


@page(can="cockpit.view")
def heat(request: PersonRequest) -> HttpResponse:
    """交易热力: all merchants of a day."""
    on = campus_day(clock.now())
    day = min(_day_asked(request, reads.last_trading_day(before=on)), on)
    found = reads.heat(day, muted=MUTED)
    if request.GET.get("out") == "xlsx":
        columns = [
            Column("merchant", "商户"),
            *(Column(name, name) for name in found.columns),
        ]
        rows = [
            (name, *(_as_text(cell, found.limit) for cell in cells)) for name, cells in found.rows
        ]
        return sheet(f"交易热力{day:%Y%m%d}", rows, columns)
    return show(request, "performance/heat.html", {"heat": _drawn(found)})


def _as_text(cell: int | None, limit: int) -> str:
    return "" if cell is None else f"<{limit}" if cell == MUTED else str(cell)


@page(can="cockpit.view")
def payments(request: PersonRequest) -> HttpResponse:
    """今日支付明细: the rows behind today's figures, without payers."""
    at = clock.now()
    on = campus_day(at)
    rows = wallet.sales_of_day(on)
    if request.GET.get("out") == "xlsx":
        columns = [
            Column("at", "时间", "moment"),
            Column("number", "单号"),
            Column("merchant", "商户"),
            Column("fen", "消费", "yuan"),
            Column("subsidy", "补贴", "yuan"),
            Column("words", "状态"),
        ]
        cells = [(p.at, p.number, p.merchant, p.fen, p.subsidy_fen, p.words) for p in rows]
        return sheet(f"支付{on:%Y%m%d}", cells, columns)
    paged = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"today": reads.today(at=at), "rows": paged.object_list, "page": paged}
    return show(request, "performance/payments.html", context)
