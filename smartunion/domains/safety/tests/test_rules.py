"""Chapter 5.3 and 7.3 as arithmetic: as the union would say it."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartunion.domains.safety.rules import gate, staffing
from smartunion.domains.safety.rules.gate import Cover
from smartunion.domains.safety.rules.kinds import Answer, EventKind, Role
from smartunion.domains.safety.rules.staffing import OnDuty
from smartunion.domains.safety.rules.terms import Terms

TERMS = Terms(
    staff_ratio=50, staff_mode="each", survey_hours=48, checklist=("场地",), permit_from=1000,
    aeds=1, kits=3, device_check_hours=24, report_months={"competition": 3, "run": 12},
    insured_fen=300_000_00, insured_from=date(2025, 1, 1), insured_until=date(2028, 1, 1),
    onsite_seconds=30, aed_seconds=180, medic_seconds=240, hospital_seconds=480,
    statement_minutes=30, meeting_hours=2, invitation_hours=24, livestream=False,
    incident_places=("终点",), control_days=30,
)  # fmt: skip
TOGETHER = replace(TERMS, staff_mode="together")


@pytest.mark.clause("R232", "T52")
@pytest.mark.parametrize(
    ("expected", "each", "together"),
    [(1, 1, 3), (50, 1, 3), (51, 2, 3), (100, 2, 3), (150, 3, 3), (151, 4, 4), (501, 11, 11)],
)
def test_one_to_fifty_for_each_role_or_for_all_together(
    expected: int, each: int, together: int
) -> None:
    assert staffing.need(expected, TERMS) == staffing.Need(each, each * 3)
    assert staffing.need(expected, TOGETHER) == staffing.Need(1, together)


@given(st.integers(min_value=1, max_value=20_000))
def test_fifty_persons_never_share_less_than_one_of_each(expected: int) -> None:
    need = staffing.need(expected, TERMS)
    assert need.each * 50 >= expected
    assert (need.each - 1) * 50 < expected
    assert staffing.need(expected, TOGETHER).total <= need.total


@pytest.mark.clause("R232")
def test_whoever_leaves_early_or_is_named_twice_does_not_count() -> None:
    begins = datetime(2025, 5, 17, tzinfo=UTC)
    ends = begins + timedelta(hours=3)
    posts = [
        OnDuty(Role.MEDIC, 1, begins, ends),
        OnDuty(Role.GUARD, 1, begins, ends),
        OnDuty(Role.GUARD, 2, begins, ends - timedelta(seconds=1)),
        OnDuty(Role.VOLUNTEER, 3, begins - timedelta(hours=1), ends),
    ]
    have = staffing.present(posts, begins=begins, ends=ends)
    assert have == Counter({Role.MEDIC: 1, Role.VOLUNTEER: 1})
    assert staffing.need(50, TERMS).missing(have) == "安保还差 1 人"
    assert staffing.need(50, TOGETHER).missing(Counter(dict.fromkeys(Role, 1))) == ""
    assert (
        staffing.need(201, TOGETHER).missing(Counter(dict.fromkeys(Role, 1))) == "三类合计还差 2 人"
    )


@pytest.mark.clause("R239", "T54")
@pytest.mark.parametrize(
    ("report", "event", "fresh"),
    [
        (date(2025, 2, 17), date(2025, 5, 17), True),
        (date(2025, 2, 16), date(2025, 5, 17), False),
        (date(2025, 11, 30), date(2026, 2, 28), True),
        (date(2025, 11, 30), date(2026, 3, 1), False),
        (date(2025, 5, 17), date(2025, 5, 17), True),
        (date(2025, 5, 18), date(2025, 5, 17), False),
    ],
)
def test_three_months_old_is_good_and_a_day_more_is_not(
    report: date, event: date, fresh: bool
) -> None:
    assert gate.is_fresh(report, event, 3) is fresh


@pytest.mark.clause("R239")
def test_only_a_report_of_a_known_day_lets_anybody_in() -> None:
    asked = date(2025, 5, 5)
    known = {"event_on": date(2025, 5, 17), "asked_on": asked, "months": 3}
    assert gate.judged(date(2025, 5, 1), **known) == Answer.FIT
    assert gate.judged(date(2025, 1, 1), **known) == Answer.OLD
    assert gate.judged(None, **known) == Answer.NO_REPORT
    assert gate.judged(date(2025, 5, 6), **known) == Answer.UNCLEAR


@pytest.mark.clause("T54")
def test_a_run_asks_for_a_yearly_report_and_a_culture_day_for_none() -> None:
    assert gate.report_months(EventKind.COMPETITION, TERMS) == 3
    assert gate.report_months(EventKind.RUN, TERMS) == 12
    assert gate.report_months(EventKind.CULTURE, TERMS) == 0


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 40))
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day: date, n: int) -> None:
    later = gate.months_after(day, n)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == n
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@pytest.mark.clause("5.3")
def test_a_thousand_and_public_needs_a_permit() -> None:
    assert gate.needs_permit(1000, open_to_public=True, terms=TERMS)
    assert not gate.needs_permit(999, open_to_public=True, terms=TERMS)
    assert not gate.needs_permit(5000, open_to_public=False, terms=TERMS)


@pytest.mark.clause("R240")
def test_every_day_of_the_three_years_without_full_cover_is_a_gap() -> None:
    y = [date(2025, 1, 1), date(2026, 1, 1), date(2026, 2, 1), date(2028, 1, 1)]
    full = 300_000_00
    assert gate.gaps([], TERMS) == [(y[0], y[3])]
    assert gate.gaps([Cover(y[0], y[3], full)], TERMS) == []
    two = [Cover(y[0], y[1], full), Cover(y[2], y[3], full)]
    assert gate.gaps(two, TERMS) == [(y[1], y[2])]
    assert gate.gaps([*two, Cover(y[1], y[2], full - 1)], TERMS) == [(y[1], y[2])]
    assert not gate.is_covered(two, date(2026, 1, 15), TERMS)
    assert gate.is_covered(two, date(2026, 2, 1), TERMS)
