"""The shop's measures: K07 monthly active, K13 over the cap, K22 call-backs."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from smartunion.domains.merchants import public as merchants
from smartunion.domains.performance.rules.counting import Kind, Row, Tally
from smartunion.domains.performance.rules.periods import Period
from smartunion.domains.planning import public as planning
from smartunion.domains.wallet import public as wallet

from .measures import Column, Measure

NOT_OPEN = "福利商城 {day} 开放，本账期之前没有消费"
TRIAL = "试运行期间不计；正式上线的那个月起计"


def _day(terms: Any, key: str) -> date:
    value = terms[key]
    return value if isinstance(value, date) else date.fromisoformat(value)


def after_opening(period: Period, on: date) -> str:
    """Return why a period before the shop's opening does not count."""
    opens = _day(planning.terms("wallet", on=on), "allotment_opens_on")
    return NOT_OPEN.format(day=opens.isoformat()) if period.until <= opens else ""


def after_trial(period: Period, on: date) -> str:
    """Return why a period before the launch does not count: in the trial nobody is called."""
    launch = _day(planning.terms("wallet", on=on), "launch_on")
    return TRIAL if period.until <= launch else ""


def active_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per member in the register: hit when the member bought something that stayed."""
    return [
        Row(
            key=f"{m.person_id}",
            cells=(m.username, m.name, m.unit, m.payments, m.spent_fen),
            hit=m.payments > 0,
        )
        for m in wallet.monthly_active(period.first)
    ]


def active_tally(period: Period, on: date) -> Tally:
    """Return the same, counted by the database."""
    active, members = wallet.monthly_active_count(period.first)
    return Tally(Kind.SHARE, active, members, members, active)


def capped_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per wallet that earned a subsidy in the month: hit when past the cap."""
    return [
        Row(
            key=f"{w.person_id}",
            cells=(w.username, w.name, w.unit, w.subsidy_fen, w.cap_fen),
            hit=w.subsidy_fen > w.cap_fen,
        )
        for w in wallet.subsidies(period.first)
    ]


def capped_tally(period: Period, on: date) -> Tally:
    """Return the same, counted by the database."""
    over, wallets = wallet.over_cap_count(period.first)
    return Tally(Kind.COUNT, over, wallets, wallets, over)


def called_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per payment of the month: hit when its payer was spoken with."""
    called = merchants.called_back(period.first)
    return [
        Row(
            key=f"{p.id}",
            cells=(p.number, p.merchant, p.at.isoformat(), p.fen),
            hit=p.id in called,
            link=f"/wallet/desk/payments/{p.id}/",
        )
        for p in wallet.sales_of_month(period.first)
    ]


def called_tally(period: Period, on: date) -> Tally:
    """Return the same, counted by the database."""
    payments, called = wallet.sale_count(period.first), len(merchants.called_back(period.first))
    return Tally(Kind.SHARE, called, payments, payments, called)


PERSON = (Column("工号"), Column("姓名"), Column("单位"))

ACTIVE = Measure(
    code="K07",
    version=1,
    kind=Kind.SHARE,
    counted="当月有消费的在册会员",
    of="在册会员",
    noun="人",
    columns=(*PERSON, Column("笔数", "number"), Column("消费（元）", "yuan")),
    rows=active_rows,
    quick=active_tally,
    gate=after_opening,
    personal=True,
    hit=("ok", "有消费"),
    miss=("na", "无消费"),
    how="一人一行；当月至少有一笔没有全额退款的消费即计入分子，在册即计入分母。",
    source="福利商城付款、人员名册",
    terms=(
        ("wallet", "active_definition", "活跃的定义"),
        ("wallet", "allotment_opens_on", "开放划拨日"),
    ),
)
OVER_CAP = Measure(
    code="K13",
    version=1,
    kind=Kind.COUNT,
    counted="Σ 当月补贴超过上限的人",
    of="",
    noun="人",
    columns=(*PERSON, Column("当月补贴（元）", "yuan"), Column("上限（元）", "yuan")),
    rows=capped_rows,
    quick=capped_tally,
    gate=after_opening,
    mendable=False,
    personal=True,
    hit=("late", "超过上限"),
    miss=("ok", "未超过"),
    how="一人一月一行；补贴按分精确比较，超过上限一分即计 1。没有人得补贴的月不适用。",
    source="福利商城补贴",
    terms=(("wallet", "cap_fen", "补贴上限（分/人/月）"),),
)
CALLED_BACK = Measure(
    code="K22",
    version=2,
    kind=Kind.SHARE,
    counted="已电话回访的交易",
    of="当月交易",
    noun="笔",
    columns=(
        Column("单号"),
        Column("商户"),
        Column("时间", "moment"),
        Column("消费（元）", "yuan"),
    ),
    rows=called_rows,
    quick=called_tally,
    gate=after_trial,
    hit=("ok", "已回访"),
    miss=("na", "未回访"),
    how="一笔一行；第三方按公开种子抽样回访，接通了的才计入分子，未接通的补抽。",
    source="福利商城付款、电话回访登记",
    terms=(
        ("wallet", "callback_percent", "每月回访比例（%）"),
        ("wallet", "launch_on", "正式上线日"),
    ),
)
