"""What stands and what is missing before a campaign may open (6, R112, R114)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from smartunion.domains.wellbeing.models import Campaign
from smartunion.domains.wellbeing.rules.forecast import Capacity, Forecast, cap_of, forecast
from smartunion.domains.wellbeing.rules.gate import Check
from smartunion.domains.wellbeing.rules.refusals import TextWrong
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.duty import reads as duty
from smartunion.kernel.people.models import Unit
from smartunion.kernel.people.reads import holders
from smartunion.kernel.response import drills

from . import asked, caring, instrument
from .figures import Terms

ALARM = "crisis.red"
"""The protocol of the alarm that a red result raises."""

NAMED = 3
"""How many places a sentence names before it counts them."""


def checks(campaign: Campaign, *, terms: Terms, at: datetime) -> list[Check]:
    """Return every condition of the gate, in the order in which they are put right."""
    units = list(campaign.units.order_by("code"))
    return [
        _roster(units, terms, at),
        _hotline(at),
        _drill(last_drill(at), terms, at),
        _centre(at),
        _text(),
        _volume(expected(campaign, terms=terms, at=at)),
        _window(campaign, at),
    ]


def last_drill(at: datetime) -> datetime | None:
    """Return when the newest drill of the red alarm was passed by a moment.

    Passed is settled within its whole limit; one that the patrol holds by itself is none, nor one
    of another emergency.
    """
    passed = drills.held().filter(protocol=ALARM, run__settled_at__lte=at, run__breached_at=None)
    newest = passed.order_by("-run__settled_at").first()
    return newest.run.settled_at if newest and newest.run else None


def expected(campaign: Campaign, *, terms: Terms, at: datetime) -> Forecast:
    """Return what the campaign will bring, against what people can do."""
    units = list(campaign.units.values_list("pk", flat=True))
    return forecast(
        invited=asked.to_invite(campaign, at=at).count(),
        cap=campaign.cap,
        capacity=capacity_of(units, terms=terms, at=at),
        shares=terms.shares,
    )


def capacity_of(units: Sequence[int], *, terms: Terms, at: datetime) -> Capacity:
    """Return what the officers of units and the centre can do on one day."""
    return Capacity(
        officers=caring.count_officers(units, terms, at),
        talks_each=terms.talks_each,
        psychologists=caring.count_psychologists(at),
        assessments_each=terms.assessments_each,
    )


def highest_cap(capacity: Capacity, terms: Terms) -> int:
    """Return how many may be asked on a day by what people can do (R102, R104)."""
    return cap_of(capacity, terms.shares)


def _roster(units: Sequence[Unit], terms: Terms, at: datetime) -> Check:
    gaps = duty.gaps(since=at, until=at + timedelta(hours=terms.gate_hours), units=units)
    places = list(dict.fromkeys(gap.unit.name if gap.unit else "全校" for gap in gaps))
    told = f"今后 {terms.gate_hours} 小时缺 {len(gaps)} 班：{'、'.join(places[:NAMED])}" + (
        f"等 {len(places)} 处" if len(places) > NAMED else ""
    )
    return Check(
        "值守排满", not gaps, told if gaps else f"今后 {terms.gate_hours} 小时无缺口",
        "到值班表补齐联系人和全校各岗",
    )  # fmt: skip


def _hotline(at: datetime) -> Check:
    number = duty.hotline(at=at)
    return Check("校内热线", bool(number), number or "还没有登记真实号码", "到值班表登记热线")


def _drill(passed_at: datetime | None, terms: Terms, at: datetime) -> Check:
    ok = passed_at is not None and passed_at >= at - timedelta(days=terms.drill_days)
    told = f"还没有通过的演练，须在 {terms.drill_days} 日内通过一次"
    if passed_at is not None:
        old = (campus_day(at) - campus_day(passed_at)).days
        on = f"{campus_day(passed_at):%-m月%-d日}"
        told = f"最近一次通过是 {on}，{old} 日前；{terms.drill_days} 日内有效"
    return Check("演练", ok, told, "到应急演练下达一次红色预警演练，在总时限内完成")


def _centre(at: datetime) -> Check:
    on = campus_day(at)
    there = bool(holders("psychology_head", on=on)) and bool(holders("psychologist", on=on))
    return Check(
        "心理中心",
        there,
        "负责人和专业人员都在岗" if there else "负责人或专业人员空缺",
        "先任命心理中心负责人和专业人员",
    )


def _text() -> Check:
    try:
        text = instrument.text()
    except TextWrong as no:
        return Check("题目文字", False, str(no), no.remedy)
    if text.is_stand_in and not settings.DEMONSTRATION:
        return Check(
            "题目文字", False, "只有占位文字，没有授权题目", "请系统管理员接入授权题目文件"
        )
    told = "占位文字（演示）" if text.is_stand_in else f"授权版本 {text.version}"
    return Check("题目文字", True, told)


def _volume(found: Forecast) -> Check:
    told = f"每日上限 {found.cap} 人，按人力至多 {found.most} 人"
    return Check("谈心人力", found.fits and found.invited > 0, told, f"把每日上限降到 {found.most}")


def _window(campaign: Campaign, at: datetime) -> Check:
    over = campaign.closes_on < campus_day(at)
    told = f"{campaign.opens_on} 至 {campaign.closes_on}" + ("，已经过去" if over else "")
    return Check("时间", not over, told, "另建一期")
