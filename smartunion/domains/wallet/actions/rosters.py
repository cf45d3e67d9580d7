"""Saving a merchant or a terminal from its register."""

from datetime import datetime
from typing import Any

from django.db import transaction

from smartunion.domains.wallet.reads import tills
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.trail.record import record


@transaction.atomic
def save_merchant(*, row: Any, created: bool, by: Person, at: datetime, because: str) -> None:
    """Save a merchant; a new one gets its unit, and does not trade before it is admitted."""
    if created:
        row.unit, _ = Unit.objects.get_or_create(
            code=row.number, defaults={"name": row.name, "kind": Unit.Kind.MERCHANT}
        )
    row.save()
    word = "wallet.merchant_registered" if created else "wallet.merchant_changed"
    record(word, row, by=by, at=at, because=because)


@transaction.atomic
def save_terminal(*, row: Any, created: bool, by: Person, at: datetime, because: str) -> None:
    """Save a terminal; every process heeds it within two seconds."""
    row.save()
    transaction.on_commit(tills.forget)
    word = "wallet.terminal_registered" if created else "wallet.terminal_changed"
    record(word, row, by=by, at=at, because=because)
