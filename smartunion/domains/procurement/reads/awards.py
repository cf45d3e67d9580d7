"""What anybody may read: awards with anonymous prices, and the inputs to compute them again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smartunion.domains.procurement.models import Contract, Purchase, Tender

from . import tenders


@dataclass(frozen=True)
class Award:
    """One award as published; other bidders' prices stand under letters."""

    number: str
    title: str
    category: str
    unit: str
    method: str
    supplier: str
    price_fen: int
    awarded_at: datetime
    contract: str
    paid_at: datetime | None


def awards(limit: int = 50) -> list[Award]:
    """Return what was awarded, newest first."""
    found = (
        Purchase.objects.filter(supplier__isnull=False, contract__isnull=False)
        .select_related("supplier", "unit", "contract", "case")
        .order_by("-contract__signed_at")[:limit]
    )
    return [_award(purchase) for purchase in found]


def award(number: str) -> Award | None:
    """Return one award by the purchase's number."""
    found = (
        Purchase.objects.filter(number=number, contract__isnull=False, supplier__isnull=False)
        .select_related("supplier", "unit", "contract", "case")
        .first()
    )
    return _award(found) if found else None


def _award(purchase: Purchase) -> Award:
    contract: Contract = purchase.contract
    assert purchase.supplier is not None  # noqa: S101 - asked for by the query
    return Award(
        number=purchase.number,
        title=purchase.title,
        category=purchase.category,
        unit=purchase.unit.name,
        method=str(purchase.get_method_display()),
        supplier=purchase.supplier.name,
        price_fen=contract.price_fen,
        awarded_at=purchase.awarded_at or contract.signed_at,
        contract=contract.number,
        paid_at=contract.paid_at,
    )


def clearing_of(number: str, *, at: datetime) -> tuple[tenders.TenderShown, dict[str, Any]] | None:
    """Return how the award's prices were cleared, and the inputs under letters, if by quotes."""
    tender = (
        Tender.objects.filter(purchase__number=number, state=Tender.State.AWARDED)
        .order_by("-round")
        .first()
    )
    if tender is None:
        return None
    shown = tenders.shown(tender.pk, person=None, at=at)
    return (shown, tenders.public_inputs(tender)) if shown else None
