"""What ninety answers add up to: golden examples, borders, an oracle that counts by fractions."""

import json
import random
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartunion.domains.wellbeing.rules import refusals
from smartunion.domains.wellbeing.rules.scale import (
    FACTORS,
    ITEMS,
    Band,
    Floor,
    Policy,
    band_of,
    checked,
    flags,
    policy_of,
    result_of,
    score,
    tenths,
)
from smartunion.site.org.names import repeatable

PLAIN = Policy((2, 3, 4))
SIGNED = Policy(
    (2, 3, 4),
    floor=(
        Floor(15, 4, Band.REVIEW),
        Floor(15, 2, Band.YELLOW),
        Floor(59, 3, Band.YELLOW),
        Floor(63, 4, Band.YELLOW),
    ),
)
SIZES = {factor.code: len(factor.items) for factor in FACTORS}
ANSWERS = st.lists(st.integers(1, 5), min_size=ITEMS, max_size=ITEMS)
MIXED = {
    5: 2, 14: 4, 15: 3, 20: 3, 22: 2, 26: 3, 29: 3, 30: 4, 31: 3, 32: 4, 54: 3, 71: 3, 79: 3,
    2: 3, 17: 2, 23: 2, 33: 3, 39: 2, 57: 3, 72: 2, 78: 3, 80: 2, 86: 3,
    3: 3, 9: 3, 10: 2, 28: 3, 38: 2, 45: 2, 46: 3, 51: 2, 55: 4, 65: 1,
    44: 4, 64: 4, 66: 4, 59: 3, 19: 3,
}  # fmt: skip


def answers(**given: int) -> list[int]:
    """Ninety ones but for what is named (`i15=5`)."""
    told = [1] * ITEMS
    for name, value in given.items():
        told[int(name[1:]) - 1] = value
    return told


def spread(code: str, total: int) -> list[int]:
    """Ninety ones but for one factor, whose items sum up to the total."""
    told, items = [1] * ITEMS, next(f.items for f in FACTORS if f.code == code)
    left = total - len(items)
    for item in items:
        told[item - 1] += min(left, 4)
        left -= min(left, 4)
    assert left == 0
    return told


def test_the_factors_take_each_of_the_ninety_items_once() -> None:
    """A live app elsewhere scores 7 and 13 twice and 17 and 18 never: this would have told."""
    counts = Counter(item for factor in FACTORS for item in factor.items)
    assert set(counts) == set(range(1, ITEMS + 1))
    assert set(counts.values()) == {1}
    assert [SIZES[f.code] for f in FACTORS] == [12, 10, 9, 13, 10, 6, 7, 6, 10, 7]


@pytest.mark.clause("R103")
def test_the_mixed_example_is_yellow_where_the_folk_rule_says_normal() -> None:
    told = [MIXED.get(n, 1) for n in range(1, ITEMS + 1)]
    found = score(told, PLAIN)
    assert dict(found.sums) == {
        "SOM": 12, "OC": 25, "INT": 9, "DEP": 40, "ANX": 25, "HOS": 6, "PHOB": 7, "PAR": 6,
        "PSY": 10, "ADD": 20,
    }  # fmt: skip
    assert (found.total, found.positive, found.top) == (160, 37, "DEP")
    assert found.band == Band.YELLOW
    assert (tenths(40, 13), tenths(25, 10), tenths(20, 7)) == (31, 25, 29)


@pytest.mark.clause("T41")
def test_a_lone_critical_item_is_missed_by_the_factors_and_caught_by_the_signed_floor() -> None:
    told = answers(i15=5)
    plan, signed = score(told, PLAIN), score(told, SIGNED)
    assert (plan.band, plan.sums["DEP"], plan.total) == (Band.NONE, 17, 94)
    assert (signed.band, signed.plan_band, signed.critical) == (Band.REVIEW, Band.NONE, (15,))
    assert signed.is_lifted
    assert score(answers(i59=3), SIGNED).band == Band.YELLOW
    assert score(answers(i59=5), PLAIN).band == Band.NONE


@pytest.mark.clause("T41")
def test_the_tenth_factor_counts_only_where_policy_says_so() -> None:
    told = spread("ADD", 35)
    assert score(told, PLAIN).band == Band.NONE
    assert score(told, Policy((2, 3, 4), count_additional=True)).band == Band.RED


@pytest.mark.clause("R105")
def test_seven_fours_in_one_factor_are_red() -> None:
    found = score(spread("PHOB", 28), PLAIN)
    assert (found.band, found.total, found.top) == (Band.RED, 111, "PHOB")


@pytest.mark.clause("R101")
@pytest.mark.clause("R103")
@pytest.mark.clause("R105")
@pytest.mark.parametrize("code", [f.code for f in FACTORS if f.clinical])
def test_every_border_of_every_factor(code: str) -> None:
    n = SIZES[code]
    wanted = {
        2 * n - 1: Band.NONE, 2 * n: Band.BLUE, 3 * n - 1: Band.BLUE, 3 * n: Band.YELLOW,
        4 * n - 1: Band.YELLOW, 4 * n: Band.RED, 5 * n: Band.RED,
    }  # fmt: skip
    assert {total: score(spread(code, total), PLAIN).band for total in wanted} == wanted


@pytest.mark.clause("T39")
@pytest.mark.parametrize(
    ("code", "total", "band"),
    [("SOM", 35, Band.BLUE), ("DEP", 38, Band.BLUE), ("SOM", 47, Band.YELLOW),
     ("DEP", 51, Band.YELLOW)],
)  # fmt: skip
def test_the_four_values_that_lie_in_the_plan_s_gaps(code: str, total: int, band: Band) -> None:
    """35/12, 38/13, 47/12 and 51/13 are neither 2.9 nor 3.0: the fraction itself decides."""
    assert score(spread(code, total), PLAIN).band == band


@pytest.mark.clause("T39")
def test_reading_the_rounded_figure_gives_the_same_band_for_every_attainable_score() -> None:
    """And the four values are the only ones between 2.9 and 3.0 or 3.9 and 4.0."""
    between = set()
    for code, n in SIZES.items():
        for total in range(n, 5 * n + 1):
            shown = tenths(total, n)
            by_table = (
                Band.RED if shown >= 40 else Band.YELLOW if shown >= 30
                else Band.BLUE if shown >= 20 else Band.NONE
            )  # fmt: skip
            assert band_of(total, n, (2, 3, 4)) == by_table or code == "ADD"
            exact = Fraction(total, n)
            if code != "ADD" and (Fraction(29, 10) < exact < 3 or Fraction(39, 10) < exact < 4):
                between.add((code, total))
    assert between == {("SOM", 35), ("SOM", 47), ("DEP", 38), ("DEP", 51)}


def by_fractions(told: list[int], policy: Policy) -> Band:
    """The oracle: one value at a time, as fractions, from the plan's sentence."""
    worst = Fraction(0)
    for factor in FACTORS:
        if factor.code != "ADD" or policy.count_additional:
            values = [Fraction(told[item - 1]) for item in factor.items]
            worst = max(worst, sum(values, Fraction(0)) / len(values))
    found = [Band.NONE]
    for border, band in zip(policy.borders, (Band.BLUE, Band.YELLOW, Band.RED), strict=True):
        if worst >= border:
            found.append(band)
    for floor in policy.floor:
        if told[floor.item - 1] >= floor.at_least:
            found.append(floor.band)
    order = ["none", "blue", "yellow", "review", "red"]
    return max(found, key=lambda band: order.index(band.value))


def test_thousands_of_random_people_are_banded_as_the_oracle_says() -> None:
    chance = repeatable("scale", 41)
    seen = Counter()
    for _ in range(6000):
        heavy = chance.random()
        weights = [1 - heavy, 0.5, heavy, heavy**2, heavy**3]
        told = chance.choices(range(1, 6), weights, k=ITEMS)
        policy = SIGNED if chance.random() < 0.5 else PLAIN
        found = score(told, policy)
        assert found.band == by_fractions(told, policy)
        seen[found.band] += 1
    assert set(seen) == set(Band)


@given(ANSWERS, st.integers(0, ITEMS - 1))
def test_raising_an_answer_never_lowers_the_band(told: list[int], at: int) -> None:
    higher = [*told[:at], min(told[at] + 1, 5), *told[at + 1 :]]
    for policy in (PLAIN, SIGNED):
        assert score(higher, policy).band.rank >= score(told, policy).band.rank


@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_order_inside_a_factor_does_not_matter(told: list[int], chance: random.Random) -> None:
    mixed = list(told)
    for factor in FACTORS:
        values = [told[item - 1] for item in factor.items]
        chance.shuffle(values)
        for item, value in zip(factor.items, values, strict=True):
            mixed[item - 1] = value
    assert score(mixed, PLAIN) == score(told, PLAIN)


@given(ANSWERS)
def test_the_floor_only_raises_and_a_stored_result_reads_back(told: list[int]) -> None:
    plain, signed = score(told, PLAIN), score(told, SIGNED)
    assert signed.plan_band == plain.band
    assert signed.band.rank >= plain.band.rank
    assert result_of(signed.text()) == signed
    assert result_of(signed.text()).text() == signed.text()


@pytest.mark.parametrize("wrong", [0, 6, None, -1, 2.0, "3", True])
def test_a_value_outside_the_scale_is_refused_by_its_number(wrong: object) -> None:
    with pytest.raises(refusals.AnswerOutside, match="第 17 题"):
        checked([*[1] * 16, wrong, *[1] * 73])


@pytest.mark.parametrize("count", [0, 89, 91])
def test_short_and_long_vectors_are_refused(count: int) -> None:
    with pytest.raises(refusals.AnswersMissing, match=f"现有 {count} 题"):
        checked([1] * count)


def test_what_is_no_list_is_refused() -> None:
    for wrong in ("1" * ITEMS, None, {"1": 1}):
        with pytest.raises(refusals.AnswersMissing):
            checked(wrong)


@pytest.mark.clause("T40")
def test_a_policy_of_another_way_to_count_is_not_taken_for_ours() -> None:
    assert policy_of(json.loads(json.dumps(SIGNED.told()))) == SIGNED
    with pytest.raises(ValueError, match="mean"):
        policy_of({**PLAIN.told(), "score": "mean"})


def test_doubts_about_the_answers_are_told_and_never_lower_the_band() -> None:
    told = [4] * ITEMS
    assert flags(told, 60, least_seconds=180) == (
        "全部题目选了同一个答案", "作答不足 180 秒",
    )  # fmt: skip
    assert flags(answers(i3=2), 180, least_seconds=180) == ()
    assert score(told, PLAIN).band == Band.RED
