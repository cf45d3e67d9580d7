"""The campus shops, as members see them."""

from dataclasses import dataclass

from smartunion.domains.wallet.models import Merchant


@dataclass(frozen=True)
class Shop:
    """A merchant where a member can pay."""

    id: int
    name: str
    category: str
    place: str
    open: bool


def shops() -> list[Shop]:
    """Return the merchants that were ever admitted, by category and number."""
    rows = Merchant.objects.exclude(state__in=("pending", "expelled", "left")).order_by(
        "category", "number"
    )
    return [
        Shop(each.pk, each.name, each.category, each.place, each.state == "active") for each in rows
    ]


def open_shops() -> int:
    """Return how many merchants take payments today."""
    return Merchant.objects.filter(state="active").count()
