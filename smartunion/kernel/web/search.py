"""One box for everything: pages, people, indicators. Each finder is asked only if it is granted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from django.http import HttpRequest

from .menu import may_open

SHOWN = 8
"""Hits shown of each kind."""


@dataclass(frozen=True)
class Hit:
    """One thing found: what it is called, what it is, and where it opens."""

    title: str
    note: str
    url: str


@dataclass(frozen=True)
class Finder:
    """Who looks for one kind of thing, and who may have it look."""

    label: str
    can: str
    find: Callable[[str, HttpRequest], Sequence[Hit]]


def found(
    finders: Sequence[Finder], words: str, request: HttpRequest
) -> list[tuple[str, list[Hit]]]:
    """Return what the person may see of what was found, by kind; empty kinds left out."""
    if not words:
        return []
    asked = [(f.label, f.find(words, request)) for f in finders if may_open(request, f.can)]
    return [(label, list(islice(hits, SHOWN))) for label, hits in asked if hits]
