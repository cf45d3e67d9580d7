"""Purchases as releases of the Open Contracting Data Standard 1.1 (with the bids extension).

One compiled release for each purchase that has been announced or signed. Unsuccessful bidders
stand under letters; the winner, the prices and the dates are public.
"""

from datetime import datetime
from typing import Any

from smartunion.domains.procurement.models import Purchase, Quote, Tender
from smartunion.kernel.base.days import CAMPUS

from .tenders import letter_of

PREFIX = "ocds-zhgh01"
"""Not registered with the helpdesk yet: to be applied for before the data leave the campus."""

BIDS = (
    "https://raw.githubusercontent.com/open-contracting-extensions/"
    "ocds_bid_extension/v1.1.5/extension.json"
)
BUYER = {"id": "CN-SMARTUNION", "name": "校工会"}
METHODS = {
    Purchase.Method.COMPARED: ("selective", "三方报价，双阈值清标"),
    Purchase.Method.SINGLE: ("direct", "单一来源（5.1 第7条）"),
    Purchase.Method.NEGOTIATED: ("selective", "竞争性谈判"),
    Purchase.Method.EMERGENCY: ("direct", "应急采购（5.1 第12条）"),
}


def package(*, at: datetime, uri: str, named: bool = False) -> dict[str, Any]:
    """Return the release package of everything announced or signed so far.

    `named` gives every bidder's own identity: for the auditors' tools, never for the public.
    """
    found = (
        Purchase.objects.filter(case__withdrawn_because="")
        .select_related("supplier", "unit", "case", "contract")
        .prefetch_related("tenders__quotes__supplier", "tenders__clearings")
        .order_by("number")
    )
    return {
        "uri": uri,
        "version": "1.1",
        "extensions": [BIDS],
        "publishedDate": _when(at),
        "publisher": {"name": BUYER["name"]},
        "releases": [_release(p, named) for p in found if _public(p)],
    }


def _public(purchase: Purchase) -> bool:
    return bool(purchase.tenders.all()) or hasattr(purchase, "contract")


def _release(purchase: Purchase, named: bool) -> dict[str, Any]:
    tender = max(purchase.tenders.all(), key=lambda t: t.round, default=None)
    contract: Any = getattr(purchase, "contract", None)
    awarded_at: datetime | None = purchase.awarded_at or (contract and contract.signed_at)
    winner = purchase.supplier if awarded_at else None
    bidders, bids = _bids(tender, named) if tender and tender.opened_at else ([], [])
    dates = [purchase.requested_at]
    tags = ["planning"]
    release: dict[str, Any] = {
        "ocid": f"{PREFIX}-{purchase.number}",
        "language": "zh",
        "initiationType": "tender",
        "buyer": BUYER,
        "planning": {
            "budget": {
                "id": purchase.budget_code,
                "amount": _money(purchase.amount_fen),
                "description": f"年度计划预算项 {purchase.budget_code}",
            }
        },
    }
    if tender:
        dates.append(tender.opened_at or tender.announced_at)
        tags.append("tender")
    release["tender"] = _tender(purchase, tender, bidders)
    if bids:
        release["bids"] = {"details": bids}
    if winner and awarded_at:
        tags.append("award")
        dates.append(awarded_at)
        release["awards"] = [
            {
                "id": f"{purchase.number}-award",
                "title": purchase.title,
                "status": "active",
                "date": _when(awarded_at),
                "value": _money(purchase.price_fen or 0),
                "suppliers": [_reference(winner)],
            }
        ]
    if contract and winner:
        tags.append("contract")
        dates.append(contract.paid_at or contract.signed_at)
        release["contracts"] = [_contract(purchase, contract, winner)]
    parties: dict[str, dict[str, Any]] = {
        BUYER["id"]: {**BUYER, "roles": ["buyer", "procuringEntity"]}
    }
    for each in bidders:
        parties[each["id"]] = {**each, "roles": ["tenderer"]}
    if winner:
        roles = parties.get(_reference(winner)["id"], {}).get("roles", [])
        parties[_reference(winner)["id"]] = {
            **_reference(winner),
            "identifier": {"scheme": "CN-USCC", "id": winner.credit_code, "legalName": winner.name},
            "roles": [*roles, "supplier"],
        }
    release["parties"] = list(parties.values())
    release["tag"] = tags
    release["date"] = _when(max(dates))
    release["id"] = f"{purchase.number}-{len(tags)}-{release['date']}"
    return release


def _reference(supplier: Any) -> dict[str, str]:
    return {"id": f"CN-USCC-{supplier.credit_code}", "name": supplier.name}


def _bids(tender: Tender, named: bool) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    quotes = [q for q in tender.quotes.all() if q.replaced_at is None]
    results = sorted(tender.clearings.all(), key=lambda one: one.number)
    out = results[-1].result["out"] if results else {}
    winner = tender.purchase.supplier_id if tender.state == Tender.State.AWARDED else None
    who = {
        quote.pk: _reference(quote.supplier)
        if named or quote.supplier_id == winner
        else {"id": f"{tender.number}-{letter_of(quote, quotes)}", "name": letter_of(quote, quotes)}
        for quote in quotes
    }
    return list(who.values()), [_bid(quote, who[quote.pk], out) for quote in quotes]


def _bid(quote: Quote, who: dict[str, str], out: dict[str, str]) -> dict[str, Any]:
    if quote.withdrawn_at:
        status = "withdrawn"
    else:
        status = "disqualified" if quote.supplier.number in out else "valid"
    return {
        "id": quote.commitment[:16],
        "date": _when(quote.submitted_at),
        "status": status,
        "tenderers": [who],
        "value": _money(quote.price_fen or 0),
    }


def _tender(
    purchase: Purchase, tender: Tender | None, bidders: list[dict[str, str]]
) -> dict[str, Any]:
    method, details = METHODS[Purchase.Method(purchase.method)]
    status = "active"
    if tender and tender.state == Tender.State.FAILED:
        status = "unsuccessful"
    elif purchase.awarded_at or hasattr(purchase, "contract"):
        status = "complete"
    told: dict[str, Any] = {
        "id": tender.number if tender else f"{purchase.number}-0",
        "title": purchase.title,
        "description": purchase.category,
        "status": status,
        "procuringEntity": BUYER,
        "value": _money(purchase.amount_fen),
        "procurementMethod": method,
        "procurementMethodDetails": details,
        "mainProcurementCategory": "goods",
        "awardCriteria": "priceOnly",
        "awardCriteriaDetails": "最低价 + 二次平均价双阈值，区间内最低价为候选",
    }
    reason = str(purchase.case.facts.get("reason") or purchase.cause or "")
    if method == "direct" and reason:
        told["procurementMethodRationale"] = reason
    if tender:
        told["tenderPeriod"] = {
            "startDate": _when(tender.announced_at),
            "endDate": _when(tender.closes_at),
        }
        told["items"] = [
            {
                "id": str(number),
                "description": item["name"],
                "quantity": item["quantity"],
                "unit": {"name": item["measure"]},
            }
            for number, item in enumerate(tender.notice["items"], 1)
        ]
    if bidders:
        told["numberOfTenderers"] = len(bidders)
        told["tenderers"] = bidders
    return told


def _contract(purchase: Purchase, contract: Any, winner: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": contract.number,
        "awardID": f"{purchase.number}-award",
        "title": purchase.title,
        "status": "terminated" if contract.paid_at else "active",
        "value": _money(contract.price_fen),
        "dateSigned": _when(contract.signed_at),
    }
    if contract.paid_at:
        told["implementation"] = {
            "transactions": [
                {
                    "id": contract.document,
                    "date": _when(contract.paid_at),
                    "value": _money(contract.transfer.amount_fen),
                    "payer": BUYER,
                    "payee": _reference(winner),
                }
            ]
        }
    return told


def _money(fen: int) -> dict[str, Any]:
    return {"amount": fen // 100 if fen % 100 == 0 else fen / 100, "currency": "CNY"}


def _when(at: datetime) -> str:
    return at.astimezone(CAMPUS).replace(microsecond=0).isoformat()
