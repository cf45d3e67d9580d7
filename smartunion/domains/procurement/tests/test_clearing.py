"""Clearing: the worked examples of the method, the collusion patterns, the properties."""

import random
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartunion.domains.procurement.rules.clearing import (
    Band,
    Cleared,
    Form,
    Offer,
    Out,
    Outcome,
    Parameters,
    clear,
    draw,
)
from smartunion.domains.procurement.rules.flags import Buy, Flag, Link, Past, flags, splits

CEILING = 150_000_00
PARAMETERS = Parameters(CEILING)


def offers(**thousands: float) -> list[Offer]:
    """Return quotes written in thousands of yuan."""
    return [Offer(s, round(k * 1000_00), f"{n:064x}") for n, (s, k) in enumerate(thousands.items())]


def cleared(parameters: Parameters = PARAMETERS, /, **thousands: float) -> Cleared:
    return clear(offers(**thousands), parameters)


def codes(**thousands: float) -> set[str]:
    found = clear(offers(**thousands), PARAMETERS)
    return {flag.code for flag in flags(found, PARAMETERS, offers=offers(**thousands))}


def yuan(exact: Fraction | None) -> Fraction:
    assert exact is not None
    return exact / 100


# ---------- the worked examples ----------


@pytest.mark.clause("R035")
def test_example_1_five_quotes_and_one_far_above() -> None:
    """92, 98, 101, 103, 146: A1 108 000, A2 98 500, band 78 800–118 200, E is HIGH, A wins."""
    result = cleared(A=92, B=98, C=101, D=103, E=146)
    assert yuan(result.first_mean) == 108_000
    assert yuan(result.second_mean) == 98_500
    assert result.second_of == ("A", "B", "C", "D")
    assert (yuan(result.low), yuan(result.high)) == (78_800, 118_200)
    assert result.bands == {**dict.fromkeys("ABCD", Band.IN), "E": Band.HIGH}
    assert result.candidate == Offer("A", 92_000_00, f"{0:064x}")


@pytest.mark.clause("R035")
def test_example_5_three_quotes() -> None:
    result = cleared(A=92, B=98, C=146)
    assert (yuan(result.first_mean), yuan(result.second_mean)) == (112_000, 95_000)
    assert (yuan(result.low), yuan(result.high)) == (76_000, 114_000)
    assert result.candidate is not None
    assert result.candidate.supplier == "A"


@pytest.mark.clause("T68")
def test_the_two_forms_of_the_plans_words_differ_and_both_are_kept() -> None:
    """90, 95, 130: form A 92.5, form B 97.5, as the trap says."""
    form_b = Parameters(CEILING, Form.B)
    assert yuan(cleared(A=90, B=95, C=130).second_mean) == 92_500
    assert yuan(cleared(form_b, A=90, B=95, C=130).second_mean) == 97_500


def test_an_uneven_mean_stays_a_fraction() -> None:
    result = cleared(H=90, W=117, X=118, Y=119, Z=120)
    assert yuan(result.second_mean) == Fraction(325_000, 3)
    assert f"{float(yuan(result.second_mean)):.0f}" == "108333"


# ---------- the patterns ----------


@pytest.mark.clause("R034")
def test_pattern_cover_ring_against_an_honest_quote() -> None:
    result = cleared(H=90, W=117, X=118, Y=119, Z=120)
    assert result.candidate is not None
    assert result.candidate.supplier == "H"
    found = {f.code: f for f in flags(result, PARAMETERS)}
    assert "20.9" in found["F4"].seen


@pytest.mark.clause("T68")
def test_pattern_one_sacrifice_is_asked_to_explain_and_is_not_thrown_out() -> None:
    quotes = {"S": 60, "H": 95, "W": 99, "X": 140, "Y": 141}
    result = cleared(**quotes)
    assert result.bands is not None
    assert result.bands["S"] is Band.LOW
    assert result.waiting == ("S",)
    assert result.candidate is not None
    assert result.candidate.supplier == "H"
    assert {"F4", "F5"} <= codes(**quotes)


def test_pattern_two_sacrifices_must_deliver_or_be_counted_anew() -> None:
    quotes = {"S": 60, "T": 61, "H": 95, "W": 99, "X": 140}
    result = cleared(**quotes)
    assert yuan(result.second_mean) == 72_000
    assert result.candidate is not None
    assert result.candidate.supplier == "S"
    assert "F5" in codes(**quotes)
    gone = {"S": Out.WITHDRAWN, "T": Out.LINKED}
    again = clear(offers(**quotes), PARAMETERS, out=gone)
    assert again.candidate is not None
    assert again.candidate.supplier == "H"


def test_pattern_arithmetic_ladder() -> None:
    assert {"F2", "F3"} <= codes(A=96, B=97, C=98, D=99)
    result = cleared(A=96, B=97, C=98, D=99)
    seen = {f.code: f.seen for f in flags(result, PARAMETERS)}
    assert "1.3%" in seen["F3"]
    assert "1,000.00" in seen["F2"]


def test_pattern_geometric_ladder() -> None:
    names = {f.name for f in flags(cleared(A=80, B=88, C=96.8, D=106.48), PARAMETERS)}
    assert "等比报价" in names


@pytest.mark.clause("T68")
def test_pattern_high_shields_and_the_explanation_that_restores_the_honest_low_price() -> None:
    quotes = {"H": 80, "W": 104, "X": 130, "Y": 131, "Z": 132}
    result = cleared(**quotes)
    assert result.bands is not None
    assert result.bands["H"] is Band.LOW
    assert result.candidate is not None
    assert result.candidate.supplier == "W"
    assert {"F4", "F5"} <= codes(**quotes)
    restored = clear(offers(**quotes), PARAMETERS, explained={"H"})
    assert restored.candidate is not None
    assert restored.candidate.supplier == "H"
    assert restored.waiting == ()


def test_pattern_split_market_has_no_candidate() -> None:
    result = cleared(A=10, B=100, C=105)
    assert result.outcome is Outcome.NO_CANDIDATE
    assert result.candidate is None


# ---------- who counts ----------


@pytest.mark.clause("R036")
def test_two_quotes_are_never_cleared() -> None:
    result = cleared(A=92, B=98)
    assert result.outcome is Outcome.FAILED
    assert result.candidate is None


@pytest.mark.clause("R036")
def test_three_quotes_of_which_two_are_linked_are_two() -> None:
    result = clear(offers(A=92, B=98, C=99), PARAMETERS, out={"C": Out.LINKED})
    assert result.outcome is Outcome.FAILED


def test_a_price_at_the_ceiling_counts_and_one_fen_more_does_not() -> None:
    quotes = [*offers(A=140, B=145), Offer("C", CEILING)]
    assert clear(quotes, PARAMETERS).outcome is Outcome.CANDIDATE
    over = clear([*quotes[:2], Offer("C", CEILING + 1)], PARAMETERS)
    assert over.outcome is Outcome.FAILED
    assert over.out["C"] is Out.OVER_CEILING


def test_prices_on_the_limits_of_the_band_are_inside() -> None:
    """A2 is 100 exactly: 120.00 is IN and 120.01 HIGH; 80.00 is IN and 79.99 is LOW."""
    for prices, supplier, band in (
        ([96_00, 104_00, 100_00, 120_00], "s3", Band.IN),
        ([96_00, 104_00, 100_00, 120_01], "s3", Band.HIGH),
        ([80_00, 110_00, 110_00, 140_00], "s0", Band.IN),
        ([79_99, 110_00, 110_00, 140_01], "s0", Band.LOW),
    ):
        result = clear(named(prices), PARAMETERS)
        assert result.bands is not None
        assert result.bands[supplier] is band, prices


def test_the_draw_between_equal_prices_follows_the_commitments_and_can_be_redone() -> None:
    quotes = [Offer("A", 90_00, "a" * 64), Offer("B", 90_00, "b" * 64), Offer("C", 95_00, "c" * 64)]
    first = clear(quotes, PARAMETERS, tender="CG2025-001")
    assert first.drawn_from == ("A", "B")
    assert first.candidate is not None
    number = draw("CG2025-001", ["b" * 64, "a" * 64])
    assert first.candidate.supplier == ("A", "B")[number]
    winners = {
        clear(quotes, PARAMETERS, tender=f"CG2025-{n:03}").candidate.supplier for n in range(40)
    }
    assert winners == {"A", "B"}


# ---------- more flags ----------


def test_f1_identical_prices() -> None:
    assert "F1" in codes(A=92, B=92, C=98)


def test_f2_unit_prices_in_a_constant_ratio() -> None:
    result = cleared(A=92, B=98, C=101)
    items = {
        "A": {"糕点": 1000, "牛奶": 2000, "绘本": 3000, "包装": 500},
        "B": {"糕点": 1070, "牛奶": 2140, "绘本": 3210, "包装": 535},
        "C": {"糕点": 1200, "牛奶": 1900, "绘本": 3300, "包装": 480},
    }
    found = [f for f in flags(result, PARAMETERS, items=items) if f.code == "F2"]
    assert [f.suppliers for f in found] == [("A", "B")]


def test_f6_a_lower_price_that_was_put_out() -> None:
    quotes = offers(S=60, H=95, W=99, X=140, Y=141)
    result = clear(quotes, PARAMETERS, unexplained={"S"})
    assert any(
        f.code == "F6" and f.suppliers == ("S",)
        for f in flags(result, PARAMETERS, unexplained=frozenset("S"))
    )


def test_f7_names_what_is_shared() -> None:
    link = Link("收款账户", "6222…01", ("A", "B"))
    found = flags(cleared(A=92, B=98, C=101), PARAMETERS, links=[link])
    assert Flag("F7", "身份关联", "收款账户相同：6222…01", ("A", "B")) in found


def test_f8_the_same_set_takes_turns_four_times() -> None:
    same = frozenset("ABC")
    turns = [Past(same, w) for w in "ABCA"]
    assert any(f.code == "F8" for f in flags(cleared(A=92, B=98, C=101), PARAMETERS, past=turns))
    assert not any(
        f.code == "F8" for f in flags(cleared(A=92, B=98, C=101), PARAMETERS, past=turns[:3])
    )


def test_an_ordinary_tender_has_no_flag() -> None:
    """Four quotes as honest shops make them: the F-rules keep silent."""
    quotes = {"A": 92, "B": 95.3, "C": 101.8, "D": 103.1}
    assert codes(**quotes) <= {"F4", "F5"}
    assert codes(A=92, B=95.3, C=104.8) == set()


def buy(number: str, fen: int, day: int, unit: str = "C1", supplier: str = "S1") -> Buy:
    return Buy(number, "慰问品", unit, supplier, fen, date(2025, 9, day))


@pytest.mark.clause("R215")
def test_f9_two_purchases_below_the_limit_that_reach_it_together() -> None:
    near = [buy("1", 60_000_00, 1), buy("2", 40_000_00, 30)]
    (found,) = splits(near, limit_fen=100_000_00, days=30)
    assert found.code == "F9"
    assert found.suppliers == ("1", "2")
    assert "100,000.00" in found.seen
    a_fen_short = [buy("1", 60_000_00, 1), buy("2", 39_999_99, 30)]
    assert splits(a_fen_short, limit_fen=100_000_00, days=30) == ()
    other_shops = [buy("1", 60_000_00, 1, "C1", "S1"), buy("2", 40_000_00, 2, "C2", "S2")]
    assert splits(other_shops, limit_fen=100_000_00, days=30) == ()
    far = [buy("1", 60_000_00, 1), Buy("2", "慰问品", "C1", "S1", 40_000_00, date(2025, 10, 2))]
    assert splits(far, limit_fen=100_000_00, days=30) == ()
    one_large = [buy("1", 60_000_00, 1), buy("2", 100_000_00, 2)]
    assert splits(one_large, limit_fen=100_000_00, days=30) == ()


# ---------- what holds of every tender ----------

PRICES = st.lists(st.integers(1, 10**7), min_size=3, max_size=9)


def named(prices: list[int]) -> list[Offer]:
    return [Offer(f"s{n}", price, f"{n:064x}") for n, price in enumerate(prices)]


@settings(max_examples=300, deadline=None)
@given(PRICES, st.randoms(use_true_random=False), st.sampled_from(Form))
def test_the_order_of_the_quotes_never_matters(
    prices: list[int], luck: random.Random, form: Form
) -> None:
    parameters = Parameters(10**7, form)
    quotes = named(prices)
    shuffled = quotes[:]
    luck.shuffle(shuffled)
    assert clear(quotes, parameters) == clear(shuffled, parameters)


@settings(max_examples=300, deadline=None)
@given(PRICES, st.integers(2, 50), st.sampled_from(Form))
def test_the_unit_of_money_never_matters(prices: list[int], times: int, form: Form) -> None:
    small = clear(named(prices), Parameters(10**7, form))
    large = clear(named([p * times for p in prices]), Parameters(10**7 * times, form))
    assert small.bands == large.bands
    assert (small.candidate is None) == (large.candidate is None)
    if small.candidate and large.candidate:
        assert small.candidate.supplier == large.candidate.supplier


@settings(max_examples=300, deadline=None)
@given(PRICES, st.sampled_from(Form))
def test_a_candidate_is_the_lowest_inside_the_band(prices: list[int], form: Form) -> None:
    result = clear(named(prices), Parameters(10**7, form))
    assert result.bands is not None
    assert result.high is not None
    assert result.low is not None
    assert min(prices) <= result.high
    if result.candidate:
        assert result.low <= result.candidate.price_fen <= result.high
        inside = [p for n, p in enumerate(prices) if result.bands[f"s{n}"] is Band.IN]
        assert result.candidate.price_fen == min(inside)


@settings(max_examples=200, deadline=None)
@given(PRICES)
def test_flags_never_change_the_outcome(prices: list[int]) -> None:
    quotes = named(prices)
    result = clear(quotes, Parameters(10**7))
    before = (result.outcome, result.candidate)
    flags(result, Parameters(10**7), offers=quotes)
    assert (result.outcome, result.candidate) == before
