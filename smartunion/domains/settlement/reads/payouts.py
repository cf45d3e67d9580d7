"""What we say of the money that the union pays to merchants, as the bank must have it."""

from datetime import date

from django.db import connection

from smartunion.domains.settlement.models import Payout
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base.days import end_of, start_of

COPY = """
COPY bank_movement (document, kind, wallet, merchant, terminal, fen, occurred_at, state, bank_ref)
FROM STDIN
"""
STATES = {"done": "S", "waiting": "E"}


def lay_movements(*, day: date) -> None:
    """Lay every payout of a value day beside the wallet's orders in `bank_movement`."""
    mark = wallet.bank_mark()
    found = Payout.objects.filter(occurred_at__gte=start_of(day), occurred_at__lt=end_of(day))
    rows = list(found.select_related("statement"))  # one wire reads or writes
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for each in rows:
            copy.write_row(
                (
                    each.document, "SUBSIDY", "", f"{mark}-M{each.statement.merchant_id}", "",
                    each.amount_fen, each.occurred_at, STATES[each.state], each.bank_ref,
                )
            )  # fmt: skip


def waiting() -> list[Payout]:
    """Return the payouts that the bank has not carried out."""
    rows = Payout.objects.filter(state=Payout.State.WAITING).select_related("statement")
    return list(rows.order_by("pk"))
