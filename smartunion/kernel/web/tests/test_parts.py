"""The parts of a page: figures, days, states, refusals, charts."""

import json
import re
from datetime import date, datetime, timedelta

import pytest
from django.http import HttpRequest
from django.template import Context, Template

from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web import charts, wording
from smartunion.kernel.web.fields import YuanField, fen_of

NOON = datetime(2025, 3, 5, 12, 0, tzinfo=CAMPUS)


def rendered(text: str, **context: object) -> str:
    request = HttpRequest()
    return Template("{% load su %}" + text).render(Context({"request": request, **context}))


def test_amounts_line_up_as_people_write_them() -> None:
    assert rendered(
        "{{ a|yuan }} {{ a|amount }} {{ b|amount }} {{ a|wan }}", a=123_456_789, b=-1_800
    ) == ("¥1,234,567.89 1,234,567.89 −18.00 123.46")
    assert rendered("[{{ nothing|yuan }}]", nothing=None) == "[]"


def test_no_data_is_not_applicable_and_never_a_hundred_percent() -> None:
    assert rendered(
        "{{ none|percent }} {{ all|percent:0 }} {{ some|percent:3 }}",
        none=None,
        all=1,
        some=0.000213,
    ) == ("不适用 100% 0.021%")


def test_days_and_moments_are_told_in_campus_time() -> None:
    utc = datetime.fromisoformat("2025-03-05T06:30:00+00:00")
    assert wording.moment(utc) == "3月5日 周三 14:30"
    assert wording.day(date(2024, 12, 31), this_year=2025) == "2024年12月31日 周二"


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (NOON + timedelta(hours=2, minutes=18), "剩 2时18分"),
        (NOON - timedelta(days=3), "逾期 3天"),
        (NOON + timedelta(seconds=45), "剩 45秒"),
        (NOON + timedelta(hours=25), "剩 1天1时"),
        (date(2025, 3, 5), "今天到期"),
        (date(2025, 3, 10), "剩 5天"),
        (date(2025, 3, 1), "逾期 4天"),
    ],
)
def test_what_is_left_is_told_in_words(due: date, words: str) -> None:
    assert wording.left(due, now=NOON) == words


def test_a_state_is_a_word_and_a_shape() -> None:
    assert (
        rendered('{% state "late" "逾期 3天" %}')
        == '<span class="su-state" data-state="late">逾期 3天</span>'
    )
    with pytest.raises(AssertionError):
        rendered('{% state "purple" "x" %}')


def test_names_cannot_bring_markup_into_a_part() -> None:
    bad = "<script>alert(1)</script>"
    for text in ('{% state "ok" x %}', '{% clause "3.1①" x %}', "{% empty x x %}", "{% icon x %}"):
        assert "<script>" not in rendered(text, x=bad)


class NotEnough(Refused):
    code = "web.test"
    text = "本月只能再划 {left} 元"
    clause = "3.1①"
    remedy = "改划 {left} 元"


def test_a_refusal_answers_in_its_order_with_its_clause() -> None:
    no = NotEnough(left="50.00", missing="30.00 元", earliest="11月1日", exception="无")
    text = rendered("{% refusal no %}", no=no)
    order = ["本月只能再划 50.00 元", "还差", "最早可办", "例外", "改划 50.00 元", "年度计划 3.1①"]
    places = [text.index(word) for word in order]
    assert places == sorted(places)
    assert 'role="alert"' in text


def test_a_trend_has_gaps_where_there_was_no_data() -> None:
    text = rendered("{% spark values 75 %}", values=[61.2, 68.4, None, 74.0])
    assert text.count("M") == 3  # the goal's, and two pieces
    assert 'aria-label="近 4 期走势，从 61.2 到 74"' in text
    assert rendered("{% spark values %}", values=[None, None]) == ""


def test_a_bar_shows_both_readings_and_says_so_in_words() -> None:
    text = rendered('{% bar 10112 5740 48000 54360 28190 "暖心福利" %}')
    assert 'aria-label="暖心福利：已支出 21%，预占 12%，读法甲预测 113%，读法乙预测 59%"' in text
    assert "mark  over" in text
    widths = [
        float(x)
        for x in re.findall(r"(?:width|left):([\d.]+)%", rendered("{% bar 9000 9000 5000 %}"))
    ]
    assert max(widths) <= 100


def test_a_chart_has_its_table_without_a_script() -> None:
    chart = charts.line("月活", [("3月", 61.2), ("4月", None)], unit="%", goal=(75, "目标 ≥ 75%"))
    text = rendered("{% chart chart %}", chart=chart)
    assert "无数据" in text
    assert '<div class="alt su-scroll"' in text
    assert "hidden" not in text


def test_a_charts_data_cannot_end_its_script() -> None:
    chart = charts.line("月活", [("</script><b>", 1.0)])
    text = rendered("{% chart chart %}", chart=chart)
    data = re.search(r'<script type="application/json">(.*?)</script>', text)
    assert data
    assert "</script>" not in data.group(1)
    assert json.loads(data.group(1))["xAxis"]["data"] == ["</script><b>"]


@pytest.mark.clause("T59")
def test_a_small_cell_of_a_heat_map_is_never_a_number() -> None:
    chart = charts.heat_map("热力", ["07:00", "07:30"], [("食堂", [charts.MUTED, 12])], limit=5)
    assert chart.rows == [("食堂", "<5", 12)]
    assert chart.option["series"][0]["data"] == [[0, 0, -1], [1, 0, 12]]


def test_yuan_come_in_and_fen_go_out() -> None:
    field = YuanField()
    assert field.clean("¥1,234.5") == 123_450
    assert field.prepare_value(123_450) == "1,234.50"
    for wrong in ("1.234", "-1", "十元", "1e5", "٣"):
        with pytest.raises(Exception, match="元"):
            field.clean(wrong)
    assert fen_of("−5") == -500
