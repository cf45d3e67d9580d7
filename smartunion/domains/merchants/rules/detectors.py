"""Deferred detectors: one rule asks one question of a month's purchases (7.1, R057–R059). Pure.

The rule of three within half an hour runs in the payment itself; these ask at leisure what a
single payment cannot tell. A hit proves nothing: it names rows and says in words what they have
in common, and a person decides. Each hit stands on its own rows: given these alone, the rule finds
it again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Protocol, TypeVar

from .terms import Terms


class Detector(StrEnum):
    """Which question was asked."""

    ROUND = "round"
    PAIR = "pair"
    RING = "ring"
    SPLIT = "split"
    NIGHT = "night"
    CALL = "call"
    """No rule: what a payer said on the telephone."""

    @property
    def words(self) -> str:
        """Return the pattern's name."""
        return {
            "round": "整数金额", "pair": "固定对刷", "ring": "结伙刷卡",
            "split": "拆单", "night": "夜间连刷", "call": "回访异常",
        }[self.value]  # fmt: skip

    @property
    def question(self) -> str:
        """Return what the rule asks, for whoever works the desk."""
        return {
            "round": "一家商户一个月里，整数金额的付款是不是多得不像买东西？",
            "pair": "一个人的钱是不是大半去了同一家商户，而且笔笔偏大？",
            "ring": "是不是总有同几部手机，隔几天就在同一台终端前后脚付款？",
            "split": "一个人同一天在同一家商户，是不是把一笔拆成了几笔？",
            "night": "打烊以后，同一家商户是不是还在连续收款？",
            "call": "电话回访时，付款人是不是否认这笔消费？",
        }[self.value]


class Trade(Protocol):
    """A purchase as a detector sees it; `wallet.public.Trade` is one."""

    @property
    def id(self) -> int: ...
    @property
    def payer(self) -> int: ...
    @property
    def merchant(self) -> int: ...
    @property
    def terminal(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def fen(self) -> int: ...


@dataclass(frozen=True)
class Hit:
    """A pattern that was found: its rows and why, in words that name nobody."""

    detector: Detector
    key: str
    merchant: int
    payers: tuple[int, ...]
    rows: tuple[int, ...]
    fen: int
    words: str


K = TypeVar("K")


def _grouped(trades: Iterable[Trade], key: Callable[[Trade], K]) -> dict[K, list[Trade]]:
    groups: dict[K, list[Trade]] = defaultdict(list)
    for each in sorted(trades, key=lambda one: (one.at, one.id)):
        groups[key(each)].append(each)
    return groups


def _hit(detector: Detector, key: str, rows: Sequence[Trade], words: str) -> Hit:
    return Hit(
        detector=detector,
        key=key,
        merchant=rows[0].merchant,
        payers=tuple(sorted({each.payer for each in rows})),
        rows=tuple(sorted(each.id for each in rows)),
        fen=sum(each.fen for each in rows),
        words=words,
    )


def _yuan(fen: int) -> str:
    return f"{fen / 100:,.2f} 元"


def round_amounts(trades: Iterable[Trade], terms: Terms) -> list[Hit]:
    """A merchant with many purchases of whole multiples of a note: goods rarely cost that."""
    found = []
    for merchant, rows in _grouped(trades, lambda one: one.merchant).items():
        even = [each for each in rows if each.fen % terms.round_step_fen == 0]
        if len(even) < terms.round_count or len(even) * 100 < len(rows) * terms.round_percent:
            continue
        words = (
            f"本月 {len(rows)} 笔里有 {len(even)} 笔恰为 {_yuan(terms.round_step_fen)}的整数倍，"
            f"占 {len(even) * 100 // len(rows)}%，合计 {_yuan(sum(one.fen for one in even))}。"
            f"达到 {terms.round_count} 笔且占 {terms.round_percent}% 即提示："
            "真买东西很少笔笔是整数。"
        )
        found.append(_hit(Detector.ROUND, f"{merchant}", even, words))
    return found


def pairs(trades: Iterable[Trade], terms: Terms) -> list[Hit]:
    """A payer whose month went almost wholly to one merchant, in purchases of some size."""
    found = []
    for payer, all_rows in _grouped(trades, lambda one: one.payer).items():
        spent = sum(each.fen for each in all_rows)
        for merchant, rows in _grouped(all_rows, lambda one: one.merchant).items():
            here = sum(each.fen for each in rows)
            if (
                len(rows) < terms.pair_count
                or here < terms.pair_fen
                or here * 100 < spent * terms.pair_percent
                or here < terms.pair_mean_fen * len(rows)
            ):
                continue
            words = (
                f"这位付款人本月花了 {_yuan(spent)}，其中 {_yuan(here)}（{here * 100 // spent}%）"
                f"付给同一家商户，{len(rows)} 笔，平均每笔 {_yuan(here // len(rows))}。"
                f"至少 {terms.pair_count} 笔、达到 {_yuan(terms.pair_fen)}、"
                f"占 {terms.pair_percent}%、"
                f"每笔平均 {_yuan(terms.pair_mean_fen)}即提示。"
            )
            found.append(_hit(Detector.PAIR, f"{payer}/{merchant}", rows, words))
    return found


def rings(trades: Iterable[Trade], terms: Terms) -> list[Hit]:
    """The same few payers at one till one after the other, on several days, for a sum together.

    Two who meet at a till within the window on enough days are linked; linked ones make a ring.
    Colleagues at lunch are linked too; what they spend together stays below the sum.
    """
    found = []
    for terminal, rows in _grouped(trades, lambda one: one.terminal).items():
        meetings = _meetings(rows, timedelta(minutes=terms.ring_minutes))
        links = {pair: days for pair, days in meetings.items() if len(days) >= terms.ring_days}
        for members in _components(links):
            if len(members) < terms.ring_members:
                continue
            ids = {
                pk
                for pair, days in links.items()
                if pair[0] in members
                for of_day in days.values()
                for pk in of_day
            }
            theirs = [each for each in rows if each.id in ids]
            total = sum(each.fen for each in theirs)
            if total < terms.ring_fen:
                continue
            days = len({each.at.date() for each in theirs})
            words = (
                f"{len(members)} 部付款手机本月有 {days} 天在同一台终端 {terms.ring_minutes} 分钟内"
                f"前后脚付款，共 {len(theirs)} 笔 {_yuan(total)}。"
                f"至少 {terms.ring_members} 人、同日前后脚 {terms.ring_days} 天、"
                f"合计 {_yuan(terms.ring_fen)}即提示；同事结伴吃饭也会这样，请看金额和商品。"
            )
            key = f"{terminal}/{'-'.join(str(one) for one in sorted(members))}"
            found.append(_hit(Detector.RING, key, theirs, words))
    return found


Meetings = dict[tuple[int, int], dict[date, set[int]]]


def _meetings(rows: Sequence[Trade], window: timedelta) -> Meetings:
    """Return for every two payers the days on which they paid within the window, and the rows."""
    found: Meetings = defaultdict(lambda: defaultdict(set))
    first = 0
    for number, each in enumerate(rows):
        while rows[first].at < each.at - window:
            first += 1
        for other in rows[first:number]:
            if other.payer != each.payer and other.at.date() == each.at.date():
                pair = (min(other.payer, each.payer), max(other.payer, each.payer))
                found[pair][each.at.date()] |= {other.id, each.id}
    return found


def _components(links: Iterable[tuple[int, int]]) -> list[set[int]]:
    """Return who hangs together by these links."""
    groups: list[set[int]] = []
    for pair in links:
        touched = [group for group in groups if group & set(pair)]
        groups = [group for group in groups if not group & set(pair)]
        groups.append(set(pair).union(*touched))
    return sorted(groups, key=min)


def splits(trades: Iterable[Trade], terms: Terms) -> list[Hit]:
    """One payer's several purchases of a day at one merchant that together come to a sum.

    Half an hour apart they pass the rule of the payment; together they are one purchase.
    """
    found = []
    groups = _grouped(trades, lambda one: (one.payer, one.merchant, one.at.date()))
    for (payer, merchant, day), rows in groups.items():
        total = sum(each.fen for each in rows)
        if len(rows) < terms.split_count or total < terms.split_fen:
            continue
        gaps = [int((b.at - a.at).total_seconds()) // 60 for a, b in pairwise(rows)]
        words = (
            f"{day:%m月%d日} 同一人在同一家商户付了 {len(rows)} 笔，合计 {_yuan(total)}，"
            f"最短间隔 {min(gaps)} 分钟。一天 {terms.split_count} 笔且合计 "
            f"{_yuan(terms.split_fen)}即提示：拆开付就不触发半小时三笔的冻结。"
        )
        found.append(_hit(Detector.SPLIT, f"{payer}/{merchant}/{day:%Y%m%d}", rows, words))
    return found


def nights(trades: Iterable[Trade], terms: Terms) -> list[Hit]:
    """A merchant that takes several purchases in one night, when shops are shut."""

    def night_of(one: Trade) -> date | None:
        if one.at.hour >= terms.night_from:
            return one.at.date()
        return one.at.date() - timedelta(days=1) if one.at.hour < terms.night_until else None

    found = []
    for (merchant, night), rows in _grouped(
        trades, lambda one: (one.merchant, night_of(one))
    ).items():
        if night is None or len(rows) < terms.night_count:
            continue
        words = (
            f"{night:%m月%d日} 夜里（{terms.night_from}:00—次日 {terms.night_until}:00）"
            f"收了 {len(rows)} 笔，合计 {_yuan(sum(one.fen for one in rows))}，"
            f"{len({one.payer for one in rows})} 位付款人。一夜 {terms.night_count} 笔即提示。"
        )
        found.append(_hit(Detector.NIGHT, f"{merchant}/{night:%Y%m%d}", rows, words))
    return found


RULES: dict[Detector, Callable[[Iterable[Trade], Terms], list[Hit]]] = {
    Detector.ROUND: round_amounts,
    Detector.PAIR: pairs,
    Detector.RING: rings,
    Detector.SPLIT: splits,
    Detector.NIGHT: nights,
}


def detect(trades: Sequence[Trade], terms: Terms) -> list[Hit]:
    """Ask every rule of a month's purchases."""
    return [hit for rule in RULES.values() for hit in rule(trades, terms)]
