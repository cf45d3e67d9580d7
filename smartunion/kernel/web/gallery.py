"""The living style guide: every part in every state, with invented rows. Demonstration only."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse

from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused

from . import charts, fields
from .page import SIGNED_IN, page, show

HALF_HOURS = [f"{h:02}:{m:02}" for h in range(7, 21) for m in (0, 30)]
CLOSED, FEWEST = 7, 5
SHELLS = ("desk", "phone", "till", "board", "public")


class ExampleRefused(Refused):
    """An example: two kinds of figures, a clause and a way out."""

    code = "web.example"
    text = "本月只能再划 {left} 元"
    clause = "3.1①"
    remedy = "改划 {left} 元，或等 {earliest} 再划"


class ExampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="商户", max_length=20, help_text="与营业执照一致，20 字以内")
    category = forms.ChoiceField(label="类别", choices=[("", "请选择"), ("food", "餐饮")])
    deposit = fields.YuanField(label="保证金（元）", help_text="写到分，例如 20,000.00")
    since = fields.DayField(label="签约日", required=False)
    agreed = forms.BooleanField(label="承诺书已签并上传")
    because = forms.CharField(label="事由", widget=forms.Textarea(attrs={"rows": 2}))


def _rows() -> list[dict[str, Any]]:
    names = ("第一食堂", "第二食堂", "教工餐厅", "校园书店", "西门咖啡", "北门果蔬", "惠民药房")
    places = (
        "东区食堂一层",
        "西区食堂一层",
        "东区食堂三层",
        "图书馆负一层",
        "西门广场",
        "北门",
        "校医院",
    )
    kinds = ("ok", "ok", "ok", "ok", "ok", "hold", "no")
    words = ("正常", "正常", "正常", "正常", "正常", "终端冻结", "资格取消")
    return [
        {
            "code": f"S-{i + 1:03}",
            "name": name,
            "place": places[i],
            "count": 2931 - i * 371,
            "spent_fen": 5_287_450 - i * 612_345,
            "kind": kinds[i],
            "word": words[i],
        }
        for i, name in enumerate(names)
    ]


def _heat() -> charts.Chart:
    rows = []
    for i, row in enumerate(_rows()):
        cells: list[int | None] = []
        for j in range(len(HALF_HOURS)):
            value = (i * 37 + j * j * 11 + j * 17) % 160 if (j + i) % 14 > CLOSED else 0
            cells.append(None if value == 0 else charts.MUTED if value < FEWEST else value)
        rows.append((row["name"], cells))
    return charts.heat_map(
        "交易热力",
        HALF_HOURS,
        rows,
        limit=FEWEST,
        note="商户 × 半小时，笔数",
        foot="“·”即不足 5 人，为不暴露个人不显示数目；空白为没有交易。",
    )


def _context(now: datetime) -> dict[str, Any]:
    bound = ExampleForm({"name": "", "deposit": "1.234", "category": "", "because": ""})
    bound.is_valid()
    history = [("3月", 61.2), ("4月", 68.4), ("5月", None), ("6月", 74.0), ("7月", 77.0)]
    return {
        "rows": _rows(),
        "total_fen": sum(row["spent_fen"] for row in _rows()),
        "page": Paginator(range(41), 14).page(2),
        "no": ExampleRefused(
            left="50.00",
            missing="30.00 元额度",
            earliest="11月1日 周六 00:00",
            exception="无",
        ),
        "form": ExampleForm(initial={"name": "西门咖啡", "deposit": 2_000_000}),
        "bound": bound,
        "line": charts.line(
            "福利商城月活", history, unit="%", goal=(75, "目标 ≥ 75%"), note="2025年3月—7月"
        ),
        "heat": _heat(),
        "none": charts.line("还没有数据的指标", [], unit="%"),
        "trend": [61.2, 68.4, None, 74.0, 77.0],
        "soon": now + timedelta(hours=2, minutes=18),
        "overdue": now - timedelta(days=3),
        "later": now + timedelta(days=12),
        "fen": 123_456_789,
        "minus": -1_800,
        "ratio": 0.768,
        "states": [
            ("ok", "达标"),
            ("wait", "关注"),
            ("hold", "冻结"),
            ("late", "逾期"),
            ("run", "进行中"),
            ("off", "未开始"),
            ("no", "未办成"),
            ("na", "不适用"),
        ],
        "shells": SHELLS,
    }


@page(can=SIGNED_IN)
def parts(request: HttpRequest, *, face: str = "desk") -> HttpResponse:
    """页面部件: every part in all its states, in the chosen face."""
    if not settings.DEMONSTRATION or face not in SHELLS:
        raise Http404
    return show(request, f"web/gallery/{face}.html", {**_context(clock.now()), "face": face})


@page(can=SIGNED_IN)
def refusing(request: HttpRequest) -> HttpResponse:
    """A page that always refuses, to see the refusal in its face."""
    if not settings.DEMONSTRATION:
        raise Http404
    raise ExampleRefused(left="50.00", earliest="11月1日 周六 00:00")
