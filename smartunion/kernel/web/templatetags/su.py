"""The parts that every page is made of: `{% load su %}`."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web import wording
from smartunion.kernel.web.charts import Chart

register = template.Library()

STATES = ("ok", "wait", "hold", "late", "run", "off", "no", "na")


@register.filter
def yuan(fen: int | None) -> str:
    """Return fen as ¥1,234.50."""
    return wording.yuan(fen) if isinstance(fen, int) else ""


@register.filter
def amount(fen: int | None) -> str:
    """Return fen as 1,234.50, for tables whose head names the unit."""
    return wording.amount(fen) if isinstance(fen, int) else ""


@register.filter
def wan(fen: int | None) -> str:
    """Return fen as 万元 with two decimals."""
    return wording.wan(fen) if isinstance(fen, int) else ""


@register.filter
def percent(ratio: Decimal | float | None, digits: int = 1) -> str:
    """Return a ratio (0.768) as 76.8%."""
    return wording.percent(ratio, digits)


def _this_year() -> int:
    return campus_day(clock.now()).year


@register.filter
def day(when: date | None) -> str:
    """Return a day as 3月5日 周三."""
    return wording.day(when, this_year=_this_year()) if when else ""


@register.filter
def moment(when: datetime | None) -> str:
    """Return a moment as 3月5日 周三 14:30."""
    return wording.moment(when, this_year=_this_year()) if when else ""


@register.filter
def clocktime(when: datetime | None, seconds: str = "") -> str:
    """Return a moment's time of day as 14:30, or 14:30:05 when asked for seconds."""
    return wording.clocktime(when, seconds=bool(seconds)) if when else ""


@register.filter
def left(due: date | None) -> str:
    """Return what is left until then: 剩 2时18分, 逾期 3天."""
    return wording.left(due, now=clock.now()) if due else ""


@register.simple_tag
def timeleft(due: date | None) -> SafeString | str:
    """Return what is left, marked late or soon."""
    if not due:
        return ""
    now = clock.now()
    return format_html(
        '<span class="su-left {}">{}</span>',
        wording.urgency(due, now=now),
        wording.left(due, now=now),
    )


@register.simple_tag
def state(kind: str, word: str) -> SafeString:
    """Return a state as word and shape; kinds: ok wait hold late run off no na."""
    assert kind in STATES, f"unknown state {kind}"  # noqa: S101
    return format_html('<span class="su-state" data-state="{}">{}</span>', kind, word)


@register.simple_tag
def clause(number: str, text: str = "") -> SafeString:
    """Return the chip of a clause of the plan, its words as the title."""
    title = f"年度计划 {number}" + (f"：{text}" if text else "")
    return format_html(
        '<span class="su-tag su-cite" title="{}"><span class="sr vh">依据 </span>{}</span>',
        title,
        number,
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return one of Tabler's icons, silent for readers."""
    return format_html('<i class="ti ti-{}" aria-hidden="true"></i>', name)


SPARK_WIDTH, SPARK_TOP, SPARK_BOTTOM = 84, 3, 27


@register.simple_tag
def spark(
    values: Sequence[Decimal | float | None],
    goal: Decimal | float | None = None,
    *,
    bad: bool = False,
) -> SafeString | str:
    """Return a small line over the periods with a dotted target; a gap where there was no data."""
    known = [float(v) for v in values if v is not None]
    if not known:
        return ""
    span = [*known, *([float(goal)] if goal is not None else [])]
    low, high = min(span), max(span)

    def y(value: float) -> float:
        if high == low:
            return SPARK_BOTTOM if goal is None else SPARK_TOP
        return SPARK_BOTTOM - (value - low) / (high - low) * (SPARK_BOTTOM - SPARK_TOP)

    step = (SPARK_WIDTH - 4) / max(1, len(values) - 1)
    points = [(2 + i * step, y(float(v))) for i, v in enumerate(values) if v is not None]
    path: list[str] = []
    for i, value in enumerate(values):
        if value is not None:
            pen = "L" if i and values[i - 1] is not None else "M"
            path.append(f"{pen}{2 + i * step:.1f} {y(float(value)):.1f}")
    target = (
        format_html('<path class="goal" d="M0 {}H{}"/>', f"{y(float(goal)):.1f}", SPARK_WIDTH)
        if goal is not None
        else ""
    )
    return format_html(
        '<svg class="su-spark" viewBox="0 0 84 30" role="img" aria-label="近 {} 期走势，'
        '从 {} 到 {}">{}<path d="{}"/><circle class="{}" cx="{}" cy="{}" r="2.5"/></svg>',
        len(values),
        f"{known[0]:g}",
        f"{known[-1]:g}",
        target,
        " ".join(path),
        "bad" if bad else "",
        f"{points[-1][0]:.1f}",
        f"{points[-1][1]:.1f}",
    )


BAR_SCALE = 1.2
"""A budget bar shows 0 to 120 % of its limit."""


@register.simple_tag
def bar(  # noqa: PLR0917 - the order of the figures in the table beside it
    spent: int,
    held: int,
    limit: int,
    forecast_a: int | None = None,
    forecast_b: int | None = None,
    label: str = "",
) -> SafeString | str:
    """Return spent (solid), held (hatched) and the forecasts' marks against a limit, all in fen.

    The two forecasts are the two readings of 1:1.2: 甲 ON_TOP solid, 乙 INCLUSIVE dotted.
    """
    if limit <= 0:
        return ""

    def share(fen: int) -> float:
        return fen / limit

    def place(fen: int) -> str:
        return f"{min(max(share(fen) / BAR_SCALE, 0), 1) * 100:.2f}%"

    words = [
        f"已支出 {wording.percent(share(spent), 0)}",
        f"预占 {wording.percent(share(held), 0)}",
    ]
    marks = []
    for value, kind, name in ((forecast_a, "", "读法甲"), (forecast_b, "b", "读法乙")):
        if value is not None:
            words.append(f"{name}预测 {wording.percent(share(value), 0)}")
            over = " over" if value > limit else ""
            marks.append((f"mark {kind}{over}", place(value)))
    return format_html(
        '<div class="su-bar" role="img" aria-label="{}">'
        '<span class="spent" style="width:{}"></span>'
        '<span class="held" style="left:{};width:{}"></span>'
        '<span class="limit" style="left:83.33%"></span>{}</div>',
        (f"{label}：" if label else "") + "，".join(words),
        place(spent),
        place(spent),
        place(min(held, max(0, int(limit * BAR_SCALE) - spent))),
        format_html_join("", '<span class="{}" style="left:{}"></span>', marks),
    )


@register.inclusion_tag("web/parts/chart.html")
def chart(chart: Chart) -> dict[str, Any]:
    """Show an ECharts figure with its table; the table stands alone without JavaScript."""
    return {"chart": chart}


@register.inclusion_tag("web/parts/pager.html", takes_context=True)
def pager(context: Context, page: Page[Any]) -> dict[str, Any]:
    """Show 第 1–25 行，共 41 行 and the steps to the other pages, keeping the filters."""
    return {"page": page, "request": context["request"]}


@register.inclusion_tag("web/parts/empty.html")
def empty(title: str, text: str = "", url: str = "", action: str = "") -> dict[str, Any]:
    """Show that nothing is here: what will appear and when; perhaps the one thing to do."""
    return {"title": title, "text": text, "url": url, "action": action}


@register.inclusion_tag("web/parts/refusal.html")
def refusal(no: Refused, flag: str = "没有办成") -> dict[str, Any]:
    """Show a refusal in its order: 因为, 还差, 最早可办, 例外, 怎么办, 依据."""
    known = {"missing": "还差", "earliest": "最早可办", "exception": "例外"}
    rows = [(word, no.facts[name]) for name, word in known.items() if no.facts.get(name)]
    return {"no": no, "rows": rows, "remedy": no.remedy.format(**no.facts), "flag": flag}


@register.inclusion_tag("web/parts/figure.html")
def figure(value: str, unit: str = "", rows: int | None = None, url: str = "") -> dict[str, Any]:
    """Show a figure that opens the rows it was counted from."""
    return {"value": value, "unit": unit, "rows": rows, "url": url}


@register.inclusion_tag("web/parts/sort_head.html", takes_context=True)
def sort_head(context: Context, label: str, key: str, kind: str = "") -> dict[str, Any]:
    """Show a column head that sorts by `key`; ?sort=-key is descending; says so by aria-sort."""
    now = str(context["request"].GET.get("sort", context.get("sort", "")))
    direction = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    return {
        "request": context["request"],
        "label": label,
        "kind": kind,
        "direction": direction,
        "next": f"-{key}" if direction == "ascending" else key,
    }


@register.inclusion_tag("web/parts/field.html")
def field(bound: BoundField, width: str = "") -> dict[str, Any]:
    """Show one field of a form with its label, hint and errors tied to the control."""
    described = [f"{bound.id_for_label}-e"] if bound.errors else []
    if bound.help_text:
        described.append(f"{bound.id_for_label}-h")
    kind = getattr(bound.field.widget, "input_type", "")
    css = {"checkbox": "form-check-input", "select": "form-select", "radio": "form-check-input"}
    attrs: dict[str, str | bool] = {
        "class": css.get(kind, "form-control") + (" is-invalid" if bound.errors else "")
    }
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    ask = "请选择" if kind in ("select", "radio") else "请勾选" if kind == "checkbox" else "请填写"
    errors = [
        f"{ask}{bound.label}" if error.code == "required" else message
        for error in bound.errors.as_data()
        for message in error.messages
    ]
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=attrs),
        "errors": errors,
        "width": width,
        "kind": kind,
    }


@register.filter
def as_json(value: object) -> str:
    """Return compact JSON of plain data, for an attribute (escaped there)."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
