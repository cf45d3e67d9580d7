"""Search without a model: what is in force and may be seen, ranked in this process.

The index is built from the published versions and kept until the stamp moves; one process needs
about three seconds for six thousand articles, and one search some milliseconds (docs/adr/0070).
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from smartunion.domains.policy.models import Alias, Lexeme, NoAnswer, Piece, Stamp, Version
from smartunion.domains.policy.rules import confidence, questions, ranking, sayings
from smartunion.domains.policy.rules.kinds import AliasState, PieceKind, Scope, Tier, VersionState
from smartunion.domains.policy.rules.lexicon import Lexicon, Line, shipped
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import mandate_of

SEARCHED = (PieceKind.ARTICLE, PieceKind.SECTION)
NEAREST = 3
"""Hits beside a topic that the rules do not answer, or where nothing is sure."""
KEEPS = "policy.keep"


@dataclass(frozen=True)
class Edition:
    """One published version with what is said of its document."""

    id: int
    document_id: int
    slug: str
    title: str
    number: int
    label: str
    issuer: str
    code: str
    level: str
    scope: str
    effective_from: date
    effective_to: date | None
    next_from: date | None

    def in_force(self, on: date) -> bool:
        """Tell whether it is in force on a campus day."""
        return self.effective_from <= on and (self.effective_to is None or on < self.effective_to)


@dataclass(frozen=True)
class Hit:
    """An article that was found, verbatim, with everything that a citation needs."""

    piece_id: int
    slug: str
    title: str
    version: int
    version_label: str
    label: str
    path: str
    text: str
    issuer: str
    number: str
    level: str
    effective_from: date
    effective_to: date | None
    next_from: date | None
    anchor: str
    sha256: str
    score: float

    @property
    def called(self) -> str:
        """Return how the article is cited: 《…》第七条; an un-numbered section by its heading."""
        return f"《{self.title}》{self.place}"

    @property
    def place(self) -> str:
        """Return the article's label; 3. alone says too little, so its heading stands before it."""
        label = self.label or self.title
        if label.startswith("第") or not self.path:
            return label
        heading = self.path.rpartition(" › ")[2]
        return heading if heading == label else f"{heading} {label}"

    @property
    def url(self) -> str:
        """Return the article's permanent address."""
        return f"/policy/{self.slug}/v/{self.version}/#{self.anchor}"


@dataclass(frozen=True)
class Found:
    """What a question found: how sure it is, the articles, and what to say where there are none."""

    question: str
    tier: Tier
    hits: tuple[Hit, ...] = ()
    topic: NoAnswer | None = None
    terms: tuple[str, ...] = ()


@dataclass
class _Shelf:
    """All that this process searches, as of one stamp."""

    stamp: int
    index: ranking.Index
    lexicon: Lexicon
    editions: dict[int, Edition]
    edition_of: list[int]
    articles: dict[tuple[int, int, int], int]
    """(version, number, 之) -> piece."""
    names: dict[str, int]
    topics: dict[int, NoAnswer]
    allowed: dict[tuple[date, frozenset[str]], frozenset[int]]


class _Kept:
    """The shelf of this process, built by one thread at a time."""

    shelf: _Shelf | None = None
    building = threading.Lock()


def search(question: str, *, day: date, viewer: Person | None, limit: int = 10) -> Found:
    """Return what the rules in force on a campus day say to a question; never raises (3.6-2).

    Whatever is asked is data: long, empty, foreign or marked-up questions find what they find.
    """
    if questions.is_crisis(question):
        return Found(question, Tier.CRISIS)
    if not question.strip():
        return Found(question, Tier.EMPTY)
    shelf = _current()
    allowed = _allowed(shelf, day, scopes_of(viewer, day=day))
    if named := _named(shelf, question, day, allowed):
        return Found(question, Tier.EXACT, tuple(_hits(shelf, [(one, 1.0) for one in named])))
    ranked = shelf.index.rank(question, shelf.lexicon, allowed=allowed, limit=limit)
    scored = [(hit.key, hit.score) for hit in ranked.hits]
    terms = tuple(ranked.expansion.phrases)
    topic = questions.gap(question, [(key, row.words) for key, row in shelf.topics.items()])
    if topic is not None:
        hits = tuple(_hits(shelf, scored[:NEAREST]))
        return Found(question, Tier.NO_ANSWER, hits, shelf.topics[topic], terms)
    best = scored[0][1] if scored else 0.0
    tier = confidence.tier(best, ranked.coverage, ranked.margin) if scored else Tier.LOW
    hits = tuple(_hits(shelf, scored))
    if tier is Tier.HIGH and not (hits and questions.measured(question, hits[0].text)):
        tier = Tier.MIDDLE  # near, but it does not hold the number that is asked for
    return Found(question, tier, hits, None, terms)


def scopes_of(viewer: Person | None, *, day: date) -> frozenset[str]:
    """Return which documents somebody may find: everyone's, the staff's, the officers'."""
    if viewer is None or viewer.kind != Person.Kind.STAFF:
        return frozenset({Scope.EVERYONE.value})
    scopes = {Scope.EVERYONE.value, Scope.STAFF.value}
    if mandate_of(viewer, on=day).may(KEEPS):
        scopes.add(Scope.OFFICERS.value)
    return frozenset(scopes)


def editions() -> Mapping[int, Edition]:
    """Return every published version by its id."""
    return _current().editions


def hits_of(piece_ids: list[int], *, day: date, viewer: Person | None) -> list[Hit]:
    """Return articles by their ids, of whatever version, as far as the viewer may see them."""
    shelf, scopes = _current(), scopes_of(viewer, day=day)
    return [
        hit
        for hit in _hits(shelf, [(one, 0.0) for one in piece_ids])
        if _edition(shelf, hit).scope in scopes
    ]


def _edition(shelf: _Shelf, hit: Hit) -> Edition:
    return next(
        e for e in shelf.editions.values() if e.slug == hit.slug and e.number == hit.version
    )


def _allowed(shelf: _Shelf, day: date, scopes: frozenset[str]) -> frozenset[int]:
    """Return the articles in force on the day that the scopes let be seen."""
    if (day, scopes) not in shelf.allowed:
        open_ = {e.id for e in shelf.editions.values() if e.in_force(day) and e.scope in scopes}
        shelf.allowed[day, scopes] = frozenset(
            doc for doc, edition in enumerate(shelf.edition_of) if edition in open_
        )
    return shelf.allowed[day, scopes]


def _named(shelf: _Shelf, question: str, day: date, allowed: frozenset[int]) -> list[int]:
    """Return the articles that a question names, of the versions in force."""
    seen = {shelf.edition_of[doc] for doc in allowed}
    current = {
        e.document_id: e.id for e in shelf.editions.values() if e.id in seen and e.in_force(day)
    }
    found = (
        shelf.articles.get((current.get(document, 0), number, sub))
        for document, number, sub in questions.reference(question, shelf.names)
    )
    return [one for one in found if one is not None]


def _hits(shelf: _Shelf, scored: list[tuple[int, float]]) -> list[Hit]:
    """Return the hits with their text as it is stored, in the given order."""
    fields = ("id", "version_id", "label", "path", "text", "anchor", "text_sha256")
    rows = Piece.objects.filter(pk__in=[key for key, _ in scored]).values(*fields)
    by_id = {row["id"]: row for row in rows}
    hits = []
    for key, score in scored:
        row = by_id.get(key)
        edition = shelf.editions.get(row["version_id"]) if row else None
        if row is None or edition is None:
            continue
        hits.append(
            Hit(
                key, edition.slug, edition.title, edition.number, edition.label, row["label"],
                row["path"], row["text"], edition.issuer, edition.code, edition.level,
                edition.effective_from, edition.effective_to, edition.next_from, row["anchor"],
                row["text_sha256"], round(score, 4),
            )
        )  # fmt: skip
    return hits


def _current() -> _Shelf:
    """Return this process's shelf, built anew where something has changed since."""
    number = Stamp.objects.values_list("number", flat=True).order_by("pk").first() or 0
    shelf = _Kept.shelf
    if shelf is None or shelf.stamp != number:
        with _Kept.building:
            shelf = _Kept.shelf
            if shelf is None or shelf.stamp != number:
                _Kept.shelf = shelf = _built(number, shelf)
    return shelf


def _built(number: int, before: _Shelf | None) -> _Shelf:
    editions = _editions()
    fields = ("id", "version_id", "number", "sub", "kind", "text", "path")
    rows = list(
        Piece.objects.filter(version__in=editions, kind__in=[k.value for k in SEARCHED])
        .order_by("id")
        .values_list(*fields)
    )
    entries = _entries(rows, editions)
    if before is not None and [e.key for e in before.index.entries] == [e.key for e in entries]:
        index = before.index  # only words or questions have changed: texts never do
    else:
        index = ranking.index(entries)
    accepted = Alias.objects.filter(state=AliasState.ACCEPTED).values_list("question", "piece_id")
    index = index.with_aliases(accepted)
    learned = Lexeme.objects.filter(state=AliasState.ACCEPTED).order_by("id")
    lines = [Line((((row.everyday,),),), (row.legal,), ()) for row in learned]
    names: dict[str, int] = {}
    aliases = Version.objects.filter(pk__in=editions).values_list(
        "document_id", "document__title", "document__aliases"
    )
    for document, title, others in aliases:
        for name in (*questions.suffixless(title), *others):
            names[name.lower()] = document
    return _Shelf(
        stamp=number,
        index=index,
        lexicon=Lexicon([*shipped().lines, *lines]) if lines else shipped(),
        editions=editions,
        edition_of=[row[1] for row in rows],
        articles={(r[1], r[2], r[3]): r[0] for r in rows if r[4] == PieceKind.ARTICLE},
        names=names,
        topics={row.pk: row for row in NoAnswer.objects.all()},
        allowed={},
    )


def _entries(
    rows: Sequence[tuple[Any, ...]], editions: Mapping[int, Edition]
) -> list[ranking.Entry]:
    """Return what is searched of each article: its text, its place, and how people ask for it."""
    by_version: dict[int, list[tuple[int | None, str]]] = {}
    for row in rows:
        by_version.setdefault(row[1], []).append((row[2], row[5]))
    said = {
        version: iter(sayings.words_of(editions[version].title, articles))
        for version, articles in by_version.items()
    }
    return [ranking.Entry(r[0], r[5], r[6], editions[r[1]].title, next(said[r[1]])) for r in rows]


def _editions() -> dict[int, Edition]:
    rows = list(
        Version.objects.filter(state=VersionState.PUBLISHED)
        .select_related("document")
        .order_by("document_id", "effective_from")
    )
    starts: dict[int, list[date]] = {}
    for row in rows:
        starts.setdefault(row.document_id, []).append(row.effective_from)
    return {
        row.pk: Edition(
            row.pk, row.document_id, row.document.slug, row.document.title, row.number, row.label,
            row.document.issuer, row.paper or row.document.number, row.document.level,
            row.document.scope,
            row.effective_from, row.effective_to,
            min((s for s in starts[row.document_id] if s > row.effective_from), default=None),
        )
        for row in rows
    }  # fmt: skip
