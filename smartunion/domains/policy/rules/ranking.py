"""Rank articles for a question: BM25 over characters, with fields and the lexicon. Pure.

An index holds each term's weight in each article, computed once; a question sums up what it asks.
The weights were found on the tuning questions without the lexicon and on unseen ones with it
(docs/adr/0070).
"""

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest

from . import alike, tokens
from .lexicon import Expansion, Lexicon


@dataclass(frozen=True)
class Weights:
    """What is found by tuning."""

    k1: float = 1.2
    b: float = 0.6
    title: float = 0.6
    path: float = 0.6
    single: float = 0.5
    lexicon: float = 1.0
    spread: float = 0.5
    """How a phrase of n pairs shares its weight: n to this power."""
    law: float = 0.15
    alias: float = 1.2
    said: float = 1.75
    """What the everyday words of an article weigh against its own."""
    said_single: float = 0.5
    said_k1: float = 1.0
    said_b: float = 0.4
    alike: float = 0.6
    """What a group of words that mean the same weighs against a pair of characters."""
    alike_body: float = 0.45


TUNED = Weights()
Postings = dict[str, "tuple[array[int], array[float]]"]


@dataclass(frozen=True)
class Entry:
    """What is searched of an article: its own text, its place, its document's names."""

    key: int
    text: str
    path: str
    title: str
    said: str = ""
    """What people say when this is the answer (rules/sayings)."""


@dataclass(frozen=True)
class Scored:
    """A found article with its score and what speaks for it."""

    key: int
    score: float


@dataclass
class Ranking:
    """What a question found, the best first, and what confidence is computed from."""

    hits: list[Scored]
    coverage: float
    """Share of the question's own weight that the best hit holds."""
    margin: float
    """How far the best is above the second, as a share of the best."""
    expansion: Expansion


TOLD = 10.0
"""What an accepted question counts at least: it may share no word with its article."""


@dataclass
class Index:
    """Articles, searchable. Build with `index`."""

    entries: Sequence[Entry]
    postings: Postings
    idf: dict[str, float]
    titles: dict[str, list[int]]
    weights: Weights
    aliases: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    speech: Postings = field(default_factory=dict)
    """The same of what people say."""

    def rank(
        self,
        question: str,
        lexicon: Lexicon,
        *,
        allowed: Collection[int] | None = None,
        limit: int = 10,
    ) -> Ranking:
        """Return the best articles among those allowed (indexes of entries; None for all)."""
        own = tokens.of_question(question, single=self.weights.single)
        expansion = lexicon.expand(question)
        scores = self._scored(question, own, expansion)
        self._lean_on_laws(scores, expansion)
        self._add_aliases(scores, own)
        items = (
            scores.items()
            if allowed is None
            else ((doc, score) for doc, score in scores.items() if doc in allowed)
        )
        best = nlargest(limit, items, key=lambda item: (item[1], -item[0]))
        hits = [Scored(self.entries[doc].key, score) for doc, score in best]
        return Ranking(hits, self._coverage(own, best), _margin(best), expansion)

    def _scored(
        self, text: str, own: Mapping[str, float], expansion: Expansion
    ) -> dict[int, float]:
        """Return what each article has in common with a question, in its words and in ours."""
        weights = self.weights
        groups = frozenset(alike.groups_of(tokens.flat(text[: tokens.LONGEST])))
        wanted = {**own, **dict.fromkeys(groups, weights.alike_body)}
        for phrase, weight in expansion.phrases.items():
            parts = tokens.pairs(phrase)
            share = weights.lexicon * weight / max(1, len(parts)) ** weights.spread
            for part in parts:
                wanted[part] = wanted.get(part, 0.0) + share
        scores = self._sum(wanted, self.postings)
        heard = {t: weights.said_single if _single(t) else weight for t, weight in own.items()}
        heard |= dict.fromkeys(groups, weights.alike)
        for doc, score in self._sum(heard, self.speech).items():
            scores[doc] += weights.said * score
        return scores

    def _sum(self, wanted: Mapping[str, float], postings: Postings) -> dict[int, float]:
        scores: dict[int, float] = defaultdict(float)
        for term, weight in wanted.items():
            if (posting := postings.get(term)) is not None:
                for doc, impact in zip(*posting, strict=True):
                    scores[doc] += weight * impact
        return scores

    def _lean_on_laws(self, scores: dict[int, float], expansion: Expansion) -> None:
        for law, weight in expansion.laws.items():
            for title, docs in self.titles.items():
                if law in title:
                    factor = 1 + self.weights.law * weight
                    for doc in docs:
                        if doc in scores:
                            scores[doc] *= factor

    def _add_aliases(self, scores: dict[int, float], own: Mapping[str, float]) -> None:
        """Add how alike an accepted question is: the best one of each article, 0 to 1."""
        if not self.aliases:
            return
        held = sum(w * self.idf.get(t, 0.0) for t, w in own.items()) or 1.0
        best: dict[int, float] = {}
        for term, weight in own.items():
            for alias, share in self.aliases.get(term, ()):
                best[alias] = best.get(alias, 0.0) + weight * share
        top = max(TOLD, *scores.values())
        for doc in {self._alias_docs[a] for a in best}:
            likeness = max(best[a] for a in best if self._alias_docs[a] == doc) / held
            scores[doc] = scores.get(doc, 0.0) + self.weights.alias * top * likeness**2

    def _coverage(self, own: Mapping[str, float], best: list[tuple[int, float]]) -> float:
        if not best:
            return 0.0
        total = sum(w * self.idf.get(t, 8.0) for t, w in own.items()) or 1.0
        top = best[0][0]
        there = sum(
            w * self.idf[t]
            for t, w in own.items()
            if t in self.postings and _holds(self.postings[t][0], top)
        )
        return there / total

    def with_aliases(self, questions: Iterable[tuple[str, int]]) -> "Index":
        """Return the index with accepted questions: (question, key of the article)."""
        docs = {entry.key: doc for doc, entry in enumerate(self.entries)}
        found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._alias_docs = []
        for question, key in questions:
            if key not in docs:
                continue
            own = tokens.of_question(question, single=self.weights.single)
            held = sum(w * self.idf.get(t, 8.0) for t, w in own.items()) or 1.0
            number = len(self._alias_docs)
            self._alias_docs.append(docs[key])
            for term, _ in own.items():
                found[term].append((number, self.idf.get(term, 8.0)))
            del held
        self.aliases = dict(found)
        return self

    _alias_docs: list[int] = field(default_factory=list)


def of_speech(text: str) -> list[str]:
    """Return the tokens of what people say, and the groups of its words."""
    return [*tokens.of_text(text), *alike.groups_of(tokens.flat(text))]


def _single(term: str) -> bool:
    return len(term) == 1 and not term.isascii()


def _holds(docs: "array[int]", doc: int) -> bool:
    low, high = 0, len(docs)
    while low < high:
        middle = (low + high) // 2
        if docs[middle] < doc:
            low = middle + 1
        else:
            high = middle
    return low < len(docs) and docs[low] == doc


def _margin(best: list[tuple[int, float]]) -> float:
    if not best or best[0][1] <= 0:
        return 0.0
    return (best[0][1] - best[1][1]) / best[0][1] if len(best) > 1 else 1.0


def index(
    entries: Sequence[Entry],
    weights: Weights = TUNED,
    of_text: Callable[[str], list[str]] = tokens.of_text,
) -> Index:
    """Return the entries made searchable: every term's weight in every article."""
    counts: list[Mapping[str, float]] = []
    lengths: list[int] = []
    fields: dict[str, Counter[str]] = {}

    def counted(text: str) -> Counter[str]:
        if text not in fields:
            fields[text] = Counter(of_text(text))
        return fields[text]

    titles: dict[str, list[int]] = defaultdict(list)
    for doc, entry in enumerate(entries):
        body = Counter(of_text(entry.text))
        lengths.append(sum(body.values()) or 1)
        body.update(alike.groups_of(tokens.flat(entry.text)))
        held: dict[str, float] = dict(body)
        for text, weight in ((entry.title, weights.title), (entry.path, weights.path)):
            for term, often in counted(text).items():
                held[term] = held.get(term, 0.0) + weight * often
        counts.append(held)
        titles[entry.title].append(doc)
    idf, postings = _weighed(dict(enumerate(counts)), lengths, k1=weights.k1, b=weights.b)
    said = {doc: Counter(of_speech(e.said)) for doc, e in enumerate(entries) if e.said}
    spoken = [sum(said[doc].values()) if doc in said else 0 for doc in range(len(entries))]
    _, speech = _weighed(said, spoken, k1=weights.said_k1, b=weights.said_b)
    return Index(entries, postings, idf, dict(titles), weights, speech=speech)


def _weighed(
    counts: Mapping[int, Mapping[str, float]], lengths: Sequence[int], *, k1: float, b: float
) -> tuple[dict[str, float], Postings]:
    """Return each term's rarity, and its weight in each text that holds it (BM25)."""
    number = len(counts)
    average = sum(lengths) / max(1, number)
    seen = Counter(term for held in counts.values() for term in held)
    idf = {t: math.log(1 + (number - n + 0.5) / (n + 0.5)) for t, n in seen.items()}
    postings: Postings = {}
    for doc, held in counts.items():
        norm = k1 * (1 - b + b * lengths[doc] / average)
        for term, times in held.items():
            if term not in postings:
                postings[term] = (array("L"), array("f"))
            docs, impacts = postings[term]
            docs.append(doc)
            impacts.append(idf[term] * times * (k1 + 1) / (times + norm))
    return idf, postings
