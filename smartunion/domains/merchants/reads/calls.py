"""The call-backs of a month: the sample with its seed, whom to call, what came of it (R058)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from smartunion.domains.merchants.models import CallBack, CallSample
from smartunion.domains.wallet import public as wallet
from smartunion.domains.wallet.public import Callee
from smartunion.kernel.base.days import campus_month

SPOKEN = ("true", "denied", "cash_out")
"""Results of calls in which somebody answered: these count as called back (K22)."""

MARKS = {"": "wait", "true": "ok", "denied": "no", "cash_out": "no", "unreached": "off"}


@dataclass(frozen=True)
class Month:
    """A month's sample and how far it is called, in purchases."""

    sample: CallSample
    listed: int
    spoken: int
    true: int
    odd: int
    unreached: int
    waiting: int

    @property
    def share(self) -> str:
        """Return the share of the month's purchases that were called back."""
        return f"{self.spoken * 100 / self.sample.population:.2f}%"

    @property
    def enough(self) -> bool:
        """Tell if the promised share is reached."""
        return self.spoken * 100 >= self.sample.population * self.sample.percent


def _months() -> list[Month]:
    rows = CallSample.objects.annotate(
        listed=Count("calls"),
        spoken=Count("calls", filter=Q(calls__result__in=SPOKEN)),
        true=Count("calls", filter=Q(calls__result="true")),
        odd=Count("calls", filter=Q(calls__result__in=("denied", "cash_out"))),
        unreached=Count("calls", filter=Q(calls__result="unreached")),
        waiting=Count("calls", filter=Q(calls__result="")),
    ).order_by("-month")
    return [
        Month(
            row, row.listed, row.spoken, row.true, row.odd, row.unreached, row.waiting
        )
        for row in rows
    ]  # fmt: skip


def months() -> list[Month]:
    """Return every month's sample, newest first."""
    return _months()


def month(of: date) -> Month | None:
    """Return one month's sample, or None where none was drawn."""
    return next((one for one in _months() if one.sample.month == of), None)


@dataclass(frozen=True)
class Line:
    """One call of a sample, with what the caller needs; `payer` is a family name."""

    id: int
    callee: Callee
    result: str
    result_words: str
    mark: str
    note: str
    called_at: datetime | None
    replaces: str
    month: date


def line(call_id: int) -> Line | None:
    """Return one call of a sample, or None."""
    found = _lines(CallBack.objects.filter(pk=call_id))
    return found[0] if found else None


def lines(of: date) -> list[Line]:
    """Return a month's calls: what waits first, then by result."""
    return _lines(CallBack.objects.filter(sample__month=of))


def _lines(rows: QuerySet[CallBack]) -> list[Line]:
    found = list(rows.select_related("instead_of", "sample").order_by("result", "pk"))
    callees = wallet.callees([each.payment_id for each in found])
    return [
        Line(
            each.pk, callees[each.payment_id], each.result, each.get_result_display() or "待回访",
            MARKS[each.result], each.note, each.called_at,
            each.instead_of.number if each.instead_of else "", each.sample.month,
        )
        for each in found
    ]  # fmt: skip


def called_ids(of: date) -> frozenset[int]:
    """Return the purchases of a consumption month whose payers were spoken with (K22)."""
    rows = CallBack.objects.filter(sample__month=of.replace(day=1), result__in=SPOKEN)
    return frozenset(rows.values_list("payment_id", flat=True))


def drawable(at: datetime) -> list[date]:
    """Return the finished months with sales that have no sample yet, newest first."""
    there = set(CallSample.objects.values_list("month", flat=True))
    first = campus_month(at)
    found: list[date] = []
    last = wallet.last_trading_day(before=first)
    while last is not None and len(found) < MOST_MONTHS:
        one = last.replace(day=1)
        if one not in there:
            found.append(one)
        last = wallet.last_trading_day(before=one)
    return found


MOST_MONTHS = 12
"""How far back the desk offers to draw."""


@dataclass(frozen=True)
class Facts:
    """What the risk register asks of the call-backs (7.1③)."""

    months: int
    spoken: int
    odd: int
    last_reported_at: datetime | None
    short: int
    """How many drawn months are below the promised share."""


def facts() -> Facts:
    """Return how the call-backs stand over all months."""
    found = _months()
    last = (
        CallBack.objects.exclude(reported_at=None)
        .order_by("-reported_at")
        .values_list("reported_at", flat=True)
        .first()
    )
    return Facts(
        len(found), sum(one.spoken for one in found), sum(one.odd for one in found), last,
        sum(not one.enough for one in found),
    )  # fmt: skip
