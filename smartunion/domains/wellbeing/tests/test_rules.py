"""The rules beside the scale: forecasts, the gate, counts that may be shown, rows of an import."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartunion.domains.wellbeing.rules import refusals
from smartunion.domains.wellbeing.rules.counts import published
from smartunion.domains.wellbeing.rules.forecast import Capacity, Shares, cap_of, forecast
from smartunion.domains.wellbeing.rules.gate import Check, shut
from smartunion.domains.wellbeing.rules.importing import row_of, shift_of
from smartunion.kernel.base.days import CAMPUS

BEIJING = Shares(380, 472, 500, 45, "x")
AT = datetime(2025, 4, 1, 9, tzinfo=CAMPUS)


def capacity(officers: int = 110, psychologists: int = 8) -> Capacity:
    return Capacity(officers, 2, psychologists, 4)


@pytest.mark.clause("R102")
def test_a_hundred_and_ten_officers_leave_room_for_466_a_day() -> None:
    assert cap_of(capacity(), BEIJING) == 466
    found = forecast(invited=1000, cap=466, capacity=capacity(), shares=BEIJING)
    assert (found.days, found.talks, found.whole) == (3, (178, 220, 233), (380, 472, 500))
    assert found.fits
    assert found.is_tight, "at the high end of the range 233 talks meet 220"


@pytest.mark.clause("R104")
def test_too_few_psychologists_hold_a_campaign_back_as_well() -> None:
    assert cap_of(capacity(psychologists=2), BEIJING) == 177
    assert cap_of(capacity(psychologists=0), BEIJING) == 0
    assert not forecast(invited=9, cap=1, capacity=capacity(psychologists=0), shares=BEIJING).fits


@given(
    st.integers(0, 200), st.integers(0, 20), st.integers(1, 3000), st.integers(1, 3000)
)  # fmt: skip
def test_no_cap_that_fits_promises_more_talks_than_there_is_time_for(
    officers: int, psychologists: int, invited: int, cap: int
) -> None:
    found = forecast(
        invited=invited, cap=cap, capacity=capacity(officers, psychologists), shares=BEIJING
    )
    low, used, high = found.talks
    assert low <= used <= high <= min(cap, invited)
    if found.fits:
        assert used <= found.capacity.talks
        assert found.assessments <= found.capacity.assessments


def test_a_gate_names_everything_that_is_missing() -> None:
    assert shut([Check("值守", True, "无缺口")]) is None
    no = shut([Check("值守", False, "缺 3 班"), Check("演练", True, "3 天前"),
               Check("热线", False, "未登记")])  # fmt: skip
    assert no is not None
    assert str(no) == "还不能开放：值守（缺 3 班）；热线（未登记）"


@pytest.mark.clause("T51")
def test_a_cell_below_ten_is_withheld_and_cannot_be_told_from_the_total() -> None:
    found = published({"无": 400, "蓝": 90, "黄": 3, "红": 0}, least=10)
    assert dict(found.cells) == {"无": 400, "蓝": 90, "黄": None, "红": None}
    assert found.total is None, "493 less 490 would say three"
    whole = published({"无": 400, "蓝": 90, "黄": 12, "红": 10}, least=10)
    assert (whole.total, whole.cells["红"]) == (512, 10)


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 40), min_size=1))
def test_nothing_small_follows_from_what_is_shown(counts: dict[str, int]) -> None:
    found = published(counts, least=10)
    hidden = [counts[name] for name, cell in found.cells.items() if cell is None]
    assert all(cell is None or cell >= 10 for cell in found.cells.values())
    if found.total is not None and hidden:
        assert len(hidden) > 1
        assert found.total - sum(cell or 0 for cell in found.cells.values()) >= 10


def row(**given: Any) -> dict[str, Any]:
    return {
        "key": "A-1", "username": "lin", "answers": [1] * 90,
        "answered_at": AT.isoformat(), "consented_at": (AT - timedelta(minutes=9)).isoformat(),
        **given,
    }  # fmt: skip


@pytest.mark.clause("T40")
def test_nought_to_four_comes_in_only_with_a_declared_conversion() -> None:
    with pytest.raises(refusals.ScaleUndeclared):
        shift_of(None, "")
    with pytest.raises(refusals.ConversionMissing):
        shift_of("0-4", None)
    assert (shift_of("1-5", None), shift_of("0-4", "plus_one")) == (0, 1)
    found = row_of(row(answers=[0, 4, *[1] * 88]), shift=1, at=AT)
    assert found.answers == (1, 5, *[2] * 88)
    with pytest.raises(refusals.AnswerOutside, match="第 1 题"):
        row_of(row(answers=[0, *[1] * 89]), shift=0, at=AT)
    with pytest.raises(refusals.AnswerOutside, match="第 1 题的答案 6"):
        row_of(row(answers=[5, *[1] * 89]), shift=1, at=AT)


@pytest.mark.clause("R113")
@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"answers": [1] * 89}, "现有 89 题"),
        ({"answers": [None, *[1] * 89]}, "第 1 题"),
        ({"key": ""}, "key 须为"),
        ({"username": "a|b"}, "username 须为"),
        ({"answered_at": "2025-04-01 09:00"}, "带时区"),
        ({"answered_at": (AT + timedelta(hours=1)).isoformat()}, "将来"),
        ({"consented_at": (AT + timedelta(hours=1)).isoformat()}, "没有同意在先"),
        ({"seconds": -1}, "seconds"),
        ({"band": "red"}, "不认识的键 band"),
    ],
)
def test_a_malformed_row_is_refused_with_its_reason(wrong: dict[str, Any], why: str) -> None:
    with pytest.raises((refusals.RowWrong, refusals.AnswerOutside, refusals.AnswersMissing),
                       match=why):  # fmt: skip
        row_of(row(**wrong), shift=0, at=AT)


def test_what_is_no_row_at_all_is_refused() -> None:
    for wrong in (None, [], "x", {"key": "A"}):
        with pytest.raises(refusals.RowWrong):
            row_of(wrong, shift=0, at=AT)
