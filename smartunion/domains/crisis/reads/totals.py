"""What is counted of red cases: how long each step took. By number, never by person or college."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from smartunion.domains.crisis.models import RedCase
from smartunion.domains.crisis.reads.figures import Terms, terms_on
from smartunion.kernel.base.days import end_of, start_of

GONE = frozenset({RedCase.State.STOOD_DOWN})
NO_DEBRIEF = frozenset({RedCase.Outcome.FALSE_ALARM, RedCase.Outcome.BY_PHONE})


@dataclass(frozen=True)
class Measured:
    """One real case at one limit: how long it took, or why it does not count (K29–K34, K36)."""

    number: str
    opened_at: datetime
    took: timedelta | None
    within: timedelta
    excluded: str = ""
    uncontrolled: bool = False

    @property
    def in_time(self) -> bool:
        """Test if it was there within the limit; the limit itself counts as in time."""
        return self.took is not None and self.took <= self.within

    @property
    def seconds(self) -> int | None:
        """Return how long it took, in whole seconds; None where it never came."""
        return int(self.took.total_seconds()) if self.took is not None else None


def of_period(first: date, until: date, *, on: date) -> QuerySet[RedCase]:
    """Return the real cases whose alarm lies in the period [first, until), up to a day.

    A drill is never counted.
    """
    end = min(start_of(until), end_of(on))
    return (
        RedCase.objects.filter(is_drill=False, opened_at__gte=start_of(first), opened_at__lt=end)
        .select_related("escort", "debrief", "referral")
        .order_by("opened_at", "pk")
    )


def settled(case: RedCase, terms: Terms, end: datetime) -> Measured:
    """Return the alarm until safe, soothed or handed over (K29, T43)."""
    return _measured(case, case.settled_at, terms.span("close_minutes"), end)


def called(case: RedCase, terms: Terms, end: datetime) -> Measured:
    """Return the alarm until the first call (K30)."""
    return _measured(case, case.called_at, terms.span("call_seconds"), end)


def located(case: RedCase, terms: Terms, end: datetime) -> Measured:
    """Return the alarm until found, of those who had to be looked for (K31)."""
    within = terms.span("locate_minutes")
    if not case.needs_location:
        return _measured(case, None, within, end, "接通即知所在，不需定位")
    gone = case.state in GONE and case.located_at is None
    return _measured(case, case.located_at, within, end, "定位前已确认平安" if gone else "")


def arrived(case: RedCase, terms: Terms, end: datetime) -> Measured:
    """Return the alarm until the doctor was on the scene (K32)."""
    gone = case.state in GONE and case.arrived_at is None
    why = "到场前已确认平安" if gone else ""
    return _measured(case, case.arrived_at, terms.span("scene_minutes"), end, why)


def escorted(case: RedCase, terms: Terms, end: datetime) -> Measured:
    """Return the alarm until the family was met, of those who were referred (K33)."""
    escort = getattr(case, "escort", None)
    why = "" if case.outcome == RedCase.Outcome.REFERRED else "没有转介"
    return _measured(case, escort.met_at if escort else None, terms.span("escort_hours"), end, why)


def debriefed(case: RedCase, terms: Terms, end: datetime) -> Measured:
    """Return the alarm until the report of the debrief (K34)."""
    debrief = getattr(case, "debrief", None)
    why = "误报或电话确认平安，不复盘" if case.outcome in NO_DEBRIEF else ""
    at = debrief.reported_at if debrief else None
    return _measured(case, at, terms.span("debrief_hours"), end, why)


WAYS = {
    "K29": settled, "K30": called, "K31": located, "K32": arrived, "K33": escorted,
    "K34": debriefed, "K36": settled,
}  # fmt: skip


def measured(code: str, first: date, until: date, *, on: date) -> list[Measured]:
    """Return each real case of the period as an indicator counts it on a day."""
    end = end_of(on)
    return [
        WAYS[code](case, terms_on(case.opened_at), end) for case in of_period(first, until, on=on)
    ]


def _measured(
    case: RedCase, at: datetime | None, within: timedelta, end: datetime, excluded: str = ""
) -> Measured:
    """Return a case at a limit; what is neither there nor due yet does not count yet."""
    took = at - case.opened_at if at is not None and at < end else None
    if not excluded and took is None and case.opened_at + within >= end:
        excluded = "还没有到期"
    return Measured(
        number=case.number,
        opened_at=case.opened_at,
        took=took,
        within=within,
        excluded=excluded,
        uncontrolled=case.lost_control,
    )
