"""The table of 5.2, the fifteen days and who may: as the union would say it."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartunion.domains.aid.procedure import GIFT, HARDSHIP
from smartunion.domains.aid.rules import refusals
from smartunion.domains.aid.rules.amounts import (
    Band,
    Category,
    GiftKind,
    Terms,
    gift_fen,
    within_fund,
    within_range,
    within_table,
)
from smartunion.domains.aid.rules.feasibility import feasibility, meeting_after
from smartunion.domains.aid.rules.persons import Involved, Sealed, may_handle, may_read
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.base.workdays import Calendar

TABLE = (
    Band("生活困难", "一档", 5_000_00, 10_000_00, ""),
    Band("生活困难", "二档", 10_000_01, 20_000_00, ""),
    Band("重大疾病", "一档", 5_000_00, 15_000_00, ""),
    Band("重大疾病", "二档", 15_000_01, 30_000_00, ""),
    Band("重大疾病", "三档", 30_000_01, 50_000_00, ""),
)
TERMS = Terms(
    least_fen=5_000_00,
    most_fen=50_000_00,
    pay_days=15,
    publicity_working_days=3,
    table=TABLE,
    gifts_fen={"marriage": 1_000_00},
    gift_days=90,
    photos=2,
    meeting_day=5,
    fund_fen=300_000_00,
    budget_code="2025/3.1/aid",
    fund_source="love_fund",
    gift_budget_code="2025/3.1/condolence",
    gift_fund_source="dues",
)
YEAR = Calendar()


def morning(month: int, day: int) -> datetime:
    return datetime.combine(date(2025, month, day), time(9), CAMPUS)


def of(month: int, day: int):
    return feasibility(HARDSHIP, morning(month, day), YEAR, meeting_day=5)


@pytest.mark.clause("R223")
@pytest.mark.parametrize("yuan", [4_999, 50_001, 4_999.99, 50_000.01])
def test_below_five_thousand_and_above_fifty_thousand_is_refused_with_both_ends(yuan) -> None:
    no = within_range(round(yuan * 100), TERMS)
    assert isinstance(no, refusals.OutsideRange)
    assert "5,000—50,000" in str(no)
    assert no.clause == "5.2"


@pytest.mark.clause("R223")
@pytest.mark.parametrize("yuan", [5_000, 50_000])
def test_both_ends_are_inside(yuan: int) -> None:
    assert within_range(yuan * 100, TERMS) is None


@pytest.mark.clause("R222")
def test_there_are_three_categories_and_each_has_its_bands() -> None:
    assert [c.value for c in Category] == ["生活困难", "重大疾病", "突发事故"]
    assert within_table("重大疾病", "三档", 50_000_00, TERMS) is None
    no = within_table("生活困难", "二档", 30_000_00, TERMS)
    assert isinstance(no, refusals.OutsideBand)
    assert isinstance(within_table("生活困难", "三档", 20_000_00, TERMS), refusals.NoSuchBand)


@given(st.integers(min_value=1, max_value=99_999_99))
def test_no_amount_falls_into_two_bands_of_one_category(fen: int) -> None:
    for category in Category:
        hits = [b for b in TERMS.bands(category) if b.least_fen <= fen <= b.most_fen]
        assert len(hits) <= 1


def test_the_fund_ends_where_its_interest_ends() -> None:
    assert within_fund(20_000_00, 280_000_00, TERMS) is None
    no = within_fund(20_000_01, 280_000_00, TERMS)
    assert isinstance(no, refusals.FundShort)
    assert "只剩 20,000 元" in str(no)


def test_a_gift_costs_its_standard_and_nobody_tells_an_illness_from_a_death() -> None:
    assert gift_fen(GiftKind.MARRIAGE, TERMS) == 1_000_00
    assert GiftKind.ILLNESS.shown == GiftKind.BEREAVEMENT.shown
    assert "住院" not in GiftKind.ILLNESS.shown


# --- the fifteen days -----------------------------------------------------------------------------


@pytest.mark.clause("R228")
def test_fifteen_days_are_calendar_days_and_do_not_roll() -> None:
    """Accepted Friday 7 March: the money is there by Saturday 22 March, though banks rest."""
    assert of(3, 7).promised_on == date(2025, 3, 22)


@pytest.mark.clause("T31")
def test_an_ordinary_case_fits_online_and_its_meeting_would_come_too_late() -> None:
    found = of(3, 10)
    assert found.online.fits
    assert found.needs_online, "the next meeting is on 7 April"
    assert found.meeting_on == date(2025, 4, 7), "the 5th is a Saturday (T26)"
    assert found.meeting.days_over > 0


@pytest.mark.clause("T31")
def test_accepted_so_that_the_meeting_comes_in_time_no_extraordinary_vote_is_needed() -> None:
    """Accepted 25 February: visited by 4 March, the meeting is on the 5th, paid by the 12th."""
    found = of(2, 25)
    assert found.meeting_on == date(2025, 3, 5)
    assert found.meeting.fits
    assert not found.needs_online


@pytest.mark.clause("T31")
def test_waiting_for_the_meeting_keeps_the_promise_on_few_days_of_the_year() -> None:
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(365)]
    found = [of(day.month, day.day) for day in days]
    assert sum(not one.needs_online for one in found) == 32
    assert sum(one.tight for one in found) == 41, "mostly before the long holidays"
    assert not any(one.impossible for one in found), "who makes haste always arrives in time"


@pytest.mark.clause("T30")
def test_before_national_day_even_the_online_vote_is_tight_and_the_posting_day_is_named() -> None:
    found = of(9, 25)
    assert found.tight
    assert found.promised_on == date(2025, 10, 10)
    assert found.post_by == date(2025, 9, 28), "29, 30 September and 9 October are its three days"
    assert not found.impossible


def test_every_step_names_its_last_day_in_order() -> None:
    stages = of(3, 10).online.stages
    assert [s.code for s in stages] == ["verify", "visit", "vote", "reserve", "publish", "pay"]
    assert all(a.ends_at <= b.ends_at for a, b in pairwise(stages))


def test_the_meeting_of_the_fifth_is_the_next_one_not_before_the_visit() -> None:
    assert meeting_after(morning(3, 5), 5, YEAR) == date(2025, 3, 5)
    assert meeting_after(datetime(2025, 3, 5, 15, 1, tzinfo=CAMPUS), 5, YEAR) == date(2025, 4, 7)


# --- who may --------------------------------------------------------------------------------------

OURS = Involved("JZ-2025-001", beneficiary_id=1, filed_by_id=2, kept_out=(1, 2))


@pytest.mark.parametrize("person", [1, 2])
def test_neither_the_helped_nor_who_filed_for_them_handles_the_case(person: int) -> None:
    assert isinstance(may_handle(OURS, person, "某人"), refusals.OwnAid)
    assert may_handle(OURS, 3, "某人") is None


@pytest.mark.parametrize(
    ("part", "steps", "opens"),
    [
        (Sealed.CIRCUMSTANCES, {"verify"}, True),
        (Sealed.CIRCUMSTANCES, {"vote"}, True),
        (Sealed.CIRCUMSTANCES, {"pay"}, False),
        (Sealed.CIRCUMSTANCES, set(), False),
        (Sealed.ACCOUNT, {"pay"}, True),
        (Sealed.ACCOUNT, {"verify", "visit", "vote"}, False),
        (Sealed.VISIT, {"verify"}, False),
    ],
)
def test_a_seal_opens_for_the_step_that_needs_it_and_for_no_other(part, steps, opens) -> None:
    no = may_read(part, OURS, 9, "某人", steps)
    assert (no is None) == opens
    assert no is None or isinstance(no, refusals.SealStays)


def test_the_helped_person_reads_everything_of_their_own() -> None:
    assert all(may_read(part, OURS, 1, "本人", ()) is None for part in Sealed)


# --- the sheets -----------------------------------------------------------------------------------


@pytest.mark.clause("R224")
def test_the_sheet_goes_the_seven_steps_of_the_plan_in_their_order() -> None:
    names = [step.name for step in HARDSHIP.steps]
    order = [
        "个人申请",
        "分工会核实",
        "工会福利部入户调查",
        "常委会票决",
        "校内公示",
        "财务放款",
        "回访",
    ]
    assert [name for name in names if name in order] == order


def test_no_column_of_either_sheet_is_empty() -> None:
    for sheet in (HARDSHIP, GIFT):
        for step in sheet.steps:
            assert step.outputs, step.code
            assert step.duty.lead, step.code
            assert step.limit or step.no_limit, step.code
            assert step.risks or step.no_risk, step.code
            assert step.duty.lead == "applicant" or step.duty.backup, step.code


@pytest.mark.clause("R227")
def test_the_posting_shows_four_fields_and_the_name_by_its_surname() -> None:
    publicity = HARDSHIP.step("publish").publicity
    assert publicity is not None
    assert {s.fact: s.mask for s in publicity.shows} == {
        "applicant": "surname", "unit": "unit", "category": "plain", "band": "plain",
    }  # fmt: skip


@pytest.mark.clause("R226")
def test_seven_seats_vote_in_secret_and_more_than_half_of_all_must_agree() -> None:
    vote = HARDSHIP.step("vote").vote
    assert vote is not None
    assert (vote.seats, vote.quorum, vote.majority, vote.secret) == (7, (2, 3), (1, 2), True)
