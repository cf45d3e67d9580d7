"""What suppliers share: the same legal representative, controller, account or device (F7)."""

from collections.abc import Iterable, Mapping

from smartunion.domains.procurement.models import Supplier, Tender
from smartunion.domains.procurement.rules.flags import Link

KINDS = (
    ("legal_representative", "法定代表人"),
    ("controller", "控股股东"),
    ("bank_account", "收款账户"),
)


def between(suppliers: Iterable[Supplier], devices: Mapping[str, str] | None = None) -> list[Link]:
    """Return every link between the suppliers; `devices` are uploaders' devices by number."""
    everybody = sorted(suppliers, key=lambda s: s.number)
    found: list[Link] = []
    for field, kind in KINDS:
        found += _same(kind, {s.number: str(getattr(s, field)) for s in everybody})
    found += _same("上传设备", devices or {})
    by_name = {s.name: s.number for s in everybody}
    found += [
        Link("控股", f"{s.controller}控股{s.name}", (by_name[s.controller], s.number))
        for s in everybody
        if s.controller in by_name
    ]
    return found


def _same(kind: str, values: Mapping[str, str]) -> list[Link]:
    groups: dict[str, list[str]] = {}
    for number, value in values.items():
        if value.strip():
            groups.setdefault(value.strip(), []).append(number)
    return [Link(kind, value, tuple(who)) for value, who in groups.items() if len(who) > 1]


def in_tender(tender: Tender) -> list[Link]:
    """Return the links between those who have quoted."""
    quotes = tender.quotes.filter(replaced_at__isnull=True).select_related("supplier")
    return between(
        [quote.supplier for quote in quotes], {q.supplier.number: q.device for q in quotes}
    )


def groups(links: Iterable[Link]) -> list[frozenset[str]]:
    """Return the suppliers that hang together, directly or through others."""
    found: list[frozenset[str]] = []
    for link in links:
        mine = frozenset(link.suppliers)
        near = [group for group in found if group & mine]
        found = [group for group in found if group not in near]
        found.append(mine.union(*near))
    return found
