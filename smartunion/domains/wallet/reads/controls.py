"""What the risk register of 7.1 asks of the shop: admissions and the freezing rule, in numbers."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from smartunion.domains.wallet.models import Freezing, Merchant, Payment
from smartunion.kernel.base.days import campus_day

from .figures import terms_on


@dataclass(frozen=True)
class Admissions:
    """How many merchants trade, and how many of them have signed and paid in full (7.1①)."""

    trading: int
    covered: int
    last_signed_at: datetime | None


@dataclass(frozen=True)
class FreezingFacts:
    """When the rule was last asked and last struck, and how many freezings wait (7.1②)."""

    last_payment_at: datetime | None
    last_frozen_at: datetime | None
    freezings: int
    pending: int


def admissions(*, at: datetime) -> Admissions:
    """Return how the undertaking and the deposit stand with the merchants that trade."""
    trading = Merchant.objects.filter(state=Merchant.State.ACTIVE)
    least = terms_on(campus_day(at)).deposit_fen
    covered = trading.filter(deposit_fen__gte=least).exclude(undertaking_signed_at=None)
    last = trading.aggregate(last=Max("undertaking_signed_at"))["last"]
    return Admissions(trading.count(), covered.count(), last)


def freezing_facts() -> FreezingFacts:
    """Return what the rule has done; it is asked at every payment."""
    frozen = Freezing.objects.aggregate(last=Max("frozen_at"))["last"]
    newest = Payment.objects.order_by("-pk").first()
    return FreezingFacts(
        newest.received_at if newest else None,
        frozen,
        Freezing.objects.count(),
        Freezing.objects.filter(outcome="").count(),
    )


def freezings_between(since: datetime, until: datetime) -> tuple[int, int]:
    """Return how many phones were frozen in [since, until), and how many of them still wait."""
    rows = Freezing.objects.filter(frozen_at__gte=since, frozen_at__lt=until)
    return rows.count(), rows.filter(outcome="").count()
