"""Whose the ledger's documents are: aid:… and gift:…, by the unit that the case is of."""

from collections.abc import Collection

from smartunion.domains.aid.models import Application, Gift

AID, GIFT = "aid:", "gift:"


def units_of(documents: Collection[str]) -> dict[str, str]:
    """Return the unit's code of each document that is ours and has one."""
    found: dict[str, str] = {}
    for prefix, model in ((AID, Application), (GIFT, Gift)):
        numbers = [one.removeprefix(prefix) for one in documents if one.startswith(prefix)]
        rows = model._default_manager.filter(number__in=numbers, unit__isnull=False)
        for number, code in rows.values_list("number", "unit__code"):
            found[f"{prefix}{number}"] = code
    return found
