"""The campus calendar on real days of 2025 and 2026."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartunion.kernel.base import calendar
from smartunion.kernel.base.models import CalendarDay, CalendarYear
from smartunion.kernel.base.workdays import Calendar, Kind, Ruling

STATE = Calendar()
ANY_DAY = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@pytest.mark.clause("T26")
@pytest.mark.parametrize(
    ("year", "moved"),
    [
        (2025, {1: 6, 4: 7, 5: 6, 7: 7, 10: 9}),
        (2026, {4: 7, 5: 6, 7: 6, 9: 7, 10: 8, 12: 7}),
    ],
)
def test_the_meeting_of_the_fifth_moves_to_the_next_working_day(
    year: int, moved: dict[int, int]
) -> None:
    for month in range(1, 13):
        fifth = date(year, month, 5)
        assert STATE.next_working_day(fifth).day == moved.get(month, 5), fifth


@pytest.mark.clause("T30")
@pytest.mark.parametrize(
    ("posted", "last"),
    [
        (date(2025, 9, 29), date(2025, 10, 13)),
        (date(2025, 9, 30), date(2025, 10, 14)),
        (date(2025, 1, 24), date(2025, 2, 7)),
        (date(2025, 1, 27), date(2025, 2, 10)),
    ],
)
def test_five_working_days_over_a_long_holiday_are_fourteen_days(posted: date, last: date) -> None:
    assert STATE.add_working_days(posted, 5) == last
    assert (last - posted).days == 14
    assert STATE.working_days_between(posted, last) == 5


@pytest.mark.clause("T30")
def test_a_make_up_saturday_is_a_working_day() -> None:
    assert STATE.fact(date(2025, 10, 11)).kind == Kind.MAKE_UP
    assert STATE.is_working_day(date(2025, 1, 26))


@pytest.mark.clause("T27")
@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2025, 1, 5), "周末"),
        (date(2025, 2, 1), "法定节假日 春节"),
        (date(2025, 3, 1), "周末"),
        (date(2025, 5, 10), "周末"),
        (date(2025, 10, 25), "周末"),
        (date(2025, 12, 20), "周末"),
        (date(2025, 1, 20), "工作日"),
    ],
)
def test_each_milestone_of_the_plan_shows_its_type_of_day(day: date, words: str) -> None:
    assert STATE.fact(day).words == words


@pytest.mark.clause("T36")
def test_the_festival_has_eleven_days_of_which_eight_work() -> None:
    days = [date(2025, 10, 15) + timedelta(days=k) for k in range(11)]
    assert days[-1] == date(2025, 10, 25)
    assert sum(map(STATE.is_working_day, days)) == 8


@pytest.mark.clause("T30")
def test_a_year_nobody_has_published_is_provisional_until_confirmed() -> None:
    labour_day_2031 = date(2031, 5, 1)
    assert STATE.is_working_day(labour_day_2031)
    assert STATE.is_provisional(labour_day_2031)
    ruled = Calendar(
        rulings={labour_day_2031: Ruling(is_working=False, label="劳动节")},
        confirmed_years=frozenset({2031}),
    )
    assert not ruled.is_working_day(labour_day_2031)
    assert not ruled.is_provisional(labour_day_2031)
    assert ruled.fact(labour_day_2031).words == "校定休息 劳动节"


@pytest.mark.clause("T30")
@pytest.mark.django_db
def test_an_officers_ruling_stands_above_the_states_calendar() -> None:
    founding_day = date(2025, 11, 5)
    assert calendar.is_working_day(founding_day)
    stamp = {
        "because": "校庆放假通知",
        "by": "王建国 wang",
        "at": datetime(2025, 10, 1, tzinfo=UTC),
    }
    CalendarDay.objects.create(day=founding_day, is_working=False, label="校庆", **stamp)
    assert not calendar.is_working_day(founding_day)
    assert calendar.next_working_day(founding_day) == date(2025, 11, 6)
    assert calendar.add_working_days(date(2025, 11, 4), 1) == date(2025, 11, 6)
    assert calendar.working_days_between(date(2025, 11, 4), date(2025, 11, 6)) == 1
    assert calendar.is_provisional(date(2031, 1, 2))
    CalendarYear.objects.create(year=2031, **stamp)
    assert not calendar.is_provisional(date(2031, 1, 2))


@given(ANY_DAY, st.integers(min_value=1, max_value=60))
def test_adding_working_days_lands_on_a_working_day_that_counting_confirms(
    day: date, n: int
) -> None:
    last = STATE.add_working_days(day, n)
    assert STATE.is_working_day(last)
    assert last > day
    assert STATE.working_days_between(day, last) == n
    assert STATE.working_days_between(day, last - timedelta(days=1)) == n - 1


@given(ANY_DAY, st.integers(0, 30), st.integers(0, 30))
def test_adding_in_two_goes_is_adding_at_once(day: date, a: int, b: int) -> None:
    assert STATE.add_working_days(STATE.add_working_days(day, a), b) == STATE.add_working_days(
        day, a + b
    )


@given(ANY_DAY)
def test_the_next_working_day_is_the_first_one_not_before(day: date) -> None:
    found = STATE.next_working_day(day)
    assert found >= day
    assert STATE.next_working_day(found) == found
    assert not any(STATE.is_working_day(day + timedelta(days=k)) for k in range((found - day).days))
