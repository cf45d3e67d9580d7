"""The played year's coupons by themselves: issued, taken, paid, over; to the fen, and only once."""

from datetime import date, datetime
from typing import Any

import pytest

from smartunion.domains.coupons.models import Coupon, Redemption, VenuePayout
from smartunion.domains.coupons.reads import coupons
from smartunion.domains.coupons.reads.audits import AUDITS
from smartunion.domains.planning import public as planning
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.ledger.models import Transfer
from smartunion.kernel.trail.models import Entry
from smartunion.site.org import founding
from smartunion.site.play.campus import gather, open_shops
from smartunion.site.play.coupons import Coupons

FIRST = datetime(2025, 1, 2, 8, 30, tzinfo=CAMPUS)


@pytest.mark.clause("R142")
@pytest.mark.clause("R176")
def test_a_year_of_coupons_is_lived_by_the_real_actions(db: None) -> None:
    founding.found(year=2025, people=60, seed=7, at=FIRST)
    planning.import_year(year=2025, by=None, at=FIRST, because="test")
    tills = open_shops(day=date(2025, 1, 13), deposit_fen=20_000_00)

    def live() -> tuple[int, ...]:
        diary: list[tuple[datetime, int, Any]] = []
        campus = gather(seed=7, year=2025, tills=tills)
        Coupons(campus, lambda at, do: diary.append((at, len(diary), do))).plan()
        for at, _, do in sorted(diary, key=lambda one: one[:2]):
            do(at)
        tables = (Coupon, Redemption, VenuePayout, Transfer, Entry)
        return tuple(one.objects.count() for one in tables)

    first = live()
    sport, research = coupons.totals(2025)
    assert (sport.count, sport.face_fen, sport.redeemed_fen, sport.expired_fen) == (
        8, 400_00, 210_00, 105_00,
    )  # fmt: skip
    assert (research.count, research.redeemed_fen, research.left_fen) == (3, 16_420_00, 13_580_00)
    assert [(one.name, one.fen) for one in coupons.owed()] == [("游泳馆", 65_00)]
    assert [row for one in AUDITS for row in one.offenders()] == []
    assert live() == first
