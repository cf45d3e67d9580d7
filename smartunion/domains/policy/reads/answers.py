"""What a question got: the articles verbatim, their cases, what the desk has answered before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from smartunion.domains.policy.models import (
    Alias,
    CaseLink,
    Explanation,
    Faq,
    Lineage,
    Piece,
    Question,
    Relation,
    Ticket,
    Version,
)  # fmt: skip
from smartunion.domains.policy.rules.answers import ALIKE, Line, alike, folded, marked
from smartunion.domains.policy.rules.asked import Outcome
from smartunion.domains.policy.rules.checking import Source
from smartunion.domains.policy.rules.kinds import AliasState, Tier, VersionState
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person

from . import tickets
from .searching import Hit, hits_of, scopes_of

MOST_SOURCES, MOST_EXAMPLES = 6, 3
RECENT = 30
TWICE, HALF_AN_HOUR = 2, timedelta(minutes=30)


@dataclass(frozen=True)
class Case:
    """A case that cites an article."""

    title: str
    facts: str
    result: str
    source: str
    source_url: str
    quoted: str


@dataclass(frozen=True)
class Shown:
    """One article of an answer: its hit, its sentences (the matched one marked), its cases."""

    hit: Hit
    paragraphs: list[Line]
    cases: Sequence[Case]
    chosen: bool
    replaced_by: str = ""
    """The document that has taken the place of this article's, where one has."""

    @property
    def has_mark(self) -> bool:
        """Test if a sentence is marked."""
        return any(mark for line in self.paragraphs for _, mark in line)

    @property
    def runs(self) -> list[tuple[bool, list[Line]]]:
        """Return the paragraphs in runs, open or folded."""
        return folded(self.paragraphs)

    @property
    def verbatim(self) -> str:
        """Return the article as it is copied: title, label and text, not a character changed."""
        return f"《{self.hit.title}》{self.hit.label}\n{self.hit.text}"


@dataclass(frozen=True)
class Answer:
    """All that the page of a question shows."""

    question: Question
    tier: Tier
    shown: tuple[Shown, ...]
    faqs: tuple[Faq, ...]
    ticket: Ticket | None
    thread: tuple[tickets.Said, ...]
    answerer: str
    explained: Explanation | None
    failed: int = 0
    """How many of the reader's questions of the last half hour, this one too, found no help."""

    @property
    def first(self) -> Shown | None:
        """Return the article that stands first."""
        return self.shown[0] if self.shown else None

    @property
    def sure(self) -> bool:
        """Test if one article answers."""
        return self.tier in (Tier.EXACT, Tier.HIGH)

    @property
    def choice(self) -> bool:
        """Test if the reader is asked which of several articles was meant."""
        return self.tier == Tier.MIDDLE and not any(one.chosen for one in self.shown)

    @property
    def offers(self) -> bool:
        """Test if a person is offered unasked: nothing found, no help, twice, or asked for."""
        sad = self.question.useful is False or self.tier in (Tier.LOW, Tier.NO_ANSWER)
        return sad or self.failed >= TWICE or "人工" in self.question.text

    @property
    def waited(self) -> float | None:
        """Return the seconds from asking to the first article."""
        if self.question.shown_at is None:
            return None
        return (self.question.shown_at - self.question.asked_at).total_seconds()


def own(question_id: int, person: Person) -> Question | None:
    """Return a question that the person has asked; None for anybody else's."""
    return Question.objects.select_related("topic").filter(pk=question_id, asker=person).first()


def answer(question_id: int, person: Person, *, at: datetime) -> Answer | None:
    """Return the answer to one's own question, as it was given; None for anybody else's."""
    asked = own(question_id, person)
    if asked is None:
        return None
    rows = sorted(asked.shown.all(), key=lambda row: (row.chosen_at is None, row.place))
    ids = [row.piece_id for row in rows]
    hits = {hit.piece_id: hit for hit in hits_of(ids, day=campus_day(at), viewer=person)}
    cases, replaced = cases_of(ids), _replaced(hits.values(), campus_day(at))
    ticket = Ticket.objects.select_related("case", "question").filter(question=asked).first()
    run = tickets.open_step(ticket) if ticket else None
    return Answer(
        question=asked,
        tier=Tier(asked.tier),
        shown=tuple(
            Shown(
                hit=hits[row.piece_id],
                paragraphs=marked(hits[row.piece_id].text, asked.text),
                cases=cases.get(row.piece_id, ()),
                chosen=row.chosen_at is not None,
                replaced_by=replaced.get(hits[row.piece_id].slug, ""),
            )
            for row in rows
            if row.piece_id in hits
        ),
        faqs=tuple(_faqs(asked.text, set(hits))),
        ticket=ticket,
        thread=tuple(tickets.thread(ticket, person, at=at)) if ticket else (),
        answerer=run.lead.name if run and run.lead else "",
        explained=Explanation.objects.filter(question=asked).first(),
        failed=_failed(asked),
    )


def _failed(asked: Question) -> int:
    """Return how many questions of the half hour up to this one did not help its asker."""
    there = Question.objects.filter(
        Q(useful=False) | Q(tier__in=[Tier.LOW, Tier.NO_ANSWER]),
        asker=asked.asker_id, asked_at__gt=asked.asked_at - HALF_AN_HOUR,
        asked_at__lte=asked.asked_at,
    )  # fmt: skip
    return there.count()


def _replaced(hits: Iterable[Hit], day: date) -> dict[str, str]:
    """Return by slug which documents another has replaced by the day, and which one."""
    there = Relation.objects.filter(
        kind="supersedes",
        other__slug__in=[hit.slug for hit in hits],
        document__versions__state=VersionState.PUBLISHED,
        document__versions__effective_from__lte=day,
    )
    return dict(there.values_list("other__slug", "document__title").distinct())


def cases_of(piece_ids: list[int]) -> dict[int, list[Case]]:
    """Return the cases that cite each article, also as it was called in earlier versions."""
    heirs = _heirs(piece_ids)
    found: dict[int, list[Case]] = {}
    links = CaseLink.objects.filter(piece__in=heirs).select_related("case").order_by("pk")
    for link in links:
        case = link.case
        found.setdefault(heirs[link.piece_id or 0], []).append(
            Case(case.title, case.facts, case.result, case.source, case.source_url, link.quoted)
        )
    return found


def _heirs(piece_ids: Sequence[int]) -> dict[int, int]:
    """Return each article and all that it came from, with the article itself."""
    heirs = {piece: piece for piece in piece_ids}
    newest = set(heirs)
    while newest:
        steps = Lineage.objects.filter(new__in=newest).values_list("old", "new")
        before = {old: heirs[new] for old, new in steps if new in heirs and old not in heirs}
        heirs |= before
        newest = set(before)
    return heirs


def _faqs(text: str, pieces: set[int]) -> list[Faq]:
    """Return reviewed answers of the desk to a question like this one, about these articles."""
    there = Faq.objects.filter(state=AliasState.ACCEPTED, piece__in=pieces).order_by("-decided_at")
    return [one for one in there[:RECENT] if alike(one.question, text) >= ALIKE][:2]


@dataclass(frozen=True)
class Past:
    """A question that one has asked, in one's own list."""

    id: int
    text: str
    at: datetime
    tier: str
    ticket: bool
    answered: bool


def history(person: Person, *, most: int = RECENT) -> list[Past]:
    """Return what a person has asked lately, the newest first."""
    there = Question.objects.filter(asker=person).select_related("ticket").order_by("-asked_at")
    return [
        Past(
            id=one.pk,
            text=one.text,
            at=one.asked_at,
            tier=Tier(one.tier).words,
            ticket=hasattr(one, "ticket"),
            answered=hasattr(one, "ticket") and one.ticket.answered_at is not None,
        )
        for one in there[:most]
    ]


def examples(*, day: date, viewer: Person) -> list[str]:
    """Return questions to try: what was asked before and learned, and an article by its name."""
    seen = Version.objects.filter(
        Q(effective_to=None) | Q(effective_to__gt=day), state=VersionState.PUBLISHED,
        effective_from__lte=day, document__scope__in=scopes_of(viewer, day=day),
    )  # fmt: skip
    learned = Alias.objects.filter(state=AliasState.ACCEPTED, piece__version__in=seen)
    told = list(learned.order_by("-decided_at", "pk").values_list("question", flat=True)[:2])
    named = Piece.objects.filter(version__in=seen, number=1).order_by("version__document__title")
    for one in named.select_related("version__document")[:2]:
        told.append(f"{one.version.document.title}{one.label}")
    return list(dict.fromkeys(told))[:MOST_EXAMPLES]


def sources(answer_: Answer) -> list[Source]:
    """Return the shown articles as a model is given them."""
    return [
        Source(f"A{n}", one.hit.title, one.hit.label, one.hit.text)
        for n, one in enumerate(answer_.shown[:MOST_SOURCES], start=1)
    ]


def said_before(explained: Explanation) -> list[dict[str, Any]]:
    """Return the sentences of an explanation that was shown; none of one that failed."""
    return list(explained.sentences) if explained.outcome == Outcome.DONE else []
