"""A clearing as data: what went in, what came out, so that anyone can compute it again."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from smartunion.domains.procurement.models import Tender
from smartunion.domains.procurement.rules.clearing import (
    Form,
    Offer,
    Out,
    Outcome,
    Parameters,
    clear,
)
from smartunion.domains.procurement.rules.flags import Link, Past, flags

from . import links

WORDS = {
    Outcome.CANDIDATE: "有候选人",
    Outcome.NO_CANDIDATE: "没有一家在区间内",
    Outcome.FAILED: "有效报价不足",
}


def out_of(tender: Tender) -> dict[str, str]:
    """Return why quotes do not count for reasons outside their price, by supplier number."""
    found: dict[str, str] = {}
    for ruling in tender.link_rulings.order_by("pk"):
        found |= dict.fromkeys(ruling.left_out, Out.LINKED.name)
    for number in tender.quotes.filter(
        withdrawn_at__isnull=False, replaced_at__isnull=True
    ).values_list("supplier__number", flat=True):
        found[number] = Out.WITHDRAWN.name
    return found


def inputs_of(tender: Tender) -> dict[str, Any]:
    """Return everything that the clearing is computed from, in one spelling."""
    quotes = list(
        tender.quotes.filter(replaced_at__isnull=True, price_fen__isnull=False)
        .select_related("supplier", "explanation")
        .order_by("commitment")
    )
    decided = {q.supplier.number: _accepted(q) for q in quotes if _accepted(q) is not None}
    notice = tender.notice
    return {
        "tender": tender.number,
        **{key: notice[key] for key in ("ceiling_fen", "form", "low", "high", "least")},
        "offers": [
            {
                "supplier": q.supplier.number,
                "price_fen": q.price_fen,
                "commitment": q.commitment,
                "complete": all(line["unit_fen"] > 0 for line in (q.content or {})["items"]),
                "items": {line["name"]: line["unit_fen"] for line in (q.content or {})["items"]},
            }
            for q in quotes
        ],
        "out": out_of(tender),
        "explained": sorted(number for number, yes in decided.items() if yes),
        "unexplained": sorted(number for number, yes in decided.items() if not yes),
        "links": [
            {"kind": link.kind, "value": link.value, "suppliers": list(link.suppliers)}
            for link in links.in_tender(tender)
        ],
        "past": _past(tender, {q.supplier.number for q in quotes}),
    }


def _accepted(quote: Any) -> bool | None:
    said = getattr(quote, "explanation", None)
    return said.accepted if said else None


def _past(tender: Tender, bidders: set[str]) -> list[dict[str, Any]]:
    """Return the earlier tenders of the same suppliers with their winners, the oldest first."""
    found = []
    earlier = (
        Tender.objects.filter(state=Tender.State.AWARDED, announced_at__lt=tender.announced_at)
        .select_related("purchase__supplier")
        .prefetch_related("quotes__supplier")
        .order_by("announced_at")
    )
    for one in earlier:
        theirs = {q.supplier.number for q in one.quotes.all() if q.replaced_at is None}
        if theirs == bidders and one.purchase.supplier:
            found.append({"bidders": sorted(theirs), "winner": one.purchase.supplier.number})
    return found


def computed(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outcome of the inputs as plain data: fractions as [numerator, denominator]."""
    offers = [
        Offer(o["supplier"], o["price_fen"], o["commitment"], o["complete"])
        for o in inputs["offers"]
    ]
    parameters = Parameters(
        inputs["ceiling_fen"],
        Form(inputs["form"]),
        Fraction(*inputs["low"]),
        Fraction(*inputs["high"]),
        inputs["least"],
    )
    explained, unexplained = frozenset(inputs["explained"]), frozenset(inputs["unexplained"])
    found = clear(
        offers,
        parameters,
        tender=inputs["tender"],
        out={number: Out[name] for number, name in inputs["out"].items()},
        explained=explained,
        unexplained=unexplained,
    )
    past = [Past(frozenset(p["bidders"]), p["winner"]) for p in inputs["past"]]
    if found.candidate:
        bidders = frozenset(offer.supplier for offer in offers)
        past.append(Past(bidders, found.candidate.supplier))
    seen = flags(
        found,
        parameters,
        tender=inputs["tender"],
        offers=offers,
        items={o["supplier"]: o["items"] for o in inputs["offers"]},
        links=[Link(o["kind"], o["value"], tuple(o["suppliers"])) for o in inputs["links"]],
        past=past,
        explained=explained,
        unexplained=unexplained,
    )
    return {
        "outcome": found.outcome.value,
        "valid": [offer.supplier for offer in found.valid],
        "out": {number: out.value for number, out in sorted(found.out.items())},
        "first_mean": _pair(found.first_mean),
        "second_mean": _pair(found.second_mean),
        "second_of": list(found.second_of),
        "low": _pair(found.low),
        "high": _pair(found.high),
        "bands": {number: band.value for number, band in sorted((found.bands or {}).items())},
        "candidate": found.candidate.supplier if found.candidate else None,
        "price_fen": found.candidate.price_fen if found.candidate else None,
        "drawn_from": list(found.drawn_from),
        "waiting": list(found.waiting),
        "flags": [
            {"code": f.code, "name": f.name, "seen": f.seen, "suppliers": list(f.suppliers)}
            for f in seen
        ]
        if found.outcome is not Outcome.FAILED
        else [],
    }


def _pair(value: Fraction | None) -> list[int] | None:
    return None if value is None else [value.numerator, value.denominator]


def words_of(result: Mapping[str, Any]) -> str:
    """Return the outcome in one line."""
    words = WORDS[Outcome(result["outcome"])]
    if result["candidate"]:
        return f"{len(result['valid'])} 家有效报价，候选人 {result['candidate']}"
    return f"{len(result['valid'])} 家有效报价，{words}"
