"""Proposals as pages show them: lists, one with its timeline, the three figures, the box."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet

from smartunion.domains.proposals.models import Proposal, Rating, Suggestion
from smartunion.domains.proposals.procedure import FILED, PROPOSAL
from smartunion.domains.proposals.rules.outcomes import SATISFIED, Outcome
from smartunion.domains.proposals.rules.outcomes import told as ratings_told
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures.models import StepRun, Stop

from .cases import raters

MARKS = {
    "passed": ("ok", "已办"), "open": ("run", "办理中"), "skipped": ("na", "不适用"),
    "canceled": ("off", "已撤销"), "returned": ("wait", "已退回"),
}  # fmt: skip
ENDED = {
    "suggestion": "转意见建议", "merged": "已并案", "refused": "不予立案",
    "lapsed": "联名到期终止",
}  # fmt: skip
TOLD = frozenset({"file", "file_urgent", "explain", "rate"})
"""Steps whose words everybody may read: not who has signed, nor an answer still to be signed."""


@dataclass(frozen=True)
class Row:
    """One proposal of a list."""

    it: Proposal
    mark: str
    words: str
    signed: int


def _rows(found: QuerySet[Proposal]) -> list[Row]:
    rows = (
        found.select_related("unit", "proposer", "case", "into")
        .annotate(signed=Count("cosigners", distinct=True))
        .order_by("-number")
    )
    return [Row(one, *standing(one), one.signed) for one in rows]


def standing(it: Proposal) -> tuple[str, str]:
    """Return a proposal's mark and words."""
    if it.filing in ENDED:
        return "off", ENDED[it.filing]
    if it.case.withdrawn_because:
        return "off", "已撤回"
    if it.submitted_at is None:
        return "wait", "联名中"
    if it.case.closed_at is not None:
        return "ok", Outcome(it.outcome).words if it.outcome else "已办结"
    run = it.case.runs.filter(state=StepRun.State.OPEN).order_by("pk").first()
    return "run", PROPOSAL.name_of(run.step) if run else "办理中"


def listed() -> list[Row]:
    """Return every proposal that was handed in, the newest first."""
    return _rows(Proposal.objects.filter(submitted_at__isnull=False))


def of(person: Person) -> list[Row]:
    """Return what somebody has written or signed."""
    mine = Q(proposer=person) | Q(cosigners__person=person)
    return _rows(Proposal.objects.filter(pk__in=Proposal.objects.filter(mine).values("pk")))


def gathering(person: Person) -> list[Row]:
    """Return proposals of one's own congress that still gather names and have not one's own."""
    open_ones = Proposal.objects.filter(
        submitted_at__isnull=True, case__closed_at__isnull=True, unit=person.unit_id
    )
    return _rows(open_ones.exclude(cosigners__person=person))


@dataclass(frozen=True)
class Figures:
    """Filed, closed, carried out and liked: four figures, never one for another (T63)."""

    submitted: int
    decided: int
    filed: int
    closed: int
    answered: int
    carried_out: int
    rated: int
    satisfied: int


def figures() -> Figures:
    """Return the figures over all proposals that were handed in; ratings are counted one by one."""
    rows = Proposal.objects.filter(submitted_at__isnull=False)
    ratings = Rating.objects.filter(turn=F("proposal__reopened"))
    return Figures(
        rows.count(),
        rows.filter(filed_at__isnull=False).count(),
        rows.filter(filing=FILED).count(),
        rows.filter(case__closed_at__isnull=False).count(),
        rows.exclude(outcome="").count(),
        sum(_carried_out(one) for one in rows.exclude(outcome="")),
        ratings.count(),
        ratings.filter(rating__gte=SATISFIED).count(),
    )


def _carried_out(it: Proposal) -> bool:
    done_on = campus_day(it.fulfilled_at) if it.fulfilled_at else None
    return Outcome(it.outcome).is_carried_out_by(it.planned_on, done_on)


def rated(it: Proposal) -> str:
    """Return what its authors have said of the answer so far, in numbers; empty for nothing."""
    given = list(it.ratings.filter(turn=it.reopened).values_list("rating", flat=True))
    return ratings_told(given, len(raters(it))) if given else ""


@dataclass(frozen=True)
class Downgraded:
    """How often somebody's urgent proposal was said to be none: counted, blocking nothing."""

    proposer: Person
    of: int
    count: int


def downgraded() -> list[Downgraded]:
    """Return the proposers of whose urgent proposals some were said to be none, the most first."""
    urgent = Proposal.objects.filter(is_urgent=True, submitted_at__isnull=False)
    rows = urgent.values("proposer").annotate(
        of=Count("pk"), count=Count("pk", filter=Q(is_downgraded=True))
    )
    counted = {row["proposer"]: row for row in rows if row["count"]}
    people = Person.objects.filter(pk__in=counted)
    found = [Downgraded(one, counted[one.pk]["of"], counted[one.pk]["count"]) for one in people]
    return sorted(found, key=lambda one: (-one.count, one.proposer.username))


@dataclass(frozen=True)
class Happened:
    """One line of a timeline; `of` is the number of another proposal that went in with it."""

    at: datetime
    name: str
    mark: str
    words: str
    late: bool
    text: str
    of: str


def timeline(it: Proposal, *, public: bool = False) -> list[Happened]:
    """Return a proposal's way with that of those merged into it, in the order of time.

    Merging keeps both: what each author did and was told stays under its own number. Every time
    that a clock stood still is a line of its own. `public` leaves out who signed and what was said.
    """
    numbers = {it.case_id: it.number}
    numbers |= {one.case_id: one.number for one in it.merged.all()}
    if it.into is not None:
        numbers[it.into.case_id] = it.into.number
    found = []
    runs = StepRun.objects.filter(case__in=numbers).prefetch_related("evidence", "stops")
    for run in runs.order_by("opened_at", "pk"):
        mark, words = MARKS.get(run.state, ("na", ""))
        number = "" if run.case_id == it.case_id else numbers[run.case_id]
        texts = [one.text for one in run.evidence.all() if one.text]
        text = "；".join(texts) if not public or run.step in TOLD else ""
        found.append(
            Happened(
                run.ended_at or run.opened_at, PROPOSAL.name_of(run.step), mark, words, run.late,
                text, number,
            )
        )  # fmt: skip
        found += [_stood(one, number) for one in run.stops.all()]
    return sorted(found, key=lambda one: one.at)


def _stood(stop: Stop, number: str) -> Happened:
    if stop.ended_at is None:
        last = campus_day(stop.ends_at - timedelta(seconds=1))
        mark, words = "wait", f"停钟，最晚到 {last:%-m月%-d日}"
    else:
        days = (campus_day(stop.ended_at) - campus_day(stop.at)).days
        how = "已补充" if stop.answer else "到期没有补充"
        mark, words = "ok", f"{how}，停了 {days} 天"
    return Happened(stop.at, "等提案人补充", mark, words, False, stop.asks, number)


def published(number: str) -> Proposal | None:
    """Return a proposal that was handed in, for everybody; None for one that is still a draft."""
    it = proposal(number)
    return it if it is not None and it.submitted_at is not None else None


def proposal(number: str) -> Proposal | None:
    """Return one proposal, or None."""
    return (
        Proposal.objects.select_related("case", "unit", "proposer", "into__case")
        .filter(number=number)
        .first()
    )


def open_step(it: Proposal) -> StepRun | None:
    """Return the step that is open, or None."""
    rows = it.case.runs.filter(state=StepRun.State.OPEN).select_related("lead", "backup")
    return rows.order_by("pk").first()


def box_of(person: Person) -> list[Suggestion]:
    """Return what somebody has put into the box, the newest first."""
    return list(Suggestion.objects.filter(author=person).order_by("-at"))


def waiting_in_the_box() -> list[Suggestion]:
    """Return every suggestion, those that wait first."""
    rows = Suggestion.objects.select_related("author__unit", "answered_by")
    return sorted(rows, key=lambda one: (one.answered_at is not None, -one.at.timestamp()))


def is_there(suggestion_id: int) -> bool:
    """Test if there is such a suggestion."""
    return Suggestion.objects.filter(pk=suggestion_id).exists()
