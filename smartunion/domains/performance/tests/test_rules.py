"""The rules of counting, at their edges."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartunion.domains.performance.rules.counting import (
    Kind,
    Row,
    State,
    fingerprint,
    judge,
    masked,
    meets,
    tally,
    written,
)
from smartunion.domains.performance.rules.periods import period_of, periods_of

BAND = Fraction(1, 50)


def state(value: str | Fraction | None, op: str, target: str, **how: bool) -> State:
    exact = None if value is None else Fraction(value)
    terms = {"closed": True, "mendable": True} | how
    return judge(exact, op, Decimal(target), band=BAND, **terms)


@pytest.mark.clause("4.2①")
@pytest.mark.parametrize(
    ("value", "op", "target", "met"),
    [
        ("75", ">=", "75", True),
        ("74.999999", ">=", "75", False),
        ("0.1", "<", "0.1", False),
        ("0.0999999", "<", "0.1", True),
        ("0.5", "<=", "0.5", True),
        ("0.5000001", "<=", "0.5", False),
        ("100", "==", "100", True),
        ("99.99999", "==", "100", False),
        ("0", "==", "0", True),
    ],
)
def test_a_target_is_compared_exactly_at_its_boundary(
    value: str, op: str, target: str, met: bool
) -> None:
    assert meets(Fraction(value), op, Decimal(target)) is met


@pytest.mark.clause("4.2①")
def test_no_rounding_makes_a_missed_target_look_met() -> None:
    """1,499 of 2,000 is 74.95 %; one digit would print 75.0."""
    value = Fraction(100 * 1499, 2000)
    assert written(value, ">=", Decimal(75), "%") == "74.95"
    assert written(Fraction(100 * 149999, 200000), ">=", Decimal(75), "%") == "74.9995"
    assert state(value, ">=", "75") is State.MISSED


@pytest.mark.clause("4.2①")
def test_the_error_rate_needs_its_third_digit() -> None:
    assert written(Fraction(6688 * 100, 31377984), "<", Decimal("0.1"), "%") == "0.021"


@pytest.mark.clause("R005")
def test_without_a_row_that_counts_nothing_is_met() -> None:
    empty = tally(Kind.SHARE, [])
    assert empty.value is None
    assert state(None, "==", "100") is State.NONE
    only_excluded = tally(Kind.SHARE, [Row("1", (), hit=True, excluded="试运行")])
    assert only_excluded.value is None
    assert only_excluded.excluded == (("试运行", 1),)
    assert tally(Kind.COUNT, []).value is None
    assert written(None, ">=", Decimal(75), "%") == "–"


@pytest.mark.clause("4.2①")
def test_an_unmet_target_is_watched_while_it_can_be_reached_and_missed_afterwards() -> None:
    assert state("60", ">=", "75", closed=False) is State.WATCH
    assert state("60", ">=", "75", closed=True) is State.MISSED
    assert state("1", "==", "0", closed=False, mendable=False) is State.MISSED


def test_a_target_met_by_a_hair_is_watched() -> None:
    """The band of 1/50: 76.5 lies 2 % above 75 and is watched, 76.6 is met."""
    assert state("76.5", ">=", "75") is State.WATCH
    assert state("76.6", ">=", "75") is State.MET
    assert state("29.4", "<=", "30") is State.WATCH
    assert state("100", "==", "100") is State.MET
    assert state("0", "<=", "0") is State.MET


def test_rows_add_up_and_the_excluded_stay_outside() -> None:
    rows = [
        Row("a", ("林*梅",), hit=True),
        Row("b", ("陈*远",), hit=False),
        Row("c", ("莫*齐",), hit=True, excluded="当月离校"),
    ]
    found = tally(Kind.SHARE, rows)
    assert (found.part, found.whole, found.n, found.hits) == (1, 2, 2, 1)
    assert found.value == 50
    assert found.left_out == 1


def test_the_largest_of_several_may_be_negative() -> None:
    rows = [Row("a", (), hit=True, part=-12), Row("b", (), hit=True, part=-3)]
    assert tally(Kind.LARGEST, rows).value == -3


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_a_share_lies_between_none_and_all(flags: list[tuple[bool, bool]]) -> None:
    rows = [
        Row(str(i), (), hit=hit, excluded="x" if out else "") for i, (hit, out) in enumerate(flags)
    ]
    value = tally(Kind.SHARE, rows).value
    assert value is None or 0 <= value <= 100


@given(st.permutations([Row(str(i), (i, None, "字"), hit=bool(i % 2)) for i in range(5)]))
def test_the_same_rows_in_any_order_have_the_same_hash(rows: list[Row]) -> None:
    assert fingerprint(rows) == fingerprint(sorted(rows, key=lambda row: row.key))
    changed = [*rows[1:], Row(rows[0].key, rows[0].cells, hit=not rows[0].hit)]
    assert fingerprint(changed) != fingerprint(rows)


def test_periods_have_names_and_ends() -> None:
    march = period_of("M", date(2025, 3, 5))
    assert (march.first, march.until, march.label) == (
        date(2025, 3, 1),
        date(2025, 4, 1),
        "2025年3月",
    )
    assert not march.is_closed(date(2025, 3, 31))
    assert march.is_closed(date(2025, 4, 1))
    assert period_of("Q", date(2025, 5, 5)).label == "2025年第2季度"
    assert period_of("once", date(2025, 5, 5)).label == "2025年"
    assert period_of("M", date(2025, 12, 31)).until == date(2026, 1, 1)
    assert len(periods_of("M", 2025, until=date(2025, 12, 19))) == 12
    assert len(periods_of("Q", 2025, until=date(2025, 3, 31))) == 1


def test_names_are_masked_as_public_pages_do() -> None:
    assert [masked(n) for n in ("林晓梅", "王刚", "欧阳晓梅", "")] == [
        "林*梅",
        "王*",
        "欧*晓梅",
        "*",
    ]
