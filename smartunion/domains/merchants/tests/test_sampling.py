"""The call-back sample as anybody may compute it again."""

import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartunion.domains.merchants.rules import sampling

numbers = st.lists(st.integers(0, 10**6).map("P-0310-{:05}".format), min_size=1, unique=True)
populations = st.dictionaries(st.integers(1, 41).map("M{:02}".format), numbers, max_size=6)


@pytest.mark.clause("T58")
@given(populations, st.text(min_size=1), st.integers(1, 100))
def test_each_merchant_gives_its_share_rounded_up_and_the_order_of_rows_changes_nothing(
    sold: dict[str, list[str]], seed: str, percent: int
) -> None:
    drawn = sampling.draw(sold, seed, percent)
    assert set(drawn) == set(sold)
    for merchant, of_merchant in sold.items():
        share = drawn[merchant]
        assert len(share) == len(set(share)) == max(1, -(-len(of_merchant) * percent // 100))
        assert set(share) <= set(of_merchant)
    backwards = {merchant: rows[::-1] for merchant, rows in reversed(sold.items())}
    assert sampling.draw(backwards, seed, percent) == drawn
    assert sum(map(len, drawn.values())) * 100 >= sum(map(len, sold.values())) * percent


@given(numbers, st.text(min_size=1))
def test_who_was_not_reached_is_followed_by_the_next_until_nobody_is_left(
    rows: list[str], seed: str
) -> None:
    drawn: list[str] = []
    while (one := sampling.next_of(rows, drawn, seed)) is not None:
        drawn.append(one)
    assert drawn == sampling.order(rows, seed)
    assert sampling.draw({"M01": rows}, seed, 5)["M01"] == drawn[: -(-len(rows) // 20)]


def test_the_seed_is_the_hash_of_month_and_block() -> None:
    block = "ab" * 32
    assert (
        sampling.seed_of(date(2025, 3, 1), block)
        == hashlib.sha256(b"202503" + block.encode()).hexdigest()
    )
