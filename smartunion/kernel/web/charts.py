"""Charts: an ECharts option and the same figures as a table, always together."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe

SERIES = "#42597a"
TARGET = "#bf3127"
INK, INK_2 = "#1f242d", "#5a616e"
HEAT = (("#d9dfe6", 1), ("#a9b7c6", 3), ("#6f869e", 8), ("#42597a", 16), ("#22324d", 28))
"""Colors of a heat map and where each begins, in fifths of the suppression limit."""

MUTED = -1
"""The value of a cell that is too small to show: it is drawn as a dot, never as a number."""


@dataclass(frozen=True)
class Chart:
    """What `{% chart %}` shows. `rows` hold cells already written for people."""

    title: str
    option: dict[str, Any]
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    note: str = ""
    height: int = 264
    foot: str = ""

    def option_json(self) -> SafeString:
        """Return the option as JSON that cannot end its script element."""
        text = json.dumps(self.option, ensure_ascii=False)
        escaped = text.translate({ord(c): f"\\u{ord(c):04X}" for c in "<>&\u2028\u2029"})
        return mark_safe(escaped)  # noqa: S308 - no <, > or & is left in it


def line(
    title: str,
    points: Sequence[tuple[str, float | None]],
    *,
    unit: str = "",
    goal: tuple[float, str] | None = None,
    note: str = "",
) -> Chart:
    """Return one line over its periods; a period without data is a gap and says 无数据.

    `goal` is the target's value and its words, which stand on the dashed line.
    """
    series: dict[str, Any] = {
        "type": "line",
        "data": [value for _, value in points],
        "symbol": "none",
        "lineStyle": {"color": SERIES, "width": 1.75},
    }
    if goal:
        series["markLine"] = {
            "silent": True,
            "symbol": "none",
            "lineStyle": {"color": TARGET, "type": [4, 4], "width": 1.25},
            "label": {"position": "insideEndTop", "formatter": goal[1], "color": TARGET},
            "data": [{"yAxis": goal[0]}],
        }
    option = {
        "grid": {"left": 52, "right": 24, "top": 24, "bottom": 32},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [name for name, _ in points], "boundaryGap": False},
        "yAxis": {"type": "value", "axisLabel": {"formatter": f"{{value}}{unit}"}},
        "series": [series],
    }
    rows = [(name, "无数据" if value is None else f"{value:g}") for name, value in points]
    head = f"{title}（{unit}）" if unit else title
    return Chart(title, option, ("期", head), rows, note)


def heat_map(
    title: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[int | None]]],
    *,
    limit: int,
    unit: str = "笔",
    note: str = "",
    foot: str = "",
) -> Chart:
    """Return a heat map; a cell is a count, None for nothing, or MUTED below `limit`."""
    edges = [max(limit, limit * fifth) for _, fifth in HEAT]
    pieces: list[dict[str, Any]] = [{"value": MUTED, "label": f"不足{limit}", "color": "#f4f2ee"}]
    for i, (color, _) in enumerate(HEAT):
        piece: dict[str, Any] = {"min": edges[i], "color": color}
        if i + 1 < len(edges):
            piece |= {"max": edges[i + 1] - 1, "label": f"{edges[i]}–{edges[i + 1] - 1}"}
        else:
            piece["label"] = f"{edges[i]} 以上"
        pieces.append(piece)
    option = {
        "grid": {"left": 92, "right": 16, "top": 10, "bottom": 66},
        "suTooltip": {"unit": unit, "limit": limit},
        "xAxis": {
            "type": "category",
            "data": list(columns),
            "splitLine": {"show": False},
            "axisLine": {"show": False},
            "axisLabel": {"interval": 1},
        },
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [name for name, _ in rows],
            "axisLine": {"show": False},
            "splitLine": {"show": False},
            "axisLabel": {"color": INK},
        },
        "visualMap": {
            "type": "piecewise",
            "orient": "horizontal",
            "left": 80,
            "bottom": 8,
            "itemWidth": 18,
            "itemHeight": 10,
            "textStyle": {"color": INK_2},
            "pieces": pieces,
        },
        "series": [
            {
                "type": "heatmap",
                "data": [
                    [x, y, cell]
                    for y, (_, cells) in enumerate(rows)
                    for x, cell in enumerate(cells)
                    if cell is not None
                ],
                "itemStyle": {"borderColor": "#fff", "borderWidth": 2, "borderRadius": 3},
            }
        ],
    }
    table = [
        (name, *("" if c is None else f"<{limit}" if c == MUTED else c for c in cells))
        for name, cells in rows
    ]
    height = max(160, 96 + 26 * len(rows))
    return Chart(title, option, ("", *columns), table, note, height, foot)
