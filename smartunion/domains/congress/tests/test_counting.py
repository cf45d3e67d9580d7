"""When a box opens and how its ballots count: the sentences of the implementing rules."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartunion.domains.congress.rules import counting
from smartunion.domains.congress.rules.counting import NO, YES, Rules, counted, value_of

SIXTY = Rules(seats=10, names=12, entitled=60, present=45)


def ballots(*marks: list[int]) -> list[int]:
    return [value_of(each) for each in marks]


@pytest.mark.clause("R155")
@pytest.mark.clause("T60")
@pytest.mark.parametrize(("seats", "names"), [(1, 2), (3, 4), (5, 6), (6, 8), (10, 12)])
def test_eleven_names_for_ten_seats_are_one_too_few(seats: int, names: int) -> None:
    """20 % of the seats more, rounded up."""
    assert counting.names_needed(seats, 20) == names


def test_forty_of_sixty_present_opens_thirty_nine_does_not() -> None:
    assert counting.quorum(60, (2, 3)) == 40
    assert counting.quorum(61, (2, 3)) == 41


def test_twelve_ticks_for_ten_seats_are_one_spoilt_ballot_and_no_error() -> None:
    good = [YES] * 10 + [NO] * 2
    found = counted(ballots([YES] * 12, good), SIXTY)
    assert found["spoilt"] == 1
    assert found["yes"] == [1] * 10 + [0, 0]


def test_elected_needs_thirty_one_of_sixty_entitled_even_if_forty_five_came() -> None:
    rules = Rules(seats=1, names=2, entitled=60, present=45)
    thirty = [[YES, NO]] * 30 + [[0, 0]] * 15
    assert counted(ballots(*thirty), rules)["elected"] == []
    assert counted(ballots(*thirty[:29], [YES, NO], [YES, NO]), rules)["elected"] == ["c1"]


def test_a_tie_at_the_last_seat_elects_nobody_of_the_tied() -> None:
    rules = Rules(seats=2, names=3, entitled=6, present=6, base="present")
    rows = [[YES, YES, NO], [YES, YES, NO], [YES, NO, YES], [YES, NO, YES]] * 2
    found = counted(ballots(*rows, [YES, YES, NO], [YES, NO, YES]), rules)
    assert found["elected"] == ["c1"]
    assert found["tied"] == ["c2", "c3"]
    assert counting.short(rules, found) == 0


def test_a_shortfall_leaves_the_seat_empty_for_another_vote() -> None:
    rules = Rules(seats=2, names=3, entitled=4, present=4)
    found = counted(ballots([YES, 0, 0], [YES, 0, 0], [YES, NO, NO], [0, 0, 0]), rules)
    assert found["elected"] == ["c1"]
    assert counting.short(rules, found) == 1


def test_who_is_written_in_by_a_majority_is_elected() -> None:
    rules = Rules(seats=1, names=2, entitled=3, present=3, writes=15)
    rows = [value_of([NO, 0], 7), value_of([NO, NO], 7), value_of([YES, 0], 7)]
    found = counted(rows, rules)
    assert (found["elected"], found["written"]) == (["w7"], {"7": 2})
    assert found["spoilt"] == 1, "one tick beside the name written in is two for one seat"


def test_what_cannot_be_read_is_spoilt() -> None:
    assert counted([None, SIXTY.most + 1], SIXTY)["spoilt"] == 2


@pytest.mark.clause("T62")
def test_eighty_passes_and_the_mean_is_never_rounded() -> None:
    exact = counting.mean(counting.scored([80, 80, 80, 80, 80]))
    just_below = counting.mean(counting.scored([80] * 99_999 + [79]))
    assert exact == 80
    assert just_below is not None
    assert just_below < 80
    assert Fraction(79_99, 100) < just_below


def test_a_score_of_one_hundred_and_two_is_spoilt_and_one_hundred_and_one_abstains() -> None:
    assert counting.scored([100, 101, 102, None]) == {
        "valid": 1, "sum": 100, "abstained": 1, "spoilt": 2,
    }  # fmt: skip


MARKS = st.lists(st.integers(0, 2), min_size=3, max_size=3)


@settings(deadline=None)
@given(st.lists(st.tuples(MARKS, st.integers(0, 9)), max_size=30))
def test_nobody_is_elected_without_the_majority_and_never_more_than_the_seats(
    rows: list[tuple[list[int], int]],
) -> None:
    rules = Rules(seats=2, names=3, entitled=20, present=20, writes=9)
    found = counted([value_of(marks, written) for marks, written in rows], rules)
    votes = {f"c{n}": each for n, each in enumerate(found["yes"], start=1)}
    votes |= {f"w{n}": each for n, each in found["written"].items()}
    assert len(found["elected"]) <= rules.seats
    assert all(votes[one] > 10 for one in found["elected"] + found["tied"])
    assert not set(found["elected"]) & set(found["tied"])
    assert found["spoilt"] + sum(1 for m, w in rows if m.count(YES) + bool(w) <= 2) == len(rows)
