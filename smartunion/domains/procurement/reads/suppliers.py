"""The supplier register's rows, one supplier with what it shares with others."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from smartunion.domains.procurement.models import Barring, Purchase, Quote, Supplier
from smartunion.domains.procurement.rules.flags import Link

from . import links


def rows() -> QuerySet[Supplier]:
    """Return the suppliers with how often each has quoted and won."""
    return Supplier.objects.annotate(
        quoted=Count("quotes", filter=Q(quotes__replaced_at__isnull=True), distinct=True),
        won=Count("purchases", filter=Q(purchases__contract__isnull=False), distinct=True),
    )


def said() -> str:
    """Return the state of the register in one sentence."""
    total = Supplier.objects.count()
    if not total:
        return "登记后才能邀请报价。"
    barred = Supplier.objects.filter(barred_until_on__isnull=False).count()
    tied = {number for link in all_links() for number in link.suppliers}
    return f"{total} 家，{len(tied)} 家与别家有关联，{barred} 家在黑名单。"


def all_links() -> list[Link]:
    """Return what suppliers of the register share with each other."""
    return links.between(Supplier.objects.all())


@dataclass(frozen=True)
class Shown:
    """One supplier for its page."""

    supplier: Supplier
    barred: bool
    links: list[tuple[Link, list[Supplier]]]
    users: list[Any]
    won: list[Purchase]
    quotes: int
    barrings: list[Barring]


def shown(supplier_id: int, *, on: date) -> Shown | None:
    """Return a supplier, what it shares and with whom, its accounts, its wins."""
    found = Supplier.objects.filter(pk=supplier_id).first()
    if found is None:
        return None
    others = {s.number: s for s in Supplier.objects.all()}
    mine = [link for link in all_links() if found.number in link.suppliers]
    return Shown(
        supplier=found,
        barred=bool(found.barred_until_on and on < found.barred_until_on),
        links=[(link, [others[n] for n in link.suppliers if n != found.number]) for link in mine],
        users=list(found.users.select_related("person")),
        won=list(
            Purchase.objects.filter(supplier=found, contract__isnull=False).order_by("-awarded_at")
        ),
        quotes=Quote.objects.filter(supplier=found, replaced_at__isnull=True).count(),
        barrings=list(found.barrings.select_related("case").order_by("-pk")),
    )
