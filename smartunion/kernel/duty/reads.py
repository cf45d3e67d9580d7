"""Who is on call, where nobody is, whose number has not answered."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from smartunion.kernel.base.days import campus_day, start_of
from smartunion.kernel.people.models import Absence, Office, Person, Unit
from smartunion.kernel.people.reads import away, held_on

from . import rules
from .models import Hotline, Shift
from .rules import (
    ELIGIBLE,
    OF_A_BRANCH,
    OF_THE_CAMPUS,
    STANDING,
    Part,
    Post,
    Stretch,
    Terms,
    uncovered,
)

__all__ = ["Gap", "Pair", "Part", "Post", "gaps", "on_call"]


@dataclass(frozen=True)
class Pair:
    """Who is called first and who next at one post; whoever must keep out is not among them."""

    primary: Person | None = None
    deputy: Person | None = None

    def in_turn(self) -> list[Person]:
        """Return those whom there are, in the order in which they are called."""
        return [person for person in (self.primary, self.deputy) if person is not None]


@dataclass(frozen=True)
class Gap:
    """A stretch in which nobody at work is on the roster of a post; `unit` None is the campus."""

    unit: Unit | None
    post: Post
    part: Part
    since: datetime
    until: datetime


def terms_at(at: datetime) -> Terms | None:
    """Return the plan year's terms `duty`, None where no adopted plan has any."""
    given: Mapping[str, object] | None = import_string(settings.DUTY_TERMS)(campus_day(at))
    return rules.parsed(given) if given else None


def on_call(
    *, unit: Unit | None, posts: Collection[Post], at: datetime, excluded: Collection[int] = ()
) -> dict[Post, Pair]:
    """Return whom to call at each post now: the primary on duty, then the deputy (T46).

    A person who is away, has left, or is `excluded` (ids: the one concerned, their superior,
    whoever is named as conflicted) is passed over: the deputy on duty is then called first.
    Behind a unit's shifts stand the campus-wide ones of the post, and behind those the holders of
    the standing office (`rules.STANDING`), A part before B: a roster with a gap still reaches
    somebody. Nobody is called at two posts of one answer, the earlier post takes them.
    """
    on = campus_day(at)
    out = set(excluded) | set(away(on))
    in_order = sorted(posts, key=list(Post).index)
    here = Q(unit=None) if unit is None else Q(unit=unit) | Q(unit=None)
    shifts = list(
        standing_shifts()
        .filter(here, post__in=in_order, since__lte=at, until__gt=at)
        .select_related("person")
    )
    held = _holders(unit, in_order, at)
    pairs: dict[Post, Pair] = {}
    for post in in_order:
        mine = [shift for shift in shifts if shift.post == post]
        mine.sort(key=lambda s: (list(Part).index(Part(s.part)), s.unit_id is None))
        found: list[Person] = []
        for person in [*(shift.person for shift in mine), *held[post]]:
            if len(found) < len(Part) and person.pk not in out and works(person, at):
                found.append(person)
                out.add(person.pk)
        pairs[post] = Pair(*found)
    return pairs


def standing_shifts() -> QuerySet[Shift]:
    """Return the shifts that count: none of those that were overridden or swapped away."""
    return Shift.objects.filter(dropped_at=None)


def works(person: Person, at: datetime) -> bool:
    """Test if the person still belongs to the house on the day."""
    on = campus_day(at)
    gone = person.left_on is not None and person.left_on <= on
    return not gone and (person.access_until is None or on < person.access_until)


def _holders(unit: Unit | None, posts: Iterable[Post], at: datetime) -> dict[Post, list[Person]]:
    """Return the holders of each post's standing offices, in the order of calling."""
    offices = {code: post for post in posts for code in STANDING[post]}
    found = held_on(campus_day(at)).filter(office__code__in=offices)
    found = found.select_related("person", "office").order_by("part", "seat__number", "pk")
    held: dict[Post, list[Person]] = {post: [] for post in posts}
    rank = {code: n for codes in STANDING.values() for n, code in enumerate(codes)}
    for one in sorted(found, key=lambda one: (one.part, rank[one.office.code])):
        post = offices[one.office.code]
        if post in OF_THE_CAMPUS or (unit is not None and one.unit_id == unit.pk):
            held[post].append(one.person)
    return held


def gaps(*, since: datetime, until: datetime, units: Collection[Unit] | None = None) -> list[Gap]:
    """Return every stretch without somebody at work on the roster, by unit, post, part and time.

    For each of the units (the 22 branches where none are named) A, B and C, and always the four
    posts of the campus, each as primary and as deputy. A campus-wide shift covers a branch's post.
    A shift of somebody who is away, or has left, covers nothing. The standing office does not close
    a gap either: its holder is called all the same, but never agreed to be awake at that hour.
    """
    branches = list(units) if units is not None else _branches()
    rows = list(
        standing_shifts()
        .filter(since__lt=until, until__gt=since)
        .filter(Q(unit=None) | Q(unit__in=branches))
        .select_related("person")
    )
    absent = _absent({row.person_id for row in rows}, since, until)
    covered: dict[tuple[int | None, str, str], list[Stretch]] = {}
    for row in rows:
        out = list(absent.get(row.person_id, ()))
        for day in (row.person.left_on, row.person.access_until):
            if day is not None:
                out.append((start_of(day), row.until))
        kept = rules.without((row.since, row.until), [one for one in out if one[0] < one[1]])
        covered.setdefault((row.unit_id, row.post, row.part), []).extend(kept)
    lines: list[tuple[Unit | None, Post]] = [(u, post) for u in branches for post in OF_A_BRANCH]
    lines += [(None, post) for post in OF_THE_CAMPUS]
    found = []
    for unit, post in lines:
        for part in Part:
            there = covered.get((unit.pk if unit else None, post, part), [])
            if unit is not None:
                there = there + covered.get((None, post, part), [])
            found += [Gap(unit, post, part, *free) for free in uncovered(since, until, there)]
    return found


def _branches() -> list[Unit]:
    return list(Unit.objects.filter(kind=Unit.Kind.BRANCH).order_by("code"))


def _absent(persons: Collection[int], since: datetime, until: datetime) -> dict[int, list[Stretch]]:
    """Return when each person is away: whole campus days."""
    rows = Absence.objects.filter(
        person__in=persons, since__lte=campus_day(until), until__gt=campus_day(since)
    )
    found: dict[int, list[Stretch]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append((start_of(row.since), start_of(row.until)))
    return found


def is_eligible(person: Person, *, unit: Unit | None, post: Post, at: datetime) -> bool:
    """Test if one of the person's offices on the day makes them fit for a post (R114)."""
    return any(one.pk == person.pk for one in eligible(unit=unit, post=post, at=at))


def eligible(*, unit: Unit | None, post: Post, at: datetime) -> list[Person]:
    """Return who is fit for a post by office, each once, the standing holders first.

    For A, B and C of a branch these are the branch's own; for a shift of the whole campus, anybody
    who holds such an office anywhere.
    """
    offices = Q(office__code__in=ELIGIBLE[post]) | Q(office__within__code__in=ELIGIBLE[post])
    held = held_on(campus_day(at)).filter(offices).select_related("person", "office")
    if post in OF_A_BRANCH and unit is not None:
        held = held.filter(unit=unit)
    rank = {code: number for number, code in enumerate(ELIGIBLE[post])}
    ordered = sorted(held, key=lambda one: (rank.get(one.office.code, len(rank)), one.part, one.pk))
    found = {one.person_id: one.person for one in ordered if works(one.person, at)}
    return list(found.values())


def titles_for(post: Post) -> list[str]:
    """Return the titles of the offices that make fit for a post."""
    titles = dict(Office.objects.filter(code__in=ELIGIBLE[post]).values_list("code", "title"))
    return [titles.get(code, code) for code in ELIGIBLE[post]]


NUMBER = re.compile(r"(?=(?:\D*\d){3})\d[\d -]{1,18}\d")
"""What can be dialed; the plan's placeholder 400xxxxxxx cannot."""


def is_number(text: str) -> bool:
    """Test if a hotline's number could be dialed: digits, three at least (110, 12356, 400…)."""
    return NUMBER.fullmatch(text) is not None


def hotline(*, at: datetime) -> str:
    """Return the number of the psychology centre's 24-hour hotline, "" while none is set (R112)."""
    return (
        Hotline.objects.filter(since__lte=at)
        .order_by("-since", "-id")
        .values_list("number", flat=True)
        .first()
        or ""
    )
