"""One purchase cut into several (化整为零, F9): looked for at each request and by the audit."""

from datetime import date, timedelta

from smartunion.domains.procurement.models import Purchase
from smartunion.domains.procurement.rules.flags import Buy, Flag, splits
from smartunion.domains.procurement.rules.limits import Terms
from smartunion.kernel.base.days import campus_day, end_of, start_of

NEW = "本次"


def buys(since: date, until: date) -> list[Buy]:
    """Return the purchases requested in the days, as the detector sees them."""
    found = (
        Purchase.objects.filter(requested_at__gte=start_of(since), requested_at__lt=end_of(until))
        .filter(case__withdrawn_because="")
        .select_related("unit", "supplier")
    )
    return [
        Buy(
            number=p.number,
            category=p.category,
            unit=p.unit.name,
            supplier=p.supplier.name if p.supplier else "",
            amount_fen=p.amount_fen,
            on=campus_day(p.requested_at),
        )
        for p in found
    ]


def flagged(since: date, until: date, terms: Terms) -> tuple[Flag, ...]:
    """Return the groups that look split within the days."""
    return splits(buys(since, until), limit_fen=terms.split_fen, days=terms.split_days)


def of_new(
    *, category: str, unit: str, supplier: str, amount_fen: int, on: date, terms: Terms
) -> tuple[Flag, ...]:
    """Return what a new request would be part of."""
    new = Buy(NEW, category, unit, supplier, amount_fen, on)
    near = buys(on - timedelta(days=terms.split_days), on)
    found = splits([*near, new], limit_fen=terms.split_fen, days=terms.split_days)
    return tuple(flag for flag in found if NEW in flag.suppliers)
