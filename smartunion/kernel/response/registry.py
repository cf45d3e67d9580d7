"""The protocols that run and what their domains do beside them, as site/wiring.py tells them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.people.reads import Mandate

from .define import Protocol, of_told
from .markers import Marker
from .models import Correction, Run, StepRun


@dataclass(frozen=True)
class Card:
    """What the phone shows beside the engine's own words, to those who were asked."""

    heading: str = ""
    number: str = ""
    """Whom to call: the huge button."""
    source: str = ""
    """Where the number comes from: 外国语学院 · 教师 · 号码来自测评登记."""
    rows: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    """(words, address)."""


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """What a domain does when something happens in a run; in the same transaction."""

    after_outcome: Callable[[Run, StepRun, str, Person | None, datetime], None] | None = None
    """The outcome's code, TIMEOUT included; by None is the clock."""
    after_end: Callable[[Run, datetime], None] | None = None
    after_breach: Callable[[Run, datetime], None] | None = None
    panel: Callable[[Run, Person], SafeString] | None = None
    card: Callable[[Run, StepRun | None, Person], Card] | None = None
    who_may_see: Callable[[Run, Person, Mandate], bool] | None = None
    """Besides those who were asked in the run."""
    correct: Callable[[Correction, str, Person, datetime], None] | None = None
    crew: Callable[[Run, Collection[str], datetime], Mapping[str, Sequence[Person]]] | None = None
    """Who is asked for posts that are the domain's own and stand in no roster, in turn."""
    posts: Mapping[str, str] = field(default_factory=dict)
    """What the domain's own posts are called."""
    marker: Callable[[Run, Person], Marker | None] | None = None
    """As what somebody stands on the map who shares where they are; nobody where there is none."""
    may_locate: Callable[[Run, Person, Mandate], bool] | None = None
    """Who may know where a run's responders are; whoever sees the board where there is none."""
    begin_drill: Callable[[Unit | None, Person | None, datetime], Run] | None = None


@dataclass(frozen=True)
class Wired:
    """A protocol with its hooks; old versions stay as long as runs go by them."""

    protocol: Protocol
    hooks: Hooks = field(default_factory=Hooks)
    drilled: bool = False
    """Is it drilled each month?"""


def wired() -> Sequence[Wired]:
    """Return every protocol of every domain, the newest version of each last."""
    found: Sequence[Wired] = import_string(settings.RESPONSES)
    return found


@cache
def _by_digest() -> dict[str, Wired]:
    return {one.protocol.digest(): one for one in wired()}


def forget() -> None:
    """Read the wiring anew; for tests that wire protocols of their own."""
    _by_digest.cache_clear()


def own_posts() -> dict[str, str]:
    """Return what the posts that stand in no roster are called, of every protocol."""
    return {post: words for one in wired() for post, words in one.hooks.posts.items()}


def in_force(code: str) -> Wired:
    """Return the newest version of a protocol; KeyError for none."""
    known = {one.protocol.code: one for one in wired()}
    return known[code]


def of(run: Run) -> Wired:
    """Return the protocol that a run goes by, in its own version, with its domain's hooks.

    A version that has left the code is read from the row that kept it.
    """
    known = _by_digest().get(run.protocol.digest)
    if known is not None:
        return known
    hooks = {one.protocol.code: one.hooks for one in wired()}
    return Wired(of_told(run.protocol.content), hooks.get(run.protocol.code, Hooks()))


def terms(section: str, on: date) -> Mapping[str, Any]:
    """Return the plan's terms of a section in force on a campus day."""
    found: Mapping[str, Any] = import_string(settings.RESPONSE_TERMS)(section, on)
    return found
