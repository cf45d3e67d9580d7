"""Rosters: who is on call at any hour, where nobody is, who may stand where."""

import itertools
from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.duty import actions, reads, rules
from smartunion.kernel.duty.models import Shift
from smartunion.kernel.duty.refusals import (
    AwayThen,
    HotlinePlaceholder,
    NotEligible,
    NotYourShift,
    OnDutyElsewhere,
    SwapOver,
)
from smartunion.kernel.duty.rules import Part, Post, Rotation
from smartunion.kernel.people.models import Absence, Person, Unit
from tests.cast import unit

from .conftest import HOUR, MONDAY, NOON, hold


def who(where: Unit, at: datetime, *out: Person) -> list[str]:
    pairs = reads.on_call(unit=where, posts=[Post.A], at=at, excluded=[p.pk for p in out])
    return [person.username for person in pairs[Post.A].in_turn()]


def coming(person: Person) -> Shift:
    """Return the next shift of somebody that has not begun."""
    return reads.standing_shifts().filter(person=person, since__gt=NOON).earliest("since")


# --- a rotation turns


def test_a_week_s_turn_goes_from_handover_to_handover() -> None:
    """24 hours a day: each turn begins in the minute in which the one before it ends."""
    weekly = Rotation(MONDAY, 7, time(8), time(8), [1, 2])
    since = datetime(2025, 3, 5, tzinfo=CAMPUS)
    laid = list(rules.turns(weekly, since, since + timedelta(days=14)))
    assert [turn.person for turn in laid] == [1, 2, 1]
    assert laid[0].since == datetime(2025, 3, 3, 8, tzinfo=CAMPUS)
    assert all(a.until == b.since for a, b in itertools.pairwise(laid))


def test_a_night_s_shift_passes_midnight() -> None:
    """Day and night make up 24 hours together, each a pattern of its own."""
    night = Rotation(MONDAY, 1, time(20), time(8), [1, 2, 3])
    since = datetime(2025, 3, 4, 3, tzinfo=CAMPUS)
    laid = list(rules.turns(night, since, since + timedelta(hours=24)))
    assert [(turn.person, turn.since.day, turn.until.day) for turn in laid] == [
        (1, 3, 4),
        (2, 4, 5),
    ]
    day = Rotation(MONDAY, 1, time(8), time(20), [4])
    both = [(t.since, t.until) for t in laid]
    both += [(t.since, t.until) for t in rules.turns(day, since, since + timedelta(hours=24))]
    assert rules.uncovered(since, since + timedelta(hours=24), both) == []


# --- on call


@pytest.mark.clause("R114")
@pytest.mark.clause("T46")
def test_primary_and_deputy_change_places_each_week(rota: Unit) -> None:
    assert who(rota, NOON) == ["lin", "chen"]
    assert who(rota, NOON + timedelta(weeks=1)) == ["chen", "lin"]


@pytest.mark.clause("T46")
def test_whose_own_matter_it_is_is_passed_over_for_the_deputy(rota: Unit, lin: Person) -> None:
    assert who(rota, NOON, lin) == ["chen"]


def test_who_is_away_is_not_called(rota: Unit, lin: Person) -> None:
    Absence.objects.create(person=lin, since=date(2025, 3, 5), until=date(2025, 3, 7))
    assert who(rota, NOON) == ["chen"]
    assert who(rota, NOON + timedelta(days=2)) == ["lin", "chen"]


def test_without_a_shift_the_standing_office_is_called(b01: Unit, lin: Person, mo: Person) -> None:
    """A roster that nobody laid still reaches somebody, and is a gap all the same."""
    hold("contact_a", lin, b01)
    hold("contact_a", mo, b01, part="B")
    assert who(b01, NOON) == ["lin", "mo"]
    found = reads.gaps(since=NOON, until=NOON + HOUR, units=[b01])
    assert (b01, Post.A, Part.PRIMARY) in [(gap.unit, gap.post, gap.part) for gap in found]


def test_a_campus_wide_deputy_stands_behind_a_branch(rota: Unit, mo: Person, b01: Unit) -> None:
    """The hospital's doctor on call is deputy to the doctors of all branches."""
    hold("contact_c", mo, unit("B03", "文学院工会分会"))
    Shift.objects.create(
        unit=None, post=Post.C, part=Part.DEPUTY, person=mo, since=NOON, until=NOON + HOUR
    )
    pair = reads.on_call(unit=b01, posts=[Post.A, Post.C], at=NOON)[Post.C]
    assert pair.in_turn() == [mo]
    missing = [(g.post, g.part) for g in reads.gaps(since=NOON, until=NOON + HOUR, units=[b01])]
    assert (Post.C, Part.DEPUTY) not in missing
    assert (Post.C, Part.PRIMARY) in missing


# --- gaps


@pytest.mark.clause("R114")
def test_a_gap_is_shown_from_the_minute_to_the_minute(rota: Unit, chen: Person) -> None:
    """An absence opens a gap of whole days in the deputy's line and in no other of A."""
    Absence.objects.create(person=chen, since=date(2025, 3, 6), until=date(2025, 3, 8))
    found = reads.gaps(since=NOON, until=NOON + timedelta(days=4), units=[rota])
    mine = [(g.part, g.since, g.until) for g in found if g.post == Post.A]
    assert mine == [
        (
            Part.DEPUTY,
            datetime(2025, 3, 6, tzinfo=CAMPUS),
            datetime(2025, 3, 8, tzinfo=CAMPUS),
        )
    ]


def test_who_left_covers_nothing(rota: Unit, lin: Person) -> None:
    lin.left_on = date(2025, 3, 6)
    lin.save()
    found = reads.gaps(since=NOON, until=NOON + timedelta(days=1), units=[rota])
    assert [g.since for g in found if (g.post, g.part) == (Post.A, Part.PRIMARY)] == [
        datetime(2025, 3, 6, tzinfo=CAMPUS)
    ]
    assert who(rota, NOON + timedelta(days=1)) == ["chen"]


def test_laying_twice_lays_once(rota: Unit) -> None:
    before = Shift.objects.count()
    assert actions.lay(until=NOON + timedelta(weeks=3), by=None, at=NOON) == 0
    assert Shift.objects.count() == before


def test_a_new_rotation_takes_over_where_it_begins(rota: Unit, chen: Person, mo: Person) -> None:
    """What the old one had laid before the first day of the new one stays, to the minute."""
    hold("branch_member", mo, rota)
    actions.set_pattern(
        unit=rota, post=Post.A, part=Part.PRIMARY, persons=[mo], first_on=date(2025, 3, 8),
        by=None, at=NOON,
    )  # fmt: skip
    actions.lay(until=NOON + timedelta(weeks=3), by=None, at=NOON)
    assert who(rota, NOON) == ["lin", "chen"]
    assert who(rota, datetime(2025, 3, 8, 9, tzinfo=CAMPUS)) == ["mo", "chen"]
    found = reads.gaps(since=NOON, until=NOON + timedelta(weeks=2), units=[rota])
    assert [g.since for g in found if g.post == Post.A] == []


def test_a_line_that_waited_for_another_is_filled_once_that_one_is_changed(
    rota: Unit, lin: Person, chen: Person
) -> None:
    """The primary's turns are made shorter first, then the deputy's: no gap is left."""
    for part, persons in ((Part.PRIMARY, [chen, lin]), (Part.DEPUTY, [lin, chen])):
        actions.set_pattern(
            unit=rota, post=Post.A, part=part, persons=persons, first_on=date(2025, 3, 8),
            days_each=2, by=None, at=NOON,
        )  # fmt: skip
        actions.lay(until=NOON + timedelta(weeks=3), by=None, at=NOON)
    found = reads.gaps(since=NOON, until=NOON + timedelta(weeks=2), units=[rota])
    assert [g for g in found if g.post == Post.A] == []
    assert who(rota, datetime(2025, 3, 9, 9, tzinfo=CAMPUS)) == ["chen", "lin"]


# --- the database keeps it


def test_the_database_knows_one_primary_and_one_shift_a_person(rota: Unit, mo: Person) -> None:
    there = Shift.objects.filter(part=Part.PRIMARY).order_by("since")[0]
    for broken in (
        {"person": mo, "unit": rota, "post": Post.A, "part": Part.PRIMARY},
        {"person": there.person, "unit": None, "post": Post.LEADER, "part": Part.DEPUTY},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Shift.objects.create(since=there.since + HOUR, until=there.since + 2 * HOUR, **broken)
    Shift.objects.create(
        person=mo, unit=rota, post=Post.C, part=Part.PRIMARY,
        since=there.since, until=there.until,
    )  # fmt: skip


# --- overrides and swaps


def test_an_override_cuts_out_its_hours_and_no_more(rota: Unit, mo: Person, wang: Person) -> None:
    hold("branch_member", mo, rota)
    since = NOON + 2 * HOUR
    actions.override(
        unit=rota, post=Post.A, part=Part.PRIMARY, person=mo, since=since, until=since + HOUR,
        by=wang, at=NOON, because="临时有课",
    )  # fmt: skip
    assert who(rota, since - HOUR) == ["lin", "chen"]
    assert who(rota, since) == ["mo", "chen"]
    assert who(rota, since + HOUR) == ["lin", "chen"]
    assert not [
        g
        for g in reads.gaps(since=NOON, until=NOON + timedelta(days=2), units=[rota])
        if g.post == Post.A
    ]


@pytest.mark.clause("R114")
def test_a_contact_must_be_who_the_plan_says(rota: Unit, mo: Person, wang: Person) -> None:
    """A is a member of the branch's committee: somebody else is refused with the clause."""
    with pytest.raises(NotEligible) as no:
        actions.override(
            unit=rota, post=Post.A, part=Part.PRIMARY, person=mo, since=NOON, until=NOON + HOUR,
            by=wang, at=NOON, because="替一小时",
        )  # fmt: skip
    assert no.value.clause == "6"


def test_nobody_is_put_on_duty_twice_or_while_away(rota: Unit, chen: Person, wang: Person) -> None:
    asked = {
        "unit": rota, "post": Post.A, "part": Part.PRIMARY, "person": chen, "by": wang,
        "at": NOON, "because": "替一小时",
    }  # fmt: skip
    with pytest.raises(OnDutyElsewhere):
        actions.override(since=NOON, until=NOON + HOUR, **asked)
    Absence.objects.create(person=chen, since=date(2025, 3, 5), until=date(2025, 3, 7))
    with pytest.raises(AwayThen):
        actions.override(since=NOON, until=NOON + HOUR, **asked)


def test_a_swap_changes_nothing_until_it_is_accepted(rota: Unit, lin: Person, mo: Person) -> None:
    hold("branch_member", mo, rota)
    next_of_lin = coming(lin)
    swap = actions.ask_swap(shift_id=next_of_lin.pk, other=mo, by=lin, at=NOON, because="出差")
    then = next_of_lin.since + HOUR
    assert who(rota, then) == ["chen", "lin"]
    with pytest.raises(SwapOver):
        actions.accept_swap(swap_id=swap.pk, by=lin, at=NOON)
    actions.accept_swap(swap_id=swap.pk, by=mo, at=NOON)
    assert who(rota, then) == ["chen", "mo"]
    with pytest.raises(SwapOver):
        actions.accept_swap(swap_id=swap.pk, by=mo, at=NOON)


def test_two_shifts_change_hands_together(rota: Unit, lin: Person, mo: Person) -> None:
    """Lin's week for an hour of Mo's in April: both or none."""
    hold("branch_member", mo, rota)
    mine, later = coming(lin), datetime(2025, 4, 7, 9, tzinfo=CAMPUS)
    theirs = Shift.objects.create(
        unit=rota, post=Post.A, part=Part.PRIMARY, person=mo, since=later, until=later + HOUR
    )
    swap = actions.ask_swap(
        shift_id=mine.pk, other=mo, in_return_id=theirs.pk, by=lin, at=NOON, because="对调"
    )
    actions.accept_swap(swap_id=swap.pk, by=mo, at=NOON)
    assert who(rota, mine.since) == ["chen", "mo"]
    assert who(rota, later) == ["lin"]
    with pytest.raises(NotYourShift):
        actions.ask_swap(shift_id=mine.pk, other=mo, by=lin, at=NOON, because="再换")


# --- the hotline


@pytest.mark.clause("R112")
def test_the_hotline_s_placeholder_is_no_number(db: None, wang: Person) -> None:
    assert reads.hotline(at=NOON) == ""
    with pytest.raises(HotlinePlaceholder):
        actions.set_hotline(number="400xxxxxxx", by=wang, at=NOON, because="计划原文")
    actions.set_hotline(number="400 000 0110", by=wang, at=NOON, because="心理中心启用")
    assert reads.hotline(at=NOON) == "400 000 0110"
    with pytest.raises(IntegrityError), transaction.atomic():
        reads.Hotline.objects.create(number="400xxxxxxx", since=NOON, because="")
