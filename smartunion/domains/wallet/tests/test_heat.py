"""The heat map mutes a cell by its payers, however they are counted."""

from datetime import timedelta

import pytest

from smartunion.domains.wallet.actions import deciding, folding
from smartunion.domains.wallet.models import Freezing, HalfHour
from smartunion.domains.wallet.reads import overview
from smartunion.domains.wallet.reads.audits import audits_on

from .conftest import NOON, Campus, until_all_is_over

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


@pytest.mark.django_db(transaction=True)
def test_the_fold_keeps_the_half_hours_and_the_rest_is_counted_beside_them(campus: Campus) -> None:
    """Folded, not yet folded, released after a freeze, given up: each counts once or not at all."""
    people = [campus.member(f"h{n}", 100_00) for n in range(5)]
    wang = campus.member("wang").owner
    day, expected = NOON.date(), [("商户M01", 24, 5), ("商户M01", 27, None)]

    def shown() -> list[tuple[str, int, int | None]]:
        return [(each.merchant, each.slot, each.count) for each in overview.heat_cells(day)]

    for each in people[:3]:
        campus.pay(each, 5_00, at=NOON + timedelta(minutes=2))
    until_all_is_over()
    folding.fold(at=NOON + timedelta(minutes=5))
    assert HalfHour.objects.get().count == 3
    for each in people[3:]:
        campus.pay(each, 5_00, at=NOON + timedelta(minutes=20))
    for minute in (91, 92):
        campus.pay(people[4], 5_00, at=NOON + timedelta(minutes=minute))
    held = campus.pay(people[4], 5_00, at=NOON + timedelta(minutes=93))
    assert held.status == "H"
    assert shown() == expected
    until_all_is_over()
    folding.fold(at=NOON + timedelta(minutes=100))
    assert shown() == expected
    freezing = Freezing.objects.get()
    later = NOON + timedelta(minutes=120)
    deciding.release(freezing_id=freezing.pk, by=wang, at=later, because="属实")
    until_all_is_over()
    folding.fold(at=later)
    assert shown() == expected
    kept = HalfHour.objects.order_by("begins_at").values_list("count", flat=True)
    assert list(kept) == [5, 3]
    HalfHour.objects.filter(count=3).update(count=2)
    watch = next(a for a in audits_on(day) if a.id == "L11")
    assert [what for _, what in watch.offenders()] == ["kept 2, payments 3"]
    HalfHour.objects.filter(count=2).update(count=3)
