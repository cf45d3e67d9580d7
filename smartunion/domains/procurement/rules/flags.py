"""Red flags F1–F9: they hold an award until two members of the panel have given reasons.

A flag never disqualifies: whether suppliers colluded is for people to judge (T68). The patterns
are those of 招标投标法实施条例 39–41 and of the open-contracting indicators (R0xx in the words).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations, pairwise

from .clearing import Band, Cleared, Offer, Out, Outcome, Parameters, clear

LADDER = Fraction(5, 10_000)
"""By how much, as a share of the lowest price, a step may differ and still be the same step."""
SAME_RATIO = Fraction(2, 1_000)
CLUSTER = Fraction(2, 100)
LADDER_LEAST = 4
LOSERS_LEAST = 3
ITEMS_LEAST = 3
ROTATIONS_LEAST = 4
SPLIT_LEAST = 2


@dataclass(frozen=True)
class Flag:
    """One finding: code, what it is called, what was seen, whom it concerns."""

    code: str
    name: str
    seen: str
    suppliers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """What two or more suppliers share: 法定代表人, 控股股东, 收款账户, 上传设备."""

    kind: str
    value: str
    suppliers: tuple[str, ...]


@dataclass(frozen=True)
class Past:
    """An earlier tender: who quoted and who won."""

    bidders: frozenset[str]
    winner: str


@dataclass(frozen=True)
class Buy:
    """A purchase as the split detector sees it."""

    number: str
    category: str
    unit: str
    supplier: str
    amount_fen: int
    on: date


def flags(
    cleared: Cleared,
    parameters: Parameters,
    *,
    tender: str = "",
    offers: Iterable[Offer] = (),
    items: Mapping[str, Mapping[str, int]] | None = None,
    links: Sequence[Link] = (),
    past: Sequence[Past] = (),
    explained: frozenset[str] = frozenset(),
    unexplained: frozenset[str] = frozenset(),
) -> tuple[Flag, ...]:
    """Return what is odd about a cleared tender; `items` are unit prices (fen) by bidder."""
    valid = cleared.valid
    found = [
        *_identical(valid),
        *_ladder(valid),
        *_ratios(items or {}),
        *_cluster(valid),
        *_cover(valid),
        *_sensitive(cleared, parameters, tender, explained, unexplained),
        *_put_out(cleared, tuple(offers) or valid),
        *(Flag("F7", "身份关联", f"{one.kind}相同：{one.value}", one.suppliers) for one in links),
        *_rotation(past),
    ]
    return tuple(found)


def _identical(valid: Sequence[Offer]) -> Iterable[Flag]:
    by_price: dict[int, list[str]] = {}
    for offer in valid:
        by_price.setdefault(offer.price_fen, []).append(offer.supplier)
    for suppliers in by_price.values():
        if len(suppliers) > 1:
            yield Flag("F1", "报价相同", f"{len(suppliers)} 家报价一分不差", tuple(suppliers))


def _ladder(valid: Sequence[Offer]) -> Iterable[Flag]:
    prices = sorted(offer.price_fen for offer in valid)
    everybody = tuple(offer.supplier for offer in valid)
    steps = [b - a for a, b in pairwise(prices)]
    if len(prices) < LADDER_LEAST or min(steps) <= 0:
        return
    step = Fraction(sum(steps), len(steps))
    if all(abs(each - step) <= LADDER * prices[0] for each in steps):
        seen = f"相邻报价每次相差约 {_yuan(step)} 元，呈规律性差异"
        yield Flag("F2", "等差报价", seen, everybody)
        return
    ratios = [Fraction(b, a) for a, b in pairwise(prices)]
    ratio = sum(ratios, Fraction(0)) / len(ratios)
    if all(abs(each - ratio) <= LADDER for each in ratios):
        seen = f"相邻报价每次相差约 {float(ratio - 1):.2%}，呈规律性差异"
        yield Flag("F2", "等比报价", seen, everybody)


def _ratios(items: Mapping[str, Mapping[str, int]]) -> Iterable[Flag]:
    """Two lists of unit prices of which one is the other times a constant."""
    for one, other in combinations(sorted(items), 2):
        common = sorted(set(items[one]) & set(items[other]))
        if len(common) < ITEMS_LEAST or min(items[other][each] for each in common) <= 0:
            continue
        ratios = [Fraction(items[one][each], items[other][each]) for each in common]
        mean = sum(ratios, Fraction(0)) / len(ratios)
        if _variance(ratios) < (SAME_RATIO * mean) ** 2:
            seen = f"{len(common)} 项单价之比都约为 {float(mean):.4f}"
            yield Flag("F2", "单价成固定比例", seen, (one, other))


def _cluster(valid: Sequence[Offer]) -> Iterable[Flag]:
    prices = [Fraction(offer.price_fen) for offer in valid]
    if len(prices) < 2:  # noqa: PLR2004 - a spread needs two
        return
    mean = sum(prices, Fraction(0)) / len(prices)
    variance = _variance(prices)
    if variance < (CLUSTER * mean) ** 2:
        spread = float(variance) ** 0.5 / float(mean)
        everybody = tuple(offer.supplier for offer in valid)
        yield Flag("F3", "报价过于接近", f"离散系数 {spread:.1%}，低于 2%", everybody)


def _cover(valid: Sequence[Offer]) -> Iterable[Flag]:
    """The winner far below losers who stand close together: they may have covered for it."""
    ordered = sorted(valid, key=lambda offer: offer.price_fen)
    losers = [Fraction(offer.price_fen) for offer in ordered[1:]]
    if len(losers) < LOSERS_LEAST:
        return
    gap = losers[0] - ordered[0].price_fen
    variance = _variance(losers)
    if gap > 0 and gap**2 > variance:
        times = f"{float(gap) / float(variance) ** 0.5:.1f}" if variance else "无穷大"
        seen = f"最低价与次低价的差，是其余报价离散程度的 {times} 倍"
        yield Flag("F4", "疑似陪标", seen, tuple(offer.supplier for offer in ordered[1:]))


def _sensitive(
    cleared: Cleared,
    parameters: Parameters,
    tender: str,
    explained: frozenset[str],
    unexplained: frozenset[str],
) -> Iterable[Flag]:
    """One or two quotes that win nothing and yet decide who wins."""
    if cleared.candidate is None:
        return
    winner = cleared.candidate.supplier
    others = [offer for offer in cleared.valid if offer.supplier != winner]
    for number in (1, 2):
        for left_out in combinations(others, number):
            rest = [offer for offer in cleared.valid if offer not in left_out]
            if len(rest) < parameters.least:
                continue
            again = clear(
                rest, parameters, tender=tender, explained=explained, unexplained=unexplained
            )
            if again.candidate is None or again.candidate.supplier != winner:
                names = tuple(offer.supplier for offer in left_out)
                seen = f"去掉其中 {number} 家未中选的报价，中选人就会改变"
                yield Flag("F5", "个别报价左右结果", seen, names)
                return


def _put_out(cleared: Cleared, offers: Sequence[Offer]) -> Iterable[Flag]:
    if cleared.outcome is not Outcome.CANDIDATE or cleared.candidate is None:
        return
    assert cleared.bands is not None
    winner = cleared.candidate
    disqualified = {
        offer.supplier: offer
        for offer in offers
        if cleared.out.get(offer.supplier) in {Out.INCOMPLETE, Out.LINKED}
        or cleared.bands.get(offer.supplier) is Band.LOW
    }
    lower = [o.supplier for o in disqualified.values() if 0 < o.price_fen < winner.price_fen]
    if lower:
        yield Flag("F6", "更低的报价没有中选（R036）", f"{len(lower)} 家低于中选价", tuple(lower))
    ranked = [s for s, band in cleared.bands.items() if band is Band.IN]
    if ranked == [winner.supplier] and len(offers) > 1:
        others = tuple(o.supplier for o in offers if o.supplier != winner.supplier)
        yield Flag("F6", "其余各家都不在区间内（R035）", "区间内只有中选的一家", others)


def _rotation(past: Sequence[Past]) -> Iterable[Flag]:
    """The same suppliers in four tenders or more, and never the same winner twice running."""
    if not past:
        return
    bidders = past[-1].bidders
    wins = [one.winner for one in past if one.bidders == bidders]
    turns = all(a != b for a, b in pairwise(wins))
    if len(wins) >= ROTATIONS_LEAST and turns:
        seen = f"同样 {len(bidders)} 家已在 {len(wins)} 次采购里轮流中选"
        yield Flag("F8", "轮流中选", seen, tuple(sorted(bidders)))


def splits(buys: Sequence[Buy], *, limit_fen: int, days: int) -> tuple[Flag, ...]:
    """Return what looks like one purchase cut into several (化整为零, F9).

    The same category and the same supplier or unit, two or more purchases below the limit within
    so many days that reach the limit together; each group is told once.
    """
    found: dict[tuple[str, ...], Flag] = {}
    small = sorted((b for b in buys if b.amount_fen < limit_fen), key=lambda b: (b.on, b.number))
    for what, key in (("同一单位", "unit"), ("同一供应商", "supplier")):
        groups: dict[tuple[str, str], list[Buy]] = {}
        for buy in small:
            if whose := getattr(buy, key):
                groups.setdefault((buy.category, whose), []).append(buy)
        for (category, whose), group in groups.items():
            for near in _windows(group, days):
                total = sum(buy.amount_fen for buy in near)
                numbers = tuple(buy.number for buy in near)
                if len(near) >= SPLIT_LEAST and total >= limit_fen and numbers not in found:
                    seen = (
                        f"{what}“{whose}”{days} 天内 {len(near)} 次采购“{category}”"
                        f"合计 {_yuan(Fraction(total))} 元，每次都不到 {_yuan(Fraction(limit_fen))}"
                    )
                    found[numbers] = Flag("F9", "疑似化整为零", seen, numbers)
    return tuple(found.values())


def _windows(group: Sequence[Buy], days: int) -> Iterable[list[Buy]]:
    """Return the longest runs of purchases that lie within so many days."""
    last: set[str] = set()
    for first in group:
        end = first.on + timedelta(days=days)
        near = [buy for buy in group if first.on <= buy.on <= end]
        numbers = {buy.number for buy in near}
        if not numbers <= last:
            last = numbers
            yield near


def _variance(values: Sequence[Fraction]) -> Fraction:
    """Return the sample variance, exactly."""
    mean = sum(values, Fraction(0)) / len(values)
    return sum(((value - mean) ** 2 for value in values), Fraction(0)) / (len(values) - 1)


def _yuan(fen: Fraction) -> str:
    return f"{float(fen) / 100:,.2f}"
