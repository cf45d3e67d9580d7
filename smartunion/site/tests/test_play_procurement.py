"""The year of buying, lived without the shops beside it."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from smartunion.domains.planning import public as planning
from smartunion.domains.procurement.models import Clearing, Purchase, Tender
from smartunion.domains.procurement.reads import desk
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.ledger import actions as ledger
from smartunion.kernel.procedures.models import StepRun
from smartunion.site import audits
from smartunion.site.org import founding
from smartunion.site.play.campus import gather
from smartunion.site.play.procurement import Procurement

pytestmark = pytest.mark.django_db

FIRST = datetime(2025, 1, 2, 8, 30, tzinfo=CAMPUS)
SCENE = datetime(2025, 12, 19, 10, 41, tzinfo=CAMPUS)
Deed = tuple[datetime, int, Callable[[datetime], None]]


def test_a_year_of_buying_has_everything_that_the_plan_fears() -> None:
    founding.found(year=2025, people=40, seed=7, at=FIRST)
    planning.import_year(year=2025, by=None, at=FIRST, because="test")
    ledger.load_chart(at=FIRST)
    diary: list[Deed] = []
    campus = gather(seed=7, year=2025, tills={})
    Procurement(campus, lambda at, do: diary.append((at, len(diary), do)), SCENE).plan()
    refused = []
    for at, _, do in sorted(diary, key=lambda deed: deed[:2]):
        if at <= SCENE:
            try:
                do(at)
            except Refused as no:
                refused.append(f"{at} {no.code}: {no}")
    assert refused == []
    rows = {row.title: row for row in desk.rows(at=SCENE)}
    assert rows["六一关爱礼包"].stage == "办结"
    assert rows["托育食品安全快检设备"].method_words == "竞争性谈判（由单一来源转）"
    assert rows["托育食品安全快检设备"].stage == "办结"
    assert rows["流感防护物资"].stage == "办结"
    assert rows["重阳节退休教职工慰问"].stage == "办结"
    assert Tender.objects.filter(state=Tender.State.FAILED).count() == 1
    assert "合计 104,000.00 元" in rows["文体活动保障用品（二）"].split
    held = Clearing.objects.get(tender__purchase__title="元旦慰问品")
    assert {"F2", "F3"} <= {flag["code"] for flag in held.result["flags"]}
    assert rows["元旦慰问品"].stage == "三方报价"
    late = StepRun.objects.filter(late=True, case__in=Purchase.objects.values("case"))
    assert set(late.values_list("step", flat=True)) == {"gathered", "inspected", "quoted"}
    june = Purchase.objects.get(title="六一关爱礼包")
    assert june.case.closed_at is not None
    assert june.case.closed_at.date() < date(2025, 5, 10)
    assert [a.id for a in audits.all_of_them(at=SCENE) if a.id[0] in "CL" and a.offenders()] == []
