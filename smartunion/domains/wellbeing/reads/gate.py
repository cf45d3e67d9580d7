"""What stands and what is missing before a campaign may open (6, R112, R114)."""

from collections.abc import Callable, Sequence
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

from . import asked, caring, instrument
from .figures import Terms

NAMED = 3
"""How many places a sentence names before it counts them."""

LastDrill = Callable[[datetime], datetime | None]
"""When the last drill was passed; given by whoever has drills."""


def checks(
    campaign: Campaign, *, terms: Terms, at: datetime, last_drill: LastDrill | None = None
) -> list[Check]:
    """Return every condition of the gate, in the order in which they are put right."""
    units = list(campaign.units.order_by("code"))
    found = [
        _roster(units, terms, at),
        _hotline(at),
        _centre(at),
        _text(),
        _volume(expected(campaign, terms=terms, at=at)),
        _window(campaign, at),
    ]
    if last_drill is not None:
        found.insert(2, _drill(last_drill(at), terms, at))
    return found


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
        "到值守排班补齐联系人和全校各岗",
    )  # fmt: skip


def _hotline(at: datetime) -> Check:
    number = duty.hotline(at=at)
    return Check("校内热线", bool(number), number or "还没有登记真实号码", "到值守排班登记热线")


def _drill(passed_at: datetime | None, terms: Terms, at: datetime) -> Check:
    ok = passed_at is not None and passed_at >= at - timedelta(days=terms.drill_days)
    told = f"最近一次通过是 {campus_day(passed_at)}" if passed_at else "还没有通过的演练"
    return Check("演练", ok, told, f"先通过一次演练（{terms.drill_days} 日内有效）")


def _centre(at: datetime) -> Check:
    on = campus_day(at)
    there = bool(holders("psychology_head", on=on)) and bool(holders("psychologist", on=on))
    return Check(
        "心理中心", there, "负责人和专业人员都在岗" if there else "负责人或专业人员空缺", "先任命"
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
