"""The search with its optional stages: each has its time, and none is missed when it is silent."""

import json
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from smartunion.domains.policy.reads.searching import Found, Hit, search
from smartunion.domains.policy.rules.kinds import Tier
from smartunion.domains.policy.rules.prompts import rewriting
from smartunion.kernel.people.models import Person

from . import model
from .model import NoModelError, Server

UNSURE = (Tier.MIDDLE, Tier.LOW)
"""Where a stage may help; an article that was named, or found for sure, stays where it is."""

MOST, CANDIDATES = 10, 50
"""How many hits are told, and how many a stage may choose them from."""

MOST_WORDS, LONGEST_WORD = 6, 8
HALF = 0.5


def find(text: str, *, day: date, viewer: Person | None) -> tuple[Found, list[str]]:
    """Return what the search finds, and what each configured stage came to ("rewrite ok 310ms")."""
    drawer, judge = model.embedder(), model.reranker()
    limit = CANDIDATES if drawer or judge else MOST
    found = search(text, day=day, viewer=viewer, limit=limit)
    told: list[str] = []
    if found.tier not in UNSURE:
        return _cut(found), told

    def again(more: str) -> Found:
        return search(f"{text} {more}", day=day, viewer=viewer, limit=limit)

    stages: list[tuple[str, Callable[[Found], Found]]] = []
    if (writer := model.rewriter()) is not None:
        stages.append(("rewrite", lambda before: _rewritten(writer, text, again, before)))
    if drawer is not None:
        stages.append(("embed", lambda before: _by_vectors(drawer, text, before)))
    if judge is not None:
        stages.append(("rerank", lambda before: _by_scores(judge, text, before)))
    for name, stage in stages:
        if not found.hits:
            continue
        began = time.perf_counter()
        try:
            found, came = stage(found), "ok"
        except NoModelError as no:
            came = str(no)
        told.append(f"{name} {came} {(time.perf_counter() - began) * 1000:.0f}ms")
    return _cut(found), told


def _cut(found: Found) -> Found:
    return replace(found, hits=found.hits[:MOST])


def _words(said: str) -> list[str]:
    """Return the words of a model's JSON list; anything else is no answer."""
    start = re.search(r"\[.*?\]", said, re.DOTALL)
    try:
        words = json.loads(start.group()) if start else None
    except ValueError:
        words = None
    if not isinstance(words, list) or not words:
        raise NoModelError("no list of words")
    told = [word.strip()[:LONGEST_WORD] for word in words if isinstance(word, str)]
    return [word for word in told if word][:MOST_WORDS]


def _rewritten(server: Server, text: str, again: Callable[[str], Found], before: Found) -> Found:
    """Search again with the statutes' words that the model adds to the question."""
    words = _words(server.say(rewriting(text, mark=secrets.token_hex(4))))
    found = again(" ".join(words))
    return replace(before, hits=found.hits) if found.hits else before


def _by_vectors(server: Server, text: str, before: Found) -> Found:
    asked, *rest = server.vectors([text, *(hit.text for hit in before.hits)])
    return _ordered(before, [_cosine(asked, one) for one in rest])


def _by_scores(server: Server, text: str, before: Found) -> Found:
    return _ordered(before, server.scores(text, [hit.text for hit in before.hits]))


def _cosine(a: list[float], b: list[float]) -> float:
    size = (sum(x * x for x in a) * sum(x * x for x in b)) ** 0.5
    return sum(x * y for x, y in zip(a, b, strict=True)) / size if size else 0.0


def _ordered(before: Found, scores: list[float]) -> Found:
    """Order the hits by both scores, each brought to 0–1; equals keep their order."""
    mixed = [
        HALF * old + HALF * new
        for old, new in zip(
            _scaled([hit.score for hit in before.hits]), _scaled(scores), strict=True
        )
    ]
    order = sorted(range(len(mixed)), key=lambda n: -mixed[n])
    hits: tuple[Hit, ...] = tuple(before.hits[n] for n in order)
    return replace(before, hits=hits)


def _scaled(scores: list[float]) -> list[float]:
    low, high = min(scores), max(scores)
    return [(one - low) / (high - low) if high > low else HALF for one in scores]
