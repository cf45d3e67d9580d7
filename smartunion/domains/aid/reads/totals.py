"""What is counted of aid: paid in time or not. Case numbers, never a name."""

from dataclasses import dataclass
from datetime import date, timedelta

from smartunion.domains.aid.models import Application
from smartunion.kernel.base.days import campus_day, end_of, start_of


@dataclass(frozen=True)
class Payment:
    """One accepted application that is due, and whether its money came in time (K20)."""

    id: int
    number: str
    unit: str
    category: str
    accepted_on: date
    due_on: date
    paid_on: date | None
    excluded: str = ""

    @property
    def in_time(self) -> bool:
        """Test if the money was there on the last day of the promise or before."""
        return self.paid_on is not None and self.paid_on <= self.due_on

    @property
    def days(self) -> int | None:
        """Return how many days from acceptance to payment; None while unpaid."""
        return (self.paid_on - self.accepted_on).days if self.paid_on else None


ENDED = {"refused": "不予救助", "withdrawn": "申请人撤回"}


def payments(first: date, until: date, *, on: date) -> list[Payment]:
    """Return the applications whose fifteenth day lies in the period, as they stand on a day.

    What was refused or taken back owes no payment and does not count; what is not yet due does not
    count either unless it is paid already.
    """
    rows = (
        Application.objects.filter(
            promised_at__gt=start_of(first), promised_at__lte=end_of(until - timedelta(days=1))
        )
        .filter(accepted_at__lt=end_of(on))
        .select_related("unit", "disbursement")
        .order_by("pk")
    )
    return [_payment(each, on) for each in rows]


def _payment(each: Application, on: date) -> Payment:
    accepted_at, promised_at = each.accepted_at, each.promised_at
    if accepted_at is None or promised_at is None:
        raise ValueError(f"{each} was never accepted")
    paid = getattr(each, "disbursement", None)
    paid_on = campus_day(paid.paid_at) if paid and campus_day(paid.paid_at) <= on else None
    due_on = campus_day(promised_at - timedelta(microseconds=1))
    ended = each.closed_at is not None and campus_day(each.closed_at) <= on
    why = ENDED.get(each.state, "") if ended else ""
    if not why and paid_on is None and due_on >= on:
        why = "还没有到期"
    return Payment(
        id=each.pk,
        number=each.number or "",
        unit=str(each.unit or ""),
        category=each.category,
        accepted_on=campus_day(accepted_at),
        due_on=due_on,
        paid_on=paid_on,
        excluded=why,
    )
