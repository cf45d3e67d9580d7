"""What other domains count of buying: windows kept, purchases, lateness."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from smartunion.domains.procurement.models import Contract, Purchase
from smartunion.kernel.base.calendar import campus
from smartunion.kernel.base.days import campus_day, end_of, start_of
from smartunion.kernel.base.workdays import Calendar
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.publicity.models import Posting

WINDOWS = ("published", "publicized")


@dataclass(frozen=True)
class PostedFact:
    """One window of buying: for which purchase, how many working days it really stood."""

    number: str
    purchase: str
    what: str
    posted_on: date
    ended_on: date | None
    working_days: int
    """Asked for by the sheet."""
    stood: int
    """Working days that it stood, the day of posting not counted."""
    upheld: bool
    """Ended early because an objection was valid, which is no failing."""


@dataclass(frozen=True)
class PurchaseFact:
    """One purchase as a figure; sums in fen."""

    number: str
    title: str
    method: str
    amount_fen: int
    price_fen: int | None
    requested_on: date
    late_steps: int
    split: bool


def postings(since: date, until: date, *, on: date) -> list[PostedFact]:
    """Return the windows that ended in [since, until) and not after the day, by their ends."""
    runs = StepRun.objects.filter(step__in=WINDOWS, case__in=Purchase.objects.values("case"))
    about = {f"procedures.steprun:{run.pk}": run for run in runs.select_related("case")}
    purchases_of = {p.case_id: p for p in Purchase.objects.filter(case__in=runs.values("case"))}
    calendar = campus()
    found = []
    ended = Posting.objects.filter(
        about__in=list(about),
        ended_at__gte=start_of(since),
        ended_at__lt=min(start_of(until), end_of(on)),
    )
    for posting in ended.order_by("ended_at"):
        run = about[posting.about]
        ended_on = campus_day(posting.ended_at) if posting.ended_at else None
        found.append(
            PostedFact(
                number=posting.number,
                purchase=f"{purchases_of[run.case_id].number} {purchases_of[run.case_id].title}",
                what="单一来源公示" if run.step == "published" else "结果公示",
                posted_on=campus_day(posting.posted_at),
                ended_on=ended_on,
                working_days=posting.working_days,
                stood=_stood(posting, calendar),
                upheld=posting.state == Posting.State.UPHELD,
            )
        )
    return found


def _stood(posting: Posting, calendar: Calendar) -> int:
    """Return the whole working days between the start of the clock and the end."""
    if posting.ended_at is None:
        return 0
    last_whole_day = campus_day(posting.ended_at) - timedelta(days=1)
    return calendar.working_days_between(posting.counted_from_on, last_whole_day)


def purchases(since: date, until: date) -> list[PurchaseFact]:
    """Return the purchases requested in [since, until), oldest first."""
    found = Purchase.objects.filter(
        requested_at__gte=start_of(since), requested_at__lt=start_of(until)
    ).select_related("case")
    return [
        PurchaseFact(
            number=p.number,
            title=p.title,
            method=str(p.get_method_display()),
            amount_fen=p.amount_fen,
            price_fen=p.price_fen if p.awarded_at else None,
            requested_on=campus_day(p.requested_at),
            late_steps=p.case.runs.filter(late=True).count(),
            split=bool(p.case.facts.get("split")),
        )
        for p in found.order_by("requested_at")
    ]


def june_gifts_done_on(year: int) -> date | None:
    """Return the day on which the year's gifts were through all eight steps, or None."""
    done = Purchase.objects.filter(
        case__sheet__code="procurement.june_gifts",
        case__closed_at__isnull=False,
        case__withdrawn_because="",
        requested_at__year=year,
    ).order_by("case__closed_at")
    first = done.select_related("case").first()
    return campus_day(first.case.closed_at) if first and first.case.closed_at else None


def units_of(documents: Collection[str]) -> dict[str, str]:
    """Return the code of the unit that asked for what each document of the ledger has paid."""
    rows = Contract.objects.filter(document__in=documents)
    return dict(rows.values_list("document", "purchase__unit__code"))
