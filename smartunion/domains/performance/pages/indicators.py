"""绩效指标: the register, one indicator, the rows behind it."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse

from smartunion.domains.performance.pages.sheets import sheet
from smartunion.domains.performance.reads import cockpit
from smartunion.domains.performance.reads import figures as reads
from smartunion.domains.performance.reads.figures import Figure
from smartunion.domains.performance.reads.measures import Column, Measure, module_of
from smartunion.domains.performance.rules.counting import (
    WORDS,
    Kind,
    Row,
    fingerprint,
    masked,
    plain,
)
from smartunion.domains.performance.rules.periods import FREQUENCIES
from smartunion.domains.planning import public as planning
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.live.address import listening
from smartunion.kernel.web import charts, wording
from smartunion.kernel.web.columns import Column as SheetColumn
from smartunion.kernel.web.page import PersonRequest, page, show

PER_PAGE = 50
SAMPLE = 8
ACROSS = "跨工程"
SHOWS = (("all", "全部"), ("hit", "命中"), ("miss", "未命中"), ("excluded", "排除"))
STATED = ("contract", "stated")


def _projects(on: date) -> dict[str, Any]:
    return {p.code: p for p in planning.projects(planning.current_year(on=on), on=on)}


def _dress(figure: Figure) -> dict[str, Any]:
    """Return a figure with the words that the register shows beside it."""
    names = ("fact", "measure", "now", "state", "word", "aim", "brief")
    return {name: getattr(figure, name) for name in names} | {
        "sense": reads.SENSES[figure.fact.sense][0],
        "stated": figure.fact.origin in STATED,
        "frequency": FREQUENCIES[figure.fact.freq],
    }


def _state_key(figure: Figure) -> str:
    return "none" if figure.measure is None else figure.state.value


@page(can="indicator.view")
def indicators(request: PersonRequest) -> HttpResponse:
    """绩效指标: all 68 by sense, project and state."""
    on = campus_day(clock.now())
    figures = reads.figures(on=on)
    asked = {key: request.GET.get(key, "") for key in ("sense", "project", "state")}
    chosen = [
        figure
        for figure in figures
        if asked["sense"] in ("", figure.fact.sense)
        and asked["project"] in ("", figure.fact.project)
        and asked["state"] in ("", _state_key(figure))
    ]
    if request.GET.get("out") == "xlsx":
        return _register_sheet(chosen, on)
    projects = [(code, cockpit.short(p.title)) for code, p in _projects(on).items()]
    titles = dict([*projects, ("all", ACROSS)])
    counts = cockpit.counts(figures)
    stated = sum(figure.fact.origin in STATED for figure in figures)
    words = {**cockpit.WORDS, "none": reads.UNMEASURED}
    context = {
        "asked": asked,
        "counts": counts | {"stated": stated, "proposed": len(figures) - stated},
        "senses": [
            (key, title, sum(figure.fact.sense == key for figure in figures))
            for key, (title, _) in reads.SENSES.items()
        ],
        "projects": [*projects, ("all", ACROSS)],
        "states": [(key, word, counts[key]) for key, word in words.items()],
        "groups": [
            (title, [_dress(figure) for figure in mine])
            for code, title in titles.items()
            if (mine := [figure for figure in chosen if figure.fact.project == code])
        ],
        "band": plain(_percent(reads.band(on))),
    }
    return show(request, "performance/indicators.html", context)


def _percent(share: Fraction) -> Decimal:
    return Decimal(share.numerator * 100) / Decimal(share.denominator)


def _register_sheet(figures: list[Figure], on: date) -> HttpResponse:
    words = "编号 指标 三感 工程 来源 频次 目标 单位 现值 状态 账期 依据"
    heads = words.split(" ")
    rows = []
    for figure in figures:
        dressed = _dress(figure)
        fact = figure.fact
        rows.append(
            (
                fact.code, fact.title, dressed["sense"], fact.project,
                "写明" if dressed["stated"] else "建议",
                dressed["frequency"], figure.aim, fact.unit,
                figure.now.text, figure.word, figure.now.period.label, fact.clause,
            )
        )  # fmt: skip
    return sheet(f"绩效指标{on:%Y%m%d}", rows, [SheetColumn(head, head) for head in heads])


def _period_asked(request: PersonRequest) -> date | None:
    try:
        return date.fromisoformat(request.GET.get("period", ""))
    except ValueError:
        return None


@page(can="indicator.view")
def indicator(request: PersonRequest, *, code: str) -> HttpResponse:
    """指标: its figure, how it is made, its history, the rows it opens."""
    live_url = listening(request.person, request.mandate, "payments", "plan")
    context = _page_of(request, code, clock.now()) | {"live_url": live_url, "verdict": None}
    return show(request, "performance/indicator.html", context, part="hero")


def _page_of(request: PersonRequest, code: str, at: datetime) -> dict[str, Any]:
    on = campus_day(at)
    figure = reads.figure(code, on=on, first=_period_asked(request))
    fact, measure, point = figure.fact, figure.measure, figure.now
    may_rows = request.mandate.may("indicator.rows")
    opens = reverse("performance:rows", kwargs={"code": code})
    is_live = measure is not None and point.frozen is None
    context = {
        "f": figure,
        "sense": reads.SENSES[fact.sense][0],
        "frequency": FREQUENCIES[fact.freq],
        "strictness": WORDS[fact.op].format(plain(fact.target) + fact.unit),
        "stated": fact.origin in STATED,
        "periods": [p.period for p in reversed(figure.history)],
        "is_live": is_live,
        "may_rows": may_rows,
        "rows_url": f"{opens}?period={point.period.first}" if measure and may_rows else "",
        "is_share": measure is not None and measure.kind is Kind.SHARE,
        "hash": _groups_of_eight(point.frozen.rows_sha256) if point.frozen else "",
        **_owners(fact, on),
    }
    if measure is None:
        module = module_of(fact.evidence)
        return context | {
            "waits": f"“{module}”上线后，这里出现数值、走势和每一行；现在不填数，不算达标。"
        }
    tally = point.tally
    if tally is not None:
        context |= {
            "part": _written(tally.part, measure),
            "whole": _written(tally.whole, measure),
            "n": f"{tally.n:,}",
            "n_all": f"{tally.n + tally.left_out:,}",
            "hits": f"{tally.hits:,}",
            "misses": f"{tally.n - tally.hits:,}",
        }
    context |= {
        "chart": _history(figure),
        "terms": [(label, _term(group, key, on)) for group, key, label in measure.terms],
        "columns": measure.columns,
        **_sample(request, figure, on, may_rows=may_rows),
    }
    return context


def _owners(fact: Any, on: date) -> dict[str, Any]:
    """Return the project's name and who answers for it, A and B."""
    project = _projects(on).get(fact.project)
    if project is None:
        return {"project": ACROSS, "owners": [("A", cockpit.owner("executive_vice_chair", on=on))]}
    owners = [("A", cockpit.owner(project.lead, on=on))]
    if project.backup:
        owners.append(("B", cockpit.owner(project.backup, on=on)))
    return {"project": f"{cockpit.short(project.title)} {project.code}", "owners": owners}


def _sample(request: PersonRequest, figure: Figure, on: date, *, may_rows: bool) -> dict[str, Any]:
    """Return a few rows, those that miss first: they are what one looks for."""
    if not may_rows:
        return {"sample": [], "sample_title": "明细"}
    _, rows = reads.rows_of(figure.fact.code, on=on, first=figure.now.period.first)
    measure = figure.measure
    assert measure is not None  # noqa: S101 - the caller asked
    misses = [row for row in rows if not row.excluded and not row.hit]
    of_count = measure.kind is Kind.COUNT
    shown = [row for row in rows if row.hit] if of_count else misses
    title = f"{measure.hit[1] if of_count else measure.miss[1]}的行"
    if not shown:
        shown, title = list(rows), "明细"
    return {
        "sample": [_shown(row, measure, _full_names(request)) for row in shown[:SAMPLE]],
        "sample_title": title,
    }


def _term(group: str, key: str, on: date) -> str:
    value = planning.terms(group, on=on)[key]
    if key.endswith("_fen"):
        return f"{value:,}（{wording.yuan(int(value))}）"
    return str(value)


def _groups_of_eight(digest: str) -> str:
    groups = [digest[i : i + 8] for i in range(0, len(digest), 8)]
    return " ".join(groups[:4]) + "<br>" + " ".join(groups[4:])


def _written(number: int, measure: Measure) -> str:
    return wording.yuan(number) if measure.noun == "元" else f"{number:,}"


def _history(figure: Figure) -> charts.Chart | None:
    """Return the figure by period with its target; a period without data is a gap."""
    if len(figure.history) < 2:  # noqa: PLR2004 - one point is no line
        return None
    fact = figure.fact
    points = [
        (p.period.short, None if p.value is None else round(float(p.value), 4))
        for p in figure.history
    ]
    goal = (float(fact.target), f"目标 {figure.aim}{fact.unit}")
    chart = charts.line(fact.title, points, unit=fact.unit, goal=goal, note="逐账期")
    highest = max([value for _, value in points if value is not None], default=0.0)
    if highest < goal[0]:  # or the target's line would lie outside the figure
        chart.option["yAxis"]["max"] = 100 if goal[0] == 100 else round(goal[0] * 1.2, 4)  # noqa: PLR2004
    rows = [
        (
            p.period.short,
            p.text + fact.unit if p.value is not None else p.reason or "无数据",
            f"{p.tally.part:,} / {p.tally.whole:,}" if p.tally and p.value is not None else "",
            p.state.word,
            "已冻结" if p.frozen else "实时",
        )
        for p in figure.history
    ]
    return charts.Chart(
        chart.title, chart.option, ("账期", f"值（{fact.unit}）", "分子 / 分母", "状态", "快照"),
        rows, chart.note, chart.height,
    )  # fmt: skip


def _full_names(request: PersonRequest) -> bool:
    return request.mandate.may("people.view")


def _shown(row: Row, measure: Measure, full_names: bool) -> dict[str, Any]:
    """Return a row with its cells written for people; personal ones masked where they must be."""
    kind, word = _standing(row, measure)
    values = guarded(row, measure, full_names=full_names)
    cells = [_cell(value, column) for value, column in zip(values, measure.columns, strict=False)]
    return {"cells": cells, "kind": kind, "word": word, "link": row.link}


def _standing(row: Row, measure: Measure) -> tuple[str, str]:
    """Return how a row counts, as state and word."""
    if row.excluded:
        return "off", f"排除：{row.excluded}"
    return measure.hit if row.hit else measure.miss


def guarded(row: Row, measure: Measure, *, full_names: bool) -> list[Any]:
    """Return the cells as this person may see them: names masked and staff numbers left out."""
    values = list(row.cells)
    if measure.personal and not full_names:
        for i, column in enumerate(measure.columns):
            if column.title == "姓名":
                values[i] = masked(str(values[i]))
            elif column.title == "工号":
                values[i] = "…"
    return values


def _cell(value: Any, column: Column) -> dict[str, str]:
    if value is None:
        return {"text": "–", "css": "muted"}
    if column.what == "yuan":
        return {"text": wording.amount(int(value)), "css": "num"}
    if column.what == "number":
        return {"text": f"{value:,}", "css": "num"}
    if column.what == "day":
        return {"text": wording.day(date.fromisoformat(value)), "css": "nowrap"}
    if column.what == "moment":
        return {"text": wording.moment(datetime.fromisoformat(value)), "css": "nowrap muted"}
    return {"text": str(value), "css": ""}


def _matches(row: Row, which: str) -> bool:
    return {
        "hit": row.hit and not row.excluded,
        "miss": not row.hit and not row.excluded,
        "excluded": bool(row.excluded),
    }.get(which, True)


@page(can="indicator.rows")
def rows(request: PersonRequest, *, code: str) -> HttpResponse:
    """指标的行: every row that counts, that misses, that was left out."""
    on = campus_day(clock.now())
    figure, found = reads.rows_of(code, on=on, first=_period_asked(request))
    assert figure.measure is not None  # noqa: S101 - rows_of refuses otherwise
    which = request.GET.get("show", "all")
    chosen = [row for row in found if _matches(row, which)]
    full = _full_names(request)
    if request.GET.get("out") == "xlsx":
        return _rows_sheet(figure, chosen, full_names=full)
    paged = Paginator(chosen, PER_PAGE).get_page(request.GET.get("page"))
    words = {"hit": figure.measure.hit[1], "miss": figure.measure.miss[1]}
    numbers = {key: sum(_matches(row, key) for row in found) for key, _ in SHOWS}
    context = {
        "f": figure,
        "full_names": full,
        "columns": figure.measure.columns,
        "rows": [_shown(row, figure.measure, full) for row in paged.object_list],
        "page": paged,
        "show": which,
        "shows": [(key, words.get(key, word), numbers[key]) for key, word in SHOWS],
        "counts": {
            "in": numbers["hit"] + numbers["miss"],
            "hit": numbers["hit"],
            "miss": numbers["miss"],
            "excluded": numbers["excluded"],
        },
    }
    return show(request, "performance/rows.html", context)


SHEET_KINDS = {"yuan": "yuan", "number": "number", "day": "day", "moment": "moment"}


def _rows_sheet(figure: Figure, found: list[Row], *, full_names: bool) -> HttpResponse:
    measure = figure.measure
    assert measure is not None  # noqa: S101 - the caller asked
    columns = [
        SheetColumn(c.title, c.title.removesuffix("（元）"), SHEET_KINDS.get(c.what, "text"))
        for c in measure.columns
    ]
    columns.append(SheetColumn("counts", "计入"))
    cells = []
    for row in found:
        values = guarded(row, measure, full_names=full_names)
        cells.append(
            [
                *(_sheet_value(v, c) for v, c in zip(values, measure.columns, strict=False)),
                _standing(row, measure)[1],
            ]
        )
    return sheet(f"{figure.fact.code}{figure.now.period.label}明细", cells, columns)


def _sheet_value(value: Any, column: Column) -> Any:
    if value is not None and column.what == "day":
        return date.fromisoformat(value)
    if value is not None and column.what == "moment":
        return datetime.fromisoformat(value)
    return value


@page(can="indicator.rows")
def check(request: PersonRequest, *, code: str) -> HttpResponse:
    """核验快照: count the rows again and compare their hash with the frozen one."""
    at = clock.now()
    on = campus_day(at)
    first = _period_asked(request)
    figure = reads.figure(code, on=on, first=first)
    frozen = figure.now.frozen
    verdict = ("off", "未冻结", "这个账期还没有快照")
    if frozen is not None:
        _, found = reads.rows_of(code, on=on, first=frozen.since)
        same = fingerprint(found) == frozen.rows_sha256
        verdict = (
            ("ok", "一致", f"重算 {len(found):,} 行，摘要相同")
            if same
            else ("late", "不一致", f"重算 {len(found):,} 行，摘要不同：明细在冻结后有变动")
        )
    if request.headers.get("HX-Request"):
        return show(request, "performance/indicator.html", {"verdict": verdict}, part="verdict")
    live_url = listening(request.person, request.mandate, "payments", "plan")
    context = _page_of(request, code, at) | {"verdict": verdict, "live_url": live_url}
    return show(request, "performance/indicator.html", context)
