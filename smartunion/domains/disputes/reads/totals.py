"""What is counted of disputes: K03, in numbers and days, never a name."""

from dataclasses import dataclass
from datetime import date

from smartunion.domains.disputes.models import EarlierYear, Inquiry, LabourDispute
from smartunion.kernel.base.days import campus_day, start_of

from .shown import standing


@dataclass(frozen=True)
class DisputeFact:
    """One registered dispute."""

    number: str
    registered_on: date
    stands: str


def registered(first: date, until: date) -> list[DisputeFact]:
    """Return the disputes registered in [first, until)."""
    rows = LabourDispute.objects.filter(
        registered_at__gte=start_of(first), registered_at__lt=start_of(until)
    ).select_related("case")
    return [
        DisputeFact(one.number, campus_day(one.registered_at), standing(one)[1])
        for one in rows.order_by("number")
    ]


def inquiries(first: date, until: date) -> int:
    """Return how often somebody asked for advice in [first, until)."""
    return Inquiry.objects.filter(on__gte=first, on__lt=until).count()


def of_year(year: int) -> tuple[int, str] | None:
    """Return a year's number of cases and its source: as two people held it, else our own count."""
    held = EarlierYear.objects.filter(year=year, confirmed_by__isnull=False).first()
    if held is not None:
        return held.cases, held.source
    own = LabourDispute.objects.filter(registered_at__year=year).count()
    return (own, "本登记簿") if own else None
