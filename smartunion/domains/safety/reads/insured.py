"""Insurance: who is insured at an event by which policy, and the days without cover."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from smartunion.domains.safety.models import Event, Participant, Policy
from smartunion.domains.safety.rules import gate
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.timers.watches import Finding

from .figures import terms_on
from .gate import covers


@dataclass(frozen=True)
class Insured:
    """One participant as the insurer's list names them; amounts in fen."""

    name: str
    number: str
    unit: str
    on: date
    event: str
    policy: str
    insured_fen: int


def policy_on(day: date) -> Policy | None:
    """Return the policy that covers a day in full, the earliest registered first."""
    least = terms_on(day).insured_fen
    held = Policy.objects.filter(since__lte=day, until__gt=day, per_person_fen__gte=least)
    return held.order_by("pk").first()


def insured(event: Event) -> list[Insured]:
    """Return the insurer's list of an event: everybody who has a place (R240)."""
    on = campus_day(event.starts_at)
    policy = policy_on(on)
    here = Participant.objects.filter(event=event, withdrawn_at=None)
    return [
        Insured(
            row.person.name,
            row.person.username,
            str(row.person.unit or ""),
            on,
            f"{event.number} {event.title}",
            policy.number if policy else "",
            policy.per_person_fen if policy else 0,
        )
        for row in here.select_related("person__unit").order_by("person__username")
    ]


def gaps(on: date) -> list[tuple[date, date]]:
    """Return the days of the promised years without full cover, each [from, until)."""
    return gate.gaps(covers(), terms_on(on))


def alarms(at: datetime) -> Iterator[Finding]:
    """Days of the three years on which participants are not insured in full (R240)."""
    on = campus_day(at)
    try:
        least = terms_on(on).insured_fen // 100
    except Refused:
        return  # no adopted plan covers the day
    if not Policy.objects.exists() and not Event.objects.exists():
        return  # the register has not been begun
    for since, until in gaps(on):
        last = until - timedelta(days=1)
        yield Finding("人身意外险", f"{since} 至 {last} 没有每人 {least:,} 元的人身意外险")
