"""What a supplier may see: its own invitations, its own quotes, its own result."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smartunion.domains.procurement.models import Quote, Supplier, Tender
from smartunion.kernel.people.models import Person

STATES = {
    Tender.State.QUOTING: "报价中",
    Tender.State.OPENED: "已开标，评审中",
    Tender.State.FAILED: "本轮失败",
    Tender.State.AWARDED: "已定中选人",
}


@dataclass(frozen=True)
class Invited:
    """A tender as one of its invited suppliers sees it."""

    id: int
    number: str
    title: str
    closes_at: datetime
    ceiling_fen: int
    items: list[dict[str, Any]]
    digest: str
    open: bool
    opened: bool
    state_words: str
    mark: str
    quote_id: int | None
    quoted_at: datetime | None
    commitment: str
    times: int
    """How often one has quoted; the last one counts."""
    price_fen: int | None
    result: str
    explanation: Any
    may_explain: bool


def supplier_of(person: Person) -> Supplier | None:
    """Return whom the person quotes for."""
    return Supplier.objects.filter(users__person=person).first()


def tenders_of(person: Person, *, at: datetime) -> list[Invited]:
    """Return the tenders that the person's supplier is invited to, open ones first."""
    supplier = supplier_of(person)
    if supplier is None:
        return []
    found = (
        Tender.objects.filter(invitations__supplier=supplier)
        .select_related("purchase")
        .order_by("-closes_at")
    )
    told = [_invited(tender, supplier, at) for tender in found]
    return sorted(told, key=lambda one: not one.open)


def tender_of(person: Person, tender_id: int, *, at: datetime) -> Invited | None:
    """Return one of them, or None where the person's supplier is not invited."""
    supplier = supplier_of(person)
    if supplier is None:
        return None
    tender = (
        Tender.objects.filter(pk=tender_id, invitations__supplier=supplier)
        .select_related("purchase")
        .first()
    )
    return _invited(tender, supplier, at) if tender else None


def _invited(tender: Tender, supplier: Supplier, at: datetime) -> Invited:
    quotes = tender.quotes.filter(supplier=supplier).select_related("explanation")
    mine: Quote | None = next((q for q in quotes if q.replaced_at is None), None)
    said = getattr(mine, "explanation", None) if mine else None
    state = Tender.State(tender.state)
    open_ = state == Tender.State.QUOTING and at <= tender.closes_at
    words = STATES[state]
    if state == Tender.State.QUOTING and not open_:
        words = "已截止，等开标"
    return Invited(
        id=tender.pk,
        number=tender.number,
        title=tender.purchase.title,
        closes_at=tender.closes_at,
        ceiling_fen=tender.notice["ceiling_fen"],
        items=tender.notice["items"],
        digest=tender.digest,
        open=open_,
        opened=tender.opened_at is not None,
        state_words=words,
        mark="run" if open_ else "wait" if state == Tender.State.QUOTING else "off",
        quote_id=mine.pk if mine else None,
        quoted_at=mine.submitted_at if mine else None,
        commitment=mine.commitment if mine else "",
        times=len(quotes),
        price_fen=mine.price_fen if mine else None,
        result=_result(tender, supplier, mine),
        explanation=said,
        may_explain=bool(
            said and said.accepted is None and at < said.due_at and state == Tender.State.OPENED
        ),
    )


def _result(tender: Tender, supplier: Supplier, mine: Quote | None) -> str:
    """Say what came of one's own quote; nothing of others' names or prices."""
    latest = tender.clearings.order_by("-number").first()
    if mine is None or latest is None:
        return ""
    if mine.withdrawn_at:
        return "已放弃中选"
    if supplier.number in latest.result["out"]:
        return f"没有计入：{latest.result['out'][supplier.number]}"
    band = latest.result["bands"].get(supplier.number)
    if tender.state == Tender.State.AWARDED:
        won = tender.purchase.supplier_id == supplier.pk
        return "中选，等常委会审议后签合同" if won else "没有中选"
    words = {"LOW": "低于下限，请写书面说明", "IN": "在区间内", "HIGH": "高于上限，不参加排序"}
    return words.get(str(band), "有效报价不足三家，本轮失败")
