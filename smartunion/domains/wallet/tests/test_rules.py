"""The subsidy rule, the split of refunds and the payment code, without a database."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartunion.domains.wallet import rules
from smartunion.kernel.base.days import CAMPUS

TERMS = rules.terms_of(
    {
        "allotment_fen": 200_00, "rate_num": 6, "rate_den": 5, "cap_fen": 240_00,
        "burst_count": 3, "burst_minutes": 30, "code_seconds": 60, "appeal_working_days": 1,
        "heatmap_min_payers": 5, "clock_skew_seconds": 300, "future_minutes": 5,
        "refund_days": 365, "deposit_fen": 20_000_00, "subsidy_base": "ECNY_ONLY",
        "settlement_mode": "ON_TOP", "trial_from": "2025-02-01", "trial_until": "2025-02-28",
        "launch_on": "2025-03-01", "allotment_fund_source": "welfare_quota",
        "budget_subsidy": "b", "subsidy_source": "school", "budget_allotment": "a",
    }
)  # fmt: skip
KEY = b"k" * 32
NOON = datetime(2025, 3, 10, 12, tzinfo=CAMPUS)


@pytest.mark.clause("3.1-1")
@pytest.mark.clause("R044")
@pytest.mark.clause("R045")
def test_the_full_quota_earns_exactly_the_cap() -> None:
    assert rules.subsidy_fen(200_00, TERMS) == 240_00
    assert rules.subsidy_fen(200_01, TERMS) == 240_00
    assert rules.subsidy_fen(1, TERMS) == 1


nets = st.lists(st.integers(0, 150_00), max_size=12)


@pytest.mark.clause("T04")
@given(nets)
def test_shares_sum_to_the_months_subsidy_and_none_passes_the_rate(month: list[int]) -> None:
    shares = rules.attribution(month, TERMS)
    assert sum(shares) == rules.subsidy_fen(sum(month), TERMS)
    assert sum(rules.attribution(sorted(month), TERMS)) == sum(shares), "order never pays"
    for net, share in zip(month, shares, strict=True):
        assert 0 <= 5 * share <= 6 * net + 4
        assert net or not share


@pytest.mark.clause("R048")
@given(st.integers(0, 50_000), st.integers(0, 50_000), st.lists(st.integers(1, 20_000), max_size=8))
def test_refunds_in_any_pieces_give_back_exactly_both_legs(ecny, points, pieces) -> None:
    total = ecny + points
    done, legs = 0, (0, 0)
    for piece in [*pieces, total]:
        done = min(done + piece, total)
        if not total:
            return
        now = rules.split_back(total, points, done)
        assert now[0] >= legs[0]
        assert now[1] >= legs[1]
        legs = now
    assert legs == (ecny, points)


@pytest.mark.clause("R043")
def test_a_code_is_18_digits_that_only_the_house_can_make() -> None:
    code = rules.code_of(123, rules.counter_at(NOON), KEY)
    assert len(code) == 18
    assert code.isdigit()
    found = rules.read_code(code, NOON + timedelta(seconds=59), KEY)
    assert found == (123, rules.counter_at(NOON))
    assert rules.read_code(code, NOON, b"x" * 32) is None
    assert rules.read_code(code, NOON + timedelta(minutes=17), KEY) is None
    for wrong in ("", code[:-1], code + "0", "٣" * 18, "-" + code[1:]):
        assert rules.read_code(wrong, NOON, KEY) is None


@given(st.integers(0, 17), st.integers(1, 9))
def test_no_digit_of_a_code_can_be_changed(place: int, by: int) -> None:
    code = rules.code_of(123, rules.counter_at(NOON), KEY)
    other = code[:place] + str((int(code[place]) + by) % 10) + code[place + 1 :]
    assert rules.read_code(other, NOON, KEY) is None


def test_a_missing_number_is_never_guessed() -> None:
    with pytest.raises(KeyError):
        rules.terms_of({"allotment_fen": 1})
