"""How long people wait for an answer, how many need nobody, what that saves: each with its rows."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean, median

from django.db.models import Count, Q, QuerySet

from smartunion.domains.policy.models import Explanation, Question, Ticket
from smartunion.domains.policy.rules.asked import Outcome
from smartunion.domains.policy.rules.checking import Fault
from smartunion.domains.policy.rules.kinds import Tier
from smartunion.domains.policy.rules.sla import hours_saved
from smartunion.kernel.base.days import campus_day, start_of
from smartunion.kernel.base.refusals import Refused

from .terms import desk_terms


@dataclass(frozen=True)
class Waits:
    """Waits in seconds; None without any."""

    n: int
    mean: float | None = None
    median: float | None = None
    p95: float | None = None


def waits_of(seconds: list[float]) -> Waits:
    """Return mean, median and 95th percentile of some waits."""
    if not seconds:
        return Waits(0)
    ordered = sorted(seconds)
    last = ordered[min(len(ordered) - 1, -(-95 * len(ordered) // 100) - 1)]
    return Waits(len(ordered), fmean(ordered), median(ordered), last)


@dataclass(frozen=True)
class Session:
    """One question as the figures count it; no word of it."""

    id: int
    asked_at: datetime
    machine_seconds: float | None
    human_seconds: float | None
    tier: str
    useful: bool | None
    handed: bool
    deflected: bool
    settled: bool
    """Whether its day is over, so that it can count as answered without a person."""

    @property
    def wait_seconds(self) -> float | None:
        """Return the wait for what answered: a person where one was asked, else the article."""
        return self.human_seconds if self.handed else self.machine_seconds


def _asked(first: date, until: date) -> QuerySet[Question]:
    there = Question.objects.filter(asked_at__gte=start_of(first), asked_at__lt=start_of(until))
    return there.exclude(tier=Tier.CRISIS)


def sessions(first: date, until: date, *, at: datetime) -> list[Session]:
    """Return the questions of a span of days (until exclusive), the oldest first."""
    told = []
    silence: dict[date, timedelta] = {}
    for one in _asked(first, until).select_related("ticket").order_by("asked_at", "pk"):
        ticket: Ticket | None = getattr(one, "ticket", None)
        if (day := campus_day(one.asked_at)) not in silence:
            silence[day] = _silence(day)
        settled = at >= one.asked_at + silence[day]
        machine = (one.shown_at - one.asked_at).total_seconds() if one.shown_at else None
        human = (
            (ticket.answered_at - one.asked_at).total_seconds()
            if ticket and ticket.answered_at
            else None
        )
        told.append(
            Session(
                id=one.pk,
                asked_at=one.asked_at,
                machine_seconds=machine,
                human_seconds=human,
                tier=Tier(one.tier).words,
                useful=one.useful,
                handed=ticket is not None,
                deflected=bool(
                    settled and one.shown_at and ticket is None and one.useful is not False
                ),
                settled=settled,
            )
        )
    return told


def _silence(day: date) -> timedelta:
    try:
        return timedelta(hours=desk_terms(day).deflect_hours)
    except Refused:
        return timedelta(days=1)


@dataclass(frozen=True)
class Metrics:
    """The desk's figures of a span of days."""

    questions: int
    machine: Waits
    human: Waits
    all_in: Waits
    handed: int
    waiting: int
    deflected: int
    confirmed: int
    judged_useful: int
    judged_useless: int
    kept_sla: int
    of_sla: int
    hours: int
    baseline_minutes: int
    crisis: int
    explained: int
    kept_sentences: int
    dropped: list[tuple[str, int]]

    @property
    def deflection(self) -> float | None:
        """Return the share of questions that needed nobody, in per cent."""
        return 100 * self.deflected / self.questions if self.questions else None

    @property
    def drop_rate(self) -> float | None:
        """Return the share of a model's sentences that were not shown, in per cent."""
        gone = sum(count for _, count in self.dropped)
        whole = gone + self.kept_sentences
        return 100 * gone / whole if whole else None


def metrics(first: date, until: date, *, at: datetime) -> Metrics:
    """Return the desk's figures of a span of days (until exclusive)."""
    rows = sessions(first, until, at=at)
    minutes = desk_terms(first).baseline_minutes
    tickets = list(
        Ticket.objects.filter(
            opened_at__gte=start_of(first), opened_at__lt=start_of(until)
        ).values_list("answered_at", "due_at")
    )
    runs = list(Explanation.objects.filter(question__in=_asked(first, until)))
    dropped: dict[str, int] = {}
    for run in runs:
        for code, count in run.dropped.items():
            dropped[code] = dropped.get(code, 0) + count
    deflected = [row for row in rows if row.deflected]
    judged = _asked(first, until).aggregate(
        yes=Count("pk", filter=Q(useful=True)), no=Count("pk", filter=Q(useful=False))
    )
    crisis = Question.objects.filter(
        tier=Tier.CRISIS, asked_at__gte=start_of(first), asked_at__lt=start_of(until)
    )
    return Metrics(
        questions=len(rows),
        machine=waits_of([r.machine_seconds for r in rows if r.machine_seconds is not None]),
        human=waits_of([r.human_seconds for r in rows if r.human_seconds is not None]),
        all_in=waits_of([r.wait_seconds for r in rows if r.wait_seconds is not None]),
        handed=sum(row.handed for row in rows),
        waiting=sum(row.handed and row.human_seconds is None for row in rows),
        deflected=len(deflected),
        confirmed=sum(row.useful is True for row in deflected),
        judged_useful=judged["yes"],
        judged_useless=judged["no"],
        kept_sla=sum(done is not None and done <= due for done, due in tickets),
        of_sla=sum(done is not None or at > due for done, due in tickets),
        hours=hours_saved(len(deflected), minutes),
        baseline_minutes=minutes,
        crisis=crisis.count(),
        explained=sum(run.outcome == Outcome.DONE for run in runs),
        kept_sentences=sum(len(r.sentences) for r in runs if r.outcome == Outcome.DONE),
        dropped=sorted((Fault(code).words, count) for code, count in dropped.items()),
    )
