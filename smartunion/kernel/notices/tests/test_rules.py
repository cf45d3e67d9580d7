"""When and by which way a message goes."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.notices import rules
from smartunion.kernel.notices.rules import Channel, Priority, State, Terms

NOON = datetime(2025, 3, 5, 12, 10, tzinfo=CAMPUS)
LATE = datetime(2025, 3, 5, 23, 15, tzinfo=CAMPUS)
TERMS = Terms(time(22), time(7), time(17, 40), kept_for_crisis=5)
ALL = (Channel.SMS, Channel.WECOM, Channel.EMAIL)
PRIORITIES = st.sampled_from(Priority)


@pytest.mark.clause("R116")
def test_crisis_goes_by_every_way_at_once_whatever_a_person_has_set() -> None:
    assert rules.channels_for(Priority.CRISIS, (), ALL) == [*ALL]


def test_an_ordinary_matter_goes_by_the_ways_that_are_wanted_and_a_digest_by_none() -> None:
    assert rules.channels_for(Priority.NORMAL, (Channel.EMAIL,), ALL) == [Channel.EMAIL]
    assert rules.channels_for(Priority.NORMAL, (), ALL) == []
    assert rules.channels_for(Priority.DIGEST, ALL, ALL) == []


def test_nothing_goes_by_a_way_that_leads_nowhere() -> None:
    assert rules.channels_for(Priority.URGENT, (), (Channel.SMS,)) == [Channel.SMS]


@pytest.mark.parametrize(
    ("told", "goes"),
    [
        (NOON, NOON),
        (LATE, datetime(2025, 3, 6, 7, 0, tzinfo=CAMPUS)),
        (datetime(2025, 3, 6, 6, 59, 59, tzinfo=CAMPUS), datetime(2025, 3, 6, 7, tzinfo=CAMPUS)),
        (datetime(2025, 3, 6, 7, tzinfo=CAMPUS), datetime(2025, 3, 6, 7, tzinfo=CAMPUS)),
        (datetime(2025, 3, 5, 22, tzinfo=CAMPUS), datetime(2025, 3, 6, 7, tzinfo=CAMPUS)),
    ],
)
def test_ordinary_messages_wait_for_the_end_of_the_quiet_hours(
    told: datetime, goes: datetime
) -> None:
    assert rules.earliest(Priority.NORMAL, Channel.SMS, told, TERMS) == goes
    assert rules.earliest(Priority.CRISIS, Channel.SMS, told, TERMS) == told


def test_wecom_s_busy_minutes_are_left_to_crisis() -> None:
    """Minutes 0 and 30 of each hour; the end of the quiet hours is one of them."""
    half = NOON.replace(minute=30, second=20)
    assert rules.earliest(Priority.URGENT, Channel.WECOM, half, TERMS) == NOON.replace(minute=31)
    assert rules.earliest(Priority.CRISIS, Channel.WECOM, half, TERMS) == half
    assert rules.earliest(Priority.NORMAL, Channel.WECOM, LATE, TERMS).minute == 1


def test_a_person_hears_25_times_a_minute_by_wecom_and_then_waits() -> None:
    """30 is WeCom's limit; five are kept for crisis."""
    sent = [NOON - timedelta(seconds=40)] * 24
    assert rules.when_free(sent, NOON, TERMS) == NOON
    assert rules.when_free([*sent, NOON], NOON, TERMS) == NOON + timedelta(seconds=20)


def test_a_thousand_an_hour_is_the_end_too() -> None:
    sent = [NOON - timedelta(minutes=50)] * 995
    assert rules.when_free(sent, NOON, TERMS) == NOON + timedelta(minutes=10)


@given(st.lists(st.integers(0, 7200), max_size=80), st.integers(2, 40))
def test_no_window_ever_holds_more_than_wecom_takes(gaps: list[int], limit: int) -> None:
    """Sent at the moments that the rule names, no minute passes its limit."""
    terms = Terms(kept_for_crisis=rules.WECOM_PER_MINUTE - min(limit, 30))
    sent: list[datetime] = []
    for gap in sorted(gaps):
        at = NOON + timedelta(seconds=gap // 20)
        while (free := rules.when_free(sent, at, terms)) > at:
            at = free
        sent.append(at)
    for moment in sent:
        minute = [other for other in sent if moment - timedelta(minutes=1) < other <= moment]
        assert len(minute) <= min(limit, 30)


@given(PRIORITIES, st.sampled_from(ALL), st.integers(0, 365 * 86400))
def test_nobody_but_crisis_is_ever_loud_in_the_quiet_hours(
    priority: Priority, way: Channel, seconds: int
) -> None:
    at = NOON + timedelta(seconds=seconds)
    goes = rules.earliest(priority, way, at, TERMS)
    assert goes >= at
    assert goes - at <= timedelta(hours=9, minutes=1)
    if priority == Priority.CRISIS:
        assert goes == at
    else:
        assert not rules.is_quiet(goes, TERMS)


def test_without_a_plan_nothing_is_quiet() -> None:
    assert rules.earliest(Priority.NORMAL, Channel.SMS, LATE, Terms()) == LATE


def test_the_way_instead_is_the_next_that_was_not_tried() -> None:
    assert rules.way_instead({Channel.SMS}, ALL) == Channel.WECOM
    assert rules.way_instead({Channel.SMS, Channel.WECOM}, ALL) == Channel.EMAIL
    assert rules.way_instead(set(ALL), ALL) is None


RECEIPTS = st.permutations([State.DELIVERED, State.READ, State.FAILED])


@given(RECEIPTS)
def test_receipts_in_any_order_leave_what_was_read_as_read(order: list[State]) -> None:
    state, highest = State.ACCEPTED, 0
    for reported in order:
        seq = [State.FAILED, State.DELIVERED, State.READ].index(reported) + 1
        state = rules.after_receipt(state, reported, is_newer=seq > highest)
        highest = max(seq, highest)
    assert state == State.READ


def test_an_older_receipt_of_failure_does_not_undo_a_delivery() -> None:
    assert rules.after_receipt(State.DELIVERED, State.FAILED, is_newer=False) == State.DELIVERED
    assert rules.after_receipt(State.FAILED, State.DELIVERED, is_newer=True) == State.DELIVERED


def test_pauses_grow_and_end() -> None:
    assert [rules.pause(n).seconds for n in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert rules.pause(40) == rules.LONGEST_PAUSE
