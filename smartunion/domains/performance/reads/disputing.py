"""The measure of disputes: K03, this year's registered cases against those of the year before."""

from collections.abc import Sequence
from datetime import date

from smartunion.domains.disputes import public as disputes
from smartunion.domains.performance.rules.counting import Kind, Row
from smartunion.domains.performance.rules.periods import Period

from .measures import Column, Measure


def no_baseline(period: Period, on: date) -> str:
    """Return why a year cannot be compared: nobody has said what the one before had."""
    before = period.first.year - 1
    if disputes.of_year(before) is None:
        return f"{before} 年登记数还没有由两人核对（待工会提供登记簿）"
    return ""


def fewer_rows(period: Period, on: date) -> Sequence[Row]:
    """Return the year before as the base, and a row per case that takes one away from it.

    Who asked for advice stands beside: fewer cases with fewer questions are no good news.
    """
    before = period.first.year - 1
    base = disputes.of_year(before)
    cases = disputes.registered(period.first, period.until)
    asked = disputes.inquiries(period.first, period.until)
    rows = [
        Row(key=one.number, cells=(one.number, one.registered_on.isoformat(), one.stands),
            hit=True, part=-1, whole=0)
        for one in cases
    ]  # fmt: skip
    if base is not None:
        words = f"{base[0]} 件：{base[1]}"
        rows.insert(0, Row(key=f"{before}", cells=(f"{before}年登记", None, words), hit=True,
                           part=base[0], whole=base[0]))  # fmt: skip
    per = f"来访 {asked} 次" + (f"，每百次登记 {100 * len(cases) / asked:.1f} 件" if asked else "")
    rows.append(
        Row(key="inquiries", cells=("来访咨询", None, per), hit=False, excluded="只作对照", part=0,
            whole=0)
    )  # fmt: skip
    return rows


FEWER = Measure(
    code="K03", version=1, kind=Kind.SHARE, counted="上年登记数 − 本年登记数", of="上年登记数",
    noun="件", columns=(Column("编号"), Column("登记", "day"), Column("办到")),
    rows=fewer_rows, gate=no_baseline, cumulative=True, hit=("ok", "计入"), miss=("na", "对照"),
    how="上年登记数为基数，本年每登记一件减一；年内是到今天为止的数，年终才算数。"
    "登记得少不等于争议少：来访咨询列在旁边，两个数一起看。",
    source="劳动争议登记簿",
)  # fmt: skip
