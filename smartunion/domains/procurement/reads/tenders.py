"""What a tender's page explains: every price, both means, the band, the flags, in words."""

from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from smartunion.domains.procurement.models import Clearing, OpeningKey, Quote, Tender
from smartunion.domains.procurement.rules.clearing import Band, Outcome
from smartunion.kernel.people.models import Person

from . import keys, links, results

BANDS = {Band.IN: "区间内", Band.LOW: "低于下限", Band.HIGH: "高于上限"}
LETTERS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
"""Prices are published under these, in the order of the commitments."""

LEFT, WIDTH, TOP, STEP = 60, 560, 30, 30


@dataclass(frozen=True)
class OfferShown:
    """One quote as explained: its price, where it lies, why it counts or not."""

    quote_id: int
    letter: str
    number: str
    name: str
    price_fen: int | None
    words: str
    mark: str
    in_first: bool
    in_second: bool
    winner: bool
    commitment: str
    x: float = 0.0
    y: int = 0
    explanation: Any = None

    @property
    def label_x(self) -> float:
        """Return where the price is written: beside its dot, inside the picture."""
        return self.x + 12 if self.anchor == "start" else self.x - 12

    @property
    def anchor(self) -> str:
        """Return on which side of its dot the price is written."""
        return "start" if self.x < LEFT + WIDTH * 0.85 else "end"


@dataclass(frozen=True)
class Chart:
    """Where the prices stand on a line, in the picture's own units."""

    height: int
    low: float
    high: float
    first: float
    second: float

    @property
    def width(self) -> float:
        """Return how wide the band is."""
        return round(self.high - self.low, 1)

    @property
    def depth(self) -> int:
        """Return how far down the lines reach."""
        return self.height - 44

    @property
    def foot(self) -> int:
        """Return the line on which the means are written."""
        return self.height - 6

    @property
    def first_anchor(self) -> str:
        """Return on which side of its line the first mean is written: away from the second."""
        return "end" if self.first < self.second else "start"

    @property
    def second_anchor(self) -> str:
        """Return on which side of its line the second mean is written."""
        return "start" if self.first < self.second else "end"


@dataclass(frozen=True)
class HolderShown:
    """A key holder of the tender."""

    key_id: int
    office: str
    name: str
    opened: bool


@dataclass(frozen=True)
class TenderShown:
    """Everything that a tender's page shows."""

    tender: Tender
    purchase_id: int
    title: str
    ceiling_fen: int
    form: str
    low_percent: int
    high_percent: int
    least: int
    items: list[dict[str, Any]]
    invited: int
    came: int
    closed: bool
    opened: bool
    offers: list[OfferShown]
    clearing: Clearing | None
    result: dict[str, Any]
    first: str
    second: str
    second_how: str
    low: str
    high: str
    words: str
    chart: Chart | None
    panel: list[Any]
    seat: Any
    holders: list[HolderShown]
    links: list[dict[str, Any]]
    rulings: list[Any]
    judgments: list[Any]
    may_award: bool
    may_fail: bool
    history: list[Clearing] = field(default_factory=list)
    commitments: list[str] = field(default_factory=list)


def shown(tender_id: int, *, person: Person | None, at: datetime) -> TenderShown | None:
    """Return a tender for its page; before the opening without a single price."""
    tender = Tender.objects.select_related("purchase").filter(pk=tender_id).first()
    if tender is None:
        return None
    notice = tender.notice
    quotes = list(
        tender.quotes.filter(replaced_at__isnull=True)
        .select_related("supplier", "explanation__decided_by")
        .order_by("commitment")
    )
    history = list(tender.clearings.order_by("number"))
    latest = history[-1] if history else None
    result = latest.result if latest else {}
    opened = tender.opened_at is not None
    chart = _chart(result, quotes) if opened else None
    panel = list(tender.panel.select_related("person").order_by("pk"))
    judgments = list(latest.judgments.select_related("by").order_by("pk")) if latest else []
    flags = result.get("flags", [])
    going = tender.state == Tender.State.OPENED
    waiting, candidate = result.get("waiting"), result.get("candidate")
    return TenderShown(
        tender=tender,
        purchase_id=tender.purchase_id,
        title=tender.purchase.title,
        ceiling_fen=notice["ceiling_fen"],
        form=notice["form"],
        low_percent=round(Fraction(*notice["low"]) * 100),
        high_percent=round(Fraction(*notice["high"]) * 100),
        least=notice["least"],
        items=notice["items"],
        invited=len(notice["suppliers"]),
        came=len(quotes),
        closed=at > tender.closes_at,
        opened=opened,
        offers=_offers(quotes, result, chart) if opened else [],
        clearing=latest,
        result=result,
        first=exact(result.get("first_mean")),
        second=exact(result.get("second_mean")),
        second_how=_second_how(result, quotes, notice["form"]),
        low=exact(result.get("low")),
        high=exact(result.get("high")),
        words=_words(result, quotes),
        chart=chart,
        panel=panel,
        seat=next((m for m in panel if person and m.person_id == person.pk), None),
        holders=_holders(tender),
        links=_links(tender) if at > tender.closes_at else [],
        rulings=list(tender.link_rulings.select_related("counted", "by").order_by("pk")),
        judgments=judgments,
        may_award=bool(going and candidate and not waiting and (not flags or len(judgments) > 1)),
        may_fail=bool(going and not candidate and not waiting),
        history=history,
        commitments=[quote.commitment for quote in quotes],
    )


def exact(pair: list[int] | None) -> str:
    """Return an exact fraction of fen as yuan; what does not end says so with its fraction."""
    if not pair:
        return "—"
    value = Fraction(*pair) / 100
    if (value * 100).denominator == 1:
        return f"{float(value):,.2f}"
    return f"{float(value):,.2f}…"


def _offers(quotes: list[Quote], result: dict[str, Any], chart: Chart | None) -> list[OfferShown]:
    found = []
    bands, out = result.get("bands", {}), result.get("out", {})
    for order, quote in enumerate(sorted(quotes, key=lambda q: q.price_fen or 0)):
        number = quote.supplier.number
        band = Band(bands[number]) if number in bands else None
        winner = number == result.get("candidate")
        said = getattr(quote, "explanation", None)
        words = out.get(number) or (BANDS[band] if band else "")
        mark = {Band.IN: "ok", Band.LOW: "hold", Band.HIGH: "off"}.get(band, "no") if band else "no"
        if band is Band.LOW and said and said.accepted is not None:
            words = "低价说明成立，计入" if said.accepted else "低价说明不成立"
            mark = "ok" if said.accepted else "no"
        found.append(
            OfferShown(
                quote_id=quote.pk,
                letter=letter_of(quote, quotes),
                number=number,
                name=quote.supplier.name,
                price_fen=quote.price_fen,
                words=words,
                mark=mark,
                in_first=number in result.get("valid", []),
                in_second=number in result.get("second_of", []),
                winner=winner,
                commitment=quote.commitment,
                x=_x(quote.price_fen or 0, quotes, result) if chart else 0,
                y=TOP + 14 + order * STEP,
                explanation=said,
            )
        )
    return found


def letter_of(quote: Quote, quotes: list[Quote]) -> str:
    """Return under which letter a quote is published."""
    order = sorted(quotes, key=lambda q: q.commitment)
    return LETTERS[order.index(quote) % len(LETTERS)]


def _span(quotes: list[Quote], result: dict[str, Any]) -> tuple[float, float]:
    prices = [float(q.price_fen or 0) for q in quotes]
    for key in ("low", "high"):
        if result.get(key):
            prices.append(float(Fraction(*result[key])))
    low, high = min(prices), max(prices)
    edge = (high - low or high or 1) * 0.06
    return low - edge, high + edge


def _x(value: float, quotes: list[Quote], result: dict[str, Any]) -> float:
    low, high = _span(quotes, result)
    return round(LEFT + WIDTH * (float(value) - low) / (high - low), 1)


def _chart(result: dict[str, Any], quotes: list[Quote]) -> Chart | None:
    if not result.get("low"):
        return None

    def x(key: str) -> float:
        return _x(float(Fraction(*result[key])), quotes, result)

    return Chart(
        height=TOP + STEP * len(quotes) + 26,
        low=x("low"),
        high=x("high"),
        first=x("first_mean"),
        second=x("second_mean"),
    )


def _second_how(result: dict[str, Any], quotes: list[Quote], form: str) -> str:
    if not result.get("second_of"):
        return ""
    if form == "B":
        return "（首次平均价 + 最低价）÷ 2"
    by_number = {q.supplier.number: q.price_fen or 0 for q in quotes}
    prices = [f"{by_number[number] / 100:,.2f}" for number in result["second_of"]]
    return f"不高于首次平均价的 {len(prices)} 家：（{' + '.join(prices)}）÷ {len(prices)}"


def _words(result: dict[str, Any], quotes: list[Quote]) -> str:
    """Say the outcome in one sentence."""
    if not result:
        return ""
    names = {q.supplier.number: q.supplier.name for q in quotes}
    if result["outcome"] == Outcome.FAILED:
        return f"有效报价只有 {len(result['valid'])} 家，本轮采购失败，须重新公告；不得在其中选优。"
    if not result["candidate"]:
        return "没有一家报价在区间内，不能确定候选人。"
    said = f"候选人：{names[result['candidate']]}，区间内最低价。"
    if result["drawn_from"]:
        said += f"{len(result['drawn_from'])} 家同价，按公告的哈希规则抽定。"
    if result["waiting"]:
        said += "尚有低于下限的报价待说明，候选人是暂定的。"
    return said


def _holders(tender: Tender) -> list[HolderShown]:
    found = OpeningKey.objects.filter(pk__in=[int(k) for k in tender.notice["keys"]])
    return [
        HolderShown(key.pk, keys.OFFICES[key.office], key.holder.name, key.pk in tender.opened_by)
        for key in found.select_related("holder").order_by("pk")
    ]


def _links(tender: Tender) -> list[dict[str, Any]]:
    found = links.in_tender(tender)
    suppliers = {
        q.supplier.number: q.supplier
        for q in tender.quotes.filter(replaced_at__isnull=True).select_related("supplier")
    }
    return [
        {
            "suppliers": [suppliers[number] for number in sorted(group)],
            "why": [link for link in found if set(link.suppliers) & group],
        }
        for group in links.groups(found)
    ]


def public_inputs(tender: Tender) -> dict[str, Any]:
    """Return what a clearing was computed from, under letters: anyone may compute it again."""
    latest = tender.clearings.order_by("-number").first()
    if latest is None:
        return {}
    quotes = list(tender.quotes.filter(replaced_at__isnull=True).select_related("supplier"))
    letters = {q.supplier.number: letter_of(q, quotes) for q in quotes}
    inputs = latest.inputs
    return {
        **{key: inputs[key] for key in ("tender", "ceiling_fen", "form", "low", "high", "least")},
        "notice_sha256": tender.digest,
        "result_sha256": latest.digest,
        "offers": [
            {
                "supplier": letters[o["supplier"]],
                "price_fen": o["price_fen"],
                "commitment": o["commitment"],
                "complete": o["complete"],
            }
            for o in inputs["offers"]
        ],
        "out": {letters[number]: why for number, why in inputs["out"].items()},
        "explained": [letters[number] for number in inputs["explained"]],
        "unexplained": [letters[number] for number in inputs["unexplained"]],
        "published": {
            "outcome": latest.result["outcome"],
            "candidate": letters.get(latest.result["candidate"] or ""),
            "price_fen": latest.result["price_fen"],
            "first_mean": latest.result["first_mean"],
            "second_mean": latest.result["second_mean"],
        },
    }


def recomputed(tender_id: int) -> bool:
    """Compute the newest clearing again from its stored inputs and test that it is the same."""
    latest = Clearing.objects.filter(tender=tender_id).order_by("-number").first()
    return latest is not None and results.computed(latest.inputs) == latest.result
