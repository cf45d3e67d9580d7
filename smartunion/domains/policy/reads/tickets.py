"""Tickets: whose they are, what was said in them, what waits for review."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from smartunion.domains.policy.models import Alias, Faq, Lexeme, MissedWords, Remark, Ticket
from smartunion.domains.policy.rules.kinds import AliasState
from smartunion.domains.policy.rules.sla import Level
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Office, Person
from smartunion.kernel.people.reads import acting
from smartunion.kernel.procedures.models import StepRun

from .searching import Hit, hits_of
from .terms import desk_terms

REPLY, LEARN = "reply", "learn"
MOST = 200


def open_step(ticket: Ticket) -> StepRun | None:
    """Return the open step of a ticket's case; None when it is closed."""
    return (
        StepRun.objects.filter(case=ticket.case_id, state=StepRun.State.OPEN)
        .select_related("lead", "backup")
        .first()
    )


def ticket_of_step(run_id: int) -> int | None:
    """Return the ticket that a step of its sheet belongs to, or None."""
    cases = StepRun.objects.filter(pk=run_id).values("case")
    return Ticket.objects.filter(case__in=cases).values_list("pk", flat=True).first()


def _mine(person: Person) -> QuerySet[Ticket]:
    """Return the tickets whose steps are or were the person's own."""
    steps = StepRun.objects.filter(Q(lead=person) | Q(backup=person))
    return Ticket.objects.filter(case__in=steps.values("case")).select_related("question")


@dataclass(frozen=True)
class Row:
    """A ticket in the list: no word of what was asked."""

    id: int
    level: str
    opened_at: datetime
    due_at: datetime
    answered_at: datetime | None
    step: str
    late: bool


def rows(person: Person, *, at: datetime) -> list[Row]:
    """Return the tickets of the person's steps: what waits first, the soonest due on top."""
    there = list(_mine(person).order_by("-opened_at")[:MOST])
    steps = dict(
        StepRun.objects.filter(
            case__in=[one.case_id for one in there], state=StepRun.State.OPEN
        ).values_list("case_id", "step")
    )
    told = [
        Row(
            id=one.pk,
            level=Level(one.level).words,
            opened_at=one.opened_at,
            due_at=one.due_at,
            answered_at=one.answered_at,
            step=steps.get(one.case_id, ""),
            late=(one.answered_at or at) > one.due_at,
        )
        for one in there
    ]
    order = {REPLY: 0, LEARN: 1}
    waiting = sorted((r for r in told if r.step), key=lambda r: (order[r.step], r.due_at))
    return waiting + [row for row in told if not row.step]


@dataclass(frozen=True)
class Said:
    """One remark of a thread."""

    by: str
    mine: bool
    desk: bool
    at: datetime
    text: str
    pieces: tuple[Hit, ...]


@dataclass(frozen=True)
class Card:
    """A ticket as the desk works it."""

    ticket: Ticket
    step: str
    mine: bool
    level: str
    remarks: tuple[Said, ...]
    shown: tuple[Hit, ...]
    erased: bool


def card(ticket_id: int, person: Person, *, at: datetime) -> Card | None:
    """Return a ticket of the person's own steps; None for anybody else's."""
    there = _mine(person).select_related("question__asker").filter(pk=ticket_id).first()
    if there is None or there.question.asker_id == person.pk:
        return None
    run = open_step(there)
    shown = [one.piece_id for one in there.question.shown.order_by("place")]
    return Card(
        ticket=there,
        step=run.step if run else "",
        mine=run is not None and person.pk in (run.lead_id, run.backup_id),
        level=Level(there.level).words,
        remarks=tuple(thread(there, person, at=at)),
        shown=tuple(hits_of(shown, day=campus_day(at), viewer=person)),
        erased=there.question.erased_at is not None,
    )


def thread(ticket: Ticket, person: Person, *, at: datetime) -> list[Said]:
    """Return what was written in a ticket, oldest first."""
    said = Remark.objects.filter(ticket=ticket).select_related("by").prefetch_related("pieces")
    asker = ticket.question.asker_id
    return [
        Said(
            by=one.by.name,
            mine=one.by_id == person.pk,
            desk=one.by_id != asker,
            at=one.at,
            text=one.text,
            pieces=tuple(
                hits_of([p.pk for p in one.pieces.all()], day=campus_day(at), viewer=person)
            ),
        )
        for one in said.order_by("at", "pk")
    ]


def answerer(office: str, *, on: date, excluding: int) -> Person | None:
    """Return who answers for an office today, never the asker; the desk's own office stands in."""
    terms = desk_terms(on)
    for code in (office, terms.office, terms.chief):
        if code and (found := acting(code, on=on, excluding=[excluding])):
            return found.person
    return None


def office_title(code: str) -> str:
    """Return what an office is called; the code itself where there is none."""
    return Office.objects.filter(code=code).values_list("title", flat=True).first() or code


@dataclass(frozen=True)
class Proposal:
    """Something that waits for a second person."""

    id: int
    kind: str
    question: str
    answer: str
    hit: Hit | None
    by: str
    at: datetime
    own: bool


def proposals(person: Person, *, at: datetime) -> list[Proposal]:
    """Return what waits for review, the oldest first; nobody reviews their own."""
    waiting: list[tuple[str, Alias | Faq]] = [
        ("faq", one)
        for one in Faq.objects.filter(state=AliasState.PROPOSED).select_related("proposed_by")
    ]
    waiting += [
        ("alias", one)
        for one in Alias.objects.filter(state=AliasState.PROPOSED).select_related("proposed_by")
    ]
    ids = [one.piece_id for _, one in waiting]
    hits = {hit.piece_id: hit for hit in hits_of(ids, day=campus_day(at), viewer=person)}
    return sorted(
        (
            Proposal(
                id=one.pk,
                kind=kind,
                question=one.question,
                answer=getattr(one, "answer", ""),
                hit=hits.get(one.piece_id),
                by=one.proposed_by.name if one.proposed_by else "系统",
                at=one.proposed_at,
                own=one.proposed_by_id == person.pk,
            )
            for kind, one in waiting
        ),
        key=lambda one: one.at,
    )


def weeks(*, most: int = 8) -> Sequence[MissedWords]:
    """Return the weekly lists of words that found nothing, the newest first."""
    return list(MissedWords.objects.order_by("-week")[:most])


def lexemes(person: Person) -> list[tuple[Lexeme, bool]]:
    """Return learned words that wait for review, each with whether it is the person's own."""
    waiting = Lexeme.objects.filter(state=AliasState.PROPOSED).select_related("proposed_by")
    return [(one, one.proposed_by_id == person.pk) for one in waiting.order_by("pk")]
