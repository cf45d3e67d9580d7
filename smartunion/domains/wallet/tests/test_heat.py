"""The heat map mutes a cell by its payers, however they are counted."""

from datetime import timedelta

import pytest

from smartunion.domains.wallet.reads import overview

from .conftest import NOON, Campus

pytestmark = pytest.mark.django_db


@pytest.mark.clause("T59")
def test_payers_are_told_apart_also_where_their_wallets_share_a_bit(
    campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five payers are shown, four with six purchases are not; with one bit for all the same."""
    people = [campus.member(f"m{n}", 100_00) for n in range(5)]
    for each in people:
        campus.pay(each, 5_00, at=NOON + timedelta(minutes=2))
    for n, each in enumerate([*people[:4], *people[:2]]):
        campus.pay(each, 5_00, at=NOON + timedelta(minutes=60 + n))
    campus.pay(people[0], 5_00, campus.shop("M02"), at=NOON + timedelta(hours=3))
    expected = [("商户M01", 24, 5), ("商户M01", 26, None), ("商户M02", 30, None)]
    for bits in (63, 1):
        monkeypatch.setattr(overview, "BITS", bits)
        cells = overview.heat_cells(NOON.date())
        assert [(each.merchant, each.slot, each.count) for each in cells] == expected
