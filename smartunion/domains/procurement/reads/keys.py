"""Who holds the keys of the sealed quotes."""

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from smartunion.domains.procurement.models import OpeningKey
from smartunion.domains.procurement.rules import refusals, sealing

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


def publics() -> dict[str, str]:
    """Return every live public key by its number; refused where an office has none."""
    keys = live()
    if without := missing():
        raise refusals.HoldersTooFew(there=len(keys), missing="、".join(without))
    return {str(key.pk): key.public for key in keys}


def privates(passphrases: Mapping[int, str]) -> dict[str, X25519PrivateKey]:
    """Return the private keys that the passphrases (by key number) open, or refuse a wrong one."""
    found = {}
    for key in OpeningKey.objects.filter(pk__in=passphrases).select_related("holder"):
        private = sealing.private_key(passphrases[key.pk], key.salt)
        if sealing.public_key(private) != key.public:
            raise refusals.KeyWrong(holder=key.holder.name)
        found[str(key.pk)] = private
    if len(found) < sealing.TOGETHER:
        raise refusals.KeysTooFew(needed=sealing.TOGETHER, there=len(found))
    return found
