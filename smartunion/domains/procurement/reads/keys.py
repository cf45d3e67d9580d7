"""Who holds the keys of the sealed quotes."""

from smartunion.domains.procurement.models import OpeningKey

OFFICES = {
    "welfare_committee_chair": "福利保障委员会主任",
    "procurement_centre": "采购中心",
    "audit_director": "经审委主任",
}
"""Three offices; any two of their holders open together."""


def live() -> list[OpeningKey]:
    """Return the keys in force, in the order of the offices."""
    found = OpeningKey.objects.filter(retired_at__isnull=True).select_related("holder")
    order = list(OFFICES)
    return sorted(found, key=lambda key: order.index(key.office))


def missing() -> list[str]:
    """Return the offices that have laid down no key yet, in words."""
    there = {key.office for key in live()}
    return [words for office, words in OFFICES.items() if office not in there]
