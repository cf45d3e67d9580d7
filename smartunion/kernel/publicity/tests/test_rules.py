"""How a posting is counted, what it says, and what it never says."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartunion.kernel.base.workdays import Calendar
from smartunion.kernel.publicity import masks, rules
from smartunion.kernel.publicity.page_text import posting_text

from .conftest import moment

CALENDAR = Calendar()


@pytest.mark.clause("T30", "R217")
@pytest.mark.parametrize(
    ("posted", "days", "last"),
    [
        ("2026-09-28", 5, "2026-10-10"),  # National Day: the make-up Saturday counts
        ("2026-02-13", 5, "2026-02-27"),  # Spring Festival
        ("2025-09-29", 5, "2025-10-13"),  # 14 calendar days for five working ones
        ("2025-01-24", 5, "2025-02-07"),
        ("2025-04-21", 5, "2025-04-27"),  # Sunday, April 27 was worked
        ("2025-04-21", 3, "2025-04-24"),
        ("2025-11-14", 1, "2025-11-17"),
    ],
)
def test_a_window_counts_working_days_after_the_day_of_posting(
    posted: str, days: int, last: str
) -> None:
    window = rules.window(date.fromisoformat(posted), days, CALENDAR)
    assert window.last_on == date.fromisoformat(last)
    assert window.closes_at.isoformat()[11:19] == "00:00:00"
    assert not window.provisional


@pytest.mark.clause("T30")
def test_a_window_into_a_year_not_yet_published_is_provisional() -> None:
    window = rules.window(date(2026, 12, 30), 5, CALENDAR)
    assert (window.last_on, window.provisional) == (date(2027, 1, 6), True)


@pytest.mark.clause("T30")
def test_the_reader_sees_why_each_day_counts_or_does_not() -> None:
    window = rules.window(date(2025, 9, 29), 5, CALENDAR)
    told = rules.days_of(window, CALENDAR)
    assert [day.number for day in told if day.number] == [1, 2, 3, 4, 5]
    assert told[0].why == "公示当日，不计"
    assert {day.fact.day.isoformat(): day.why for day in told}["2025-10-06"].endswith("不计")
    assert rules.notable(window, CALENDAR)[0].endswith("，计入")
    assert any("10月1日—10月" in note for note in rules.notable(window, CALENDAR))


@given(st.dates(date(2024, 1, 1), date(2026, 11, 1)), st.integers(1, 20))
def test_the_numbered_days_are_as_many_as_promised_and_the_last_is_the_last(
    posted: date, days: int
) -> None:
    window = rules.window(posted, days, CALENDAR)
    told = rules.days_of(window, CALENDAR)
    assert sum(day.number is not None for day in told) == days
    assert told[-1].number == days
    assert told[-1].fact.day == window.last_on


def test_the_countdown_falls_by_one_at_each_midnight_of_a_working_day() -> None:
    window = rules.window(date(2025, 9, 29), 5, CALENDAR)
    left = {
        day: rules.days_left(window, at=moment(f"2025-{day} 12:00"), calendar=CALENDAR)
        for day in ("09-29", "09-30", "10-01", "10-08", "10-09", "10-11", "10-12", "10-13", "10-14")
    }
    assert left == {
        "09-29": 5, "09-30": 5, "10-01": 4, "10-08": 4, "10-09": 4, "10-11": 2, "10-12": 1,
        "10-13": 1, "10-14": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "shown"),
    [("林晓梅", "林**"), ("林梅", "林**"), ("欧阳修", "欧阳**"), ("", "—"), ("司马", "司马**")],
)
@pytest.mark.clause("R227")
def test_a_person_is_shown_by_the_surname_and_no_longer_than_anybody(name: str, shown: str) -> None:
    assert masks.Shown("applicant", "申请人", "surname").text(name) == shown


@pytest.mark.parametrize(
    ("fen", "shown"),
    [
        (500_000, "1,000—5,000元"), (500_001, "5,000—1万元"), (1_000_000, "5,000—1万元"),
        (5_000_000, "2万—5万元"), (5_000_001, "5万—10万元"), (90_000, "1,000元及以下"),
        (60_000_000, "50万元以上"),
    ],
)  # fmt: skip
@pytest.mark.clause("R227")
def test_an_amount_is_shown_as_its_band(fen: int, shown: str) -> None:
    assert masks.band(fen) == shown


@pytest.mark.clause("R227")
def test_an_illness_cannot_even_be_declared_for_a_posting() -> None:
    with pytest.raises(ValueError, match="illness may only be hidden"):
        masks.Shown("illness", "病情", "plain")
    assert masks.Shown("illness", "病情", "hidden").text("肺癌") == "不公开"
    with pytest.raises(ValueError, match="no mask"):
        masks.Shown("name", "姓名", "half")


@pytest.mark.clause("R227")
def test_a_posting_shows_only_what_was_declared() -> None:
    shows = (
        masks.Shown("applicant", "申请人", "surname"),
        masks.Shown("amount_fen", "标准", "band"),
    )
    facts = {"applicant": "林晓梅", "amount_fen": 800_000, "illness": "肺癌"}
    assert masks.rows(shows, facts) == [("申请人", "林**"), ("标准", "5,000—1万元")]


def test_what_a_page_says_is_read_without_its_dress() -> None:
    """Tokens, classes and white space change nothing; a changed figure does."""
    html = (
        '<p>GS-1 <input value="t0ken"></p><h1 class="x" data-posting="GS-1">采购  公示</h1>'
        '<article data-posting="GS-1"><p>一段<br>\n 话</p><dl><dt>金额</dt><dd>¥1 &amp; 2</dd></dl>'
        "</article><p>还剩 3 个工作日</p>"
    )
    assert posting_text(html, "GS-1") == "采购 公示\n一段 话\n金额\n¥1 & 2"
    assert posting_text(html, "GS-2") == ""
