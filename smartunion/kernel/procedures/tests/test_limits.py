"""The clock table of the Civil Code, line by line."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartunion.kernel.base.days import CAMPUS, campus_day, end_of
from smartunion.kernel.base.workdays import Calendar
from smartunion.kernel.procedures import six
from smartunion.kernel.procedures.define import AsSet, By, Since, Unit, Within
from smartunion.kernel.procedures.limits import Start, due, share

CAMPUS_CALENDAR = Calendar()


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=CAMPUS)


def end(limit: Within | By, start: datetime) -> datetime:
    return due(limit, Start(start, start), CAMPUS_CALENDAR).at


@pytest.mark.clause("T30")
@pytest.mark.parametrize(
    ("start", "amount", "last"),
    [
        (at(2026, 9, 28, 10), 5, date(2026, 10, 10)),  # a make-up Saturday counts
        (at(2026, 2, 13, 9), 5, date(2026, 2, 27)),
        (at(2025, 9, 29, 9), 5, date(2025, 10, 13)),
    ],
)
def test_working_days_skip_holidays_and_count_make_up_days(start, amount, last) -> None:
    assert end(Within(amount, Unit.WORKING_DAYS), start) == end_of(last)


@pytest.mark.clause("T31")
@pytest.mark.parametrize(("roll", "last"), [(True, date(2026, 10, 8)), (False, date(2026, 10, 5))])
def test_a_last_day_off_rolls_unless_the_union_promised_otherwise(roll, last) -> None:
    limit = Within(15, Unit.DAYS, roll=roll)
    assert end(limit, at(2026, 9, 20, 9)) == end_of(last)


@pytest.mark.clause("T32")
def test_hours_run_through_a_holiday() -> None:
    assert end(Within(24, Unit.HOURS), at(2026, 4, 30, 16, 30)) == at(2026, 5, 1, 16, 30)


@pytest.mark.clause("T32")
@pytest.mark.parametrize(
    ("unit", "amount", "last"),
    [(Unit.DAYS, 3, date(2027, 1, 4)), (Unit.WORKING_DAYS, 5, date(2027, 1, 6))],
)
def test_a_limit_that_ends_in_an_unpublished_year_says_so(unit, amount, last) -> None:
    """2027 is not published yet, so New Year's Day is not known to be off and may still move."""
    start = at(2026, 12, 30, 9)
    found = due(Within(amount, unit), Start(start, start), CAMPUS_CALENDAR)
    assert found.provisional
    assert campus_day(found.at - timedelta(seconds=1)) in (last, last + timedelta(days=1))


@pytest.mark.clause("R031")
def test_before_the_tenth_of_may_includes_the_tenth() -> None:
    assert end(By(5, 10), at(2025, 4, 1, 9)) == at(2025, 5, 11, 0)


def test_a_limit_from_the_trigger_does_not_wait_for_its_step() -> None:
    start = Start(step_at=at(2025, 3, 5, 12, 5), trigger_at=at(2025, 3, 5, 12))
    limit = Within(8, Unit.MINUTES, Since.TRIGGER)
    assert due(limit, start, CAMPUS_CALENDAR).at == at(2025, 3, 5, 12, 8)


def test_half_of_an_urgent_proposals_day_is_noon_after_midnight() -> None:
    assert share(at(2026, 10, 9, 16), at(2026, 10, 10, 16), 50) == at(2026, 10, 10, 4)


@given(
    st.integers(0, 700 * 24 * 60),
    st.integers(0, 12),
    st.sampled_from([Unit.DAYS, Unit.WORKING_DAYS, Unit.HOURS]),
)
def test_a_later_start_never_ends_earlier(minutes: int, amount: int, unit: Unit) -> None:
    start = at(2025, 1, 1) + timedelta(minutes=minutes)
    limit = Within(amount, unit)
    assert end(limit, start) <= end(limit, start + timedelta(days=1))


def test_a_limit_may_be_worked_out_for_each_case() -> None:
    """Its words say by what; until its moment is set it has no end."""
    begun, until = at(2025, 9, 30, 9), at(2025, 9, 30, 15)
    limit = AsSet("按所选级别的时限内")
    assert due(limit, Start(begun, begun, until), CAMPUS_CALENDAR).at == until
    assert six.limit_words(limit) == "按所选级别的时限内"
    with pytest.raises(ValueError, match="no time yet"):
        due(limit, Start(begun, begun), CAMPUS_CALENDAR)


@pytest.mark.clause("R230")
def test_a_limit_may_end_so_many_hours_before_an_event() -> None:
    begun, event = at(2025, 9, 30, 9), at(2025, 10, 8, 8)
    limit = Within(48, Unit.HOURS, since=Since.BEFORE)
    assert due(limit, Start(begun, begun, event), CAMPUS_CALENDAR).at == at(2025, 10, 6, 8)
    assert limit.words == "事件开始前48小时"
    with pytest.raises(ValueError, match="no time yet"):
        due(limit, Start(begun, begun), CAMPUS_CALENDAR)
    with pytest.raises(ValueError, match="count backwards"):
        due(Within(2, Unit.DAYS, since=Since.BEFORE), Start(begun, begun, event), CAMPUS_CALENDAR)
