"""K29–K34, K36 from the rows: what counts, what does not, and never a drill."""

from datetime import date
from fractions import Fraction

import pytest

from smartunion.domains.crisis.actions import ending
from smartunion.domains.performance.reads import figures
from smartunion.domains.performance.reads.catalog import MEASURES
from smartunion.domains.performance.rules.counting import State

from .conftest import Campus

CODES = ("K29", "K30", "K31", "K32", "K33", "K34", "K36")


def values(on: date) -> dict[str, Fraction | None]:
    return {code: figures.figure(code, on=on).now.value for code in CODES}


@pytest.mark.clause("K29")
@pytest.mark.clause("K30")
@pytest.mark.clause("K31")
@pytest.mark.clause("K32")
@pytest.mark.clause("K33")
@pytest.mark.clause("K34")
@pytest.mark.clause("K36")
def test_two_cases_and_a_drill_make_seven_figures(campus: Campus) -> None:
    """One referred, one soothed, each in time; the drill is not there."""
    on = campus.at.date()
    assert values(on) == dict.fromkeys(CODES)
    referred = campus.referred()
    campus.later(hours=1)
    campus.soothed(campus.alarm(subject=campus["mo"]))
    campus.later(hours=1)
    campus.soothed(campus.alarm(drill=True))
    assert values(on) == {
        "K29": Fraction(22), "K30": Fraction(100), "K31": Fraction(100), "K32": Fraction(100),
        "K33": None, "K34": None, "K36": Fraction(0),
    }  # fmt: skip
    campus.escort(referred, asks_fen=0)
    campus.later(days=4)
    after = values(campus.at.date())
    assert (after["K33"], after["K34"]) == (Fraction(100), Fraction(0))
    ending.lose_control(
        case_id=referred.pk, harm="本人受到伤害", note="二次自伤", by=campus["psy"], at=campus.at
    )
    assert values(campus.at.date())["K36"] == 1
    assert figures.figure("K36", on=campus.at.date()).state == State.MISSED


@pytest.mark.clause("K29")
@pytest.mark.clause("R110")
def test_thirty_minutes_are_in_time_and_a_second_more_is_not(campus: Campus) -> None:
    case = campus.alarm()
    campus.call(case)
    campus.later(minutes=7)
    campus.come(case)
    campus.later(minutes=23)
    campus.decide(case, "soothe")
    found = figures.figure("K29", on=campus.at.date())
    assert (found.now.value, found.state) == (30, State.WATCH), "met, and near its limit"
    late = campus.alarm(subject=campus["mo"])
    campus.call(late)
    campus.come(late)
    campus.later(minutes=30, seconds=1)
    assert campus.run(late).breached_at is not None
    campus.decide(late, "soothe")
    found = figures.figure("K29", on=campus.at.date())
    assert (found.now.value, found.state) == (31, State.MISSED)


@pytest.mark.clause("K31")
def test_who_answered_was_never_looked_for_and_who_is_safe_needs_no_doctor(campus: Campus) -> None:
    case = campus.alarm()
    campus.later(seconds=20)
    campus.call(case)
    ending.stand_down(
        case_id=case.pk, reason="本人电话确认平安", note="在家", by=campus["wu"], at=campus.at
    )
    campus.later(days=1)
    found = values(campus.at.date())
    assert (found["K30"], found["K31"], found["K32"], found["K34"]) == (100, None, None, None)
    _, rows = figures.rows_of("K32", on=campus.at.date())
    assert [row.excluded for row in rows] == ["到场前已确认平安"]
    assert all("林" not in str(cell) for row in rows for cell in row.cells)
    assert MEASURES["K32"].mendable is False
