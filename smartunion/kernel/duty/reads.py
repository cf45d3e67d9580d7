"""Who is on call, where nobody is, whose number has not answered."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.utils.module_loading import import_string

from smartunion.kernel.base.days import CAMPUS, campus_day, end_of, start_of
from smartunion.kernel.notices.models import Contact
from smartunion.kernel.notices.rules import Channel
from smartunion.kernel.people.models import Absence, Office, Person, Unit
from smartunion.kernel.people.reads import away, held_on

from . import rules
from .models import Check, Hotline, Pattern, PatternTurn, Shift, Swap
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


# --- numbers


def persons_on_duty(since: datetime, until: datetime) -> list[Person]:
    """Return who is on a roster of the house in a stretch, each once, by staff number."""
    ours = standing_shifts().exclude(unit__kind=Unit.Kind.OUTSIDE)  # the patrol's own
    ids = ours.filter(since__lt=until, until__gt=since).values("person")
    return list(Person.objects.filter(pk__in=ids).select_related("unit").order_by("username"))


def proven_at(persons: Iterable[Person]) -> dict[Person, datetime | None]:
    """Return when each person's number was last proven, None where never or where it is wrong."""
    persons = list(persons)
    noted = {
        one.person_id: one
        for one in Contact.objects.filter(person__in=persons, channel=Channel.SMS)
    }
    return {
        person: noted[person.pk].verified_at if person.pk in noted else None for person in persons
    }


@dataclass(frozen=True)
class Number:
    """Somebody on a roster and how far their number is proven."""

    person: Person
    proven_at: datetime | None
    asked_at: datetime | None
    trouble: str
    kind: str
    """ok, wait (asked, still in time) or late."""
    words: str


def numbers(*, at: datetime, terms: Terms) -> list[Number]:
    """Return everybody on the rosters of the next days, whose number is not proven first."""
    persons = persons_on_duty(at, at + timedelta(days=terms.gap_days))
    proven = proven_at(persons)
    wrong = dict(
        Contact.objects.filter(person__in=persons, channel=Channel.SMS)
        .exclude(wrong_at=None)
        .values_list("person", "trouble")
    )
    asked = {one.person_id: one for one in Check.objects.filter(answered_at=None)}
    month = timedelta(days=terms.verify_days)
    found = []
    for person, when in proven.items():
        check = asked.get(person.pk)
        kind, words = "late", "从未核对"
        if person.pk in wrong or not (person.phone or when):
            words = f"收不到：{wrong.get(person.pk) or '没有登记手机'}"
        elif when is not None and at < when + month:
            kind, words = "ok", "已核对"
        elif check is not None and at < check.due_at:
            kind, words = "wait", "等待应答"
        elif check is not None:
            words = "逾期未应答"
        elif when is not None:
            words = f"超过 {terms.verify_days} 天未核对"
        found.append(
            Number(
                person, when, check.reminded_at if check else None, wrong.get(person.pk, ""),
                kind, words,
            )
        )  # fmt: skip
    order = ("late", "wait", "ok")
    return sorted(found, key=lambda one: (order.index(one.kind), one.person.username))


def open_check(person: Person) -> Check | None:
    """Return the test message that a person has not answered yet."""
    return Check.objects.filter(person=person, answered_at=None).first()


# --- what the pages show


@dataclass(frozen=True)
class Cell:
    """One unit's day: which posts have a gap in it."""

    day: date
    missing: list[str]


@dataclass(frozen=True)
class Row:
    """One unit, or the campus, over the days."""

    code: str
    name: str
    cells: list[Cell]
    gaps: int


CAMPUS_CODE = "campus"
"""How the campus's own posts are called where a unit's code stands."""

SHORT = {
    Post.A: "A", Post.B: "B", Post.C: "C", Post.LEADER: "领导", Post.SECURITY: "保卫",
    Post.DRIVER: "司机", Post.CENTRE: "心理",
}  # fmt: skip
SHORT_PART = {Part.PRIMARY: "主", Part.DEPUTY: "备"}


def window_of(at: datetime, terms: Terms) -> tuple[datetime, datetime]:
    """Return from when to when gaps are looked for: from now to the end of the last day."""
    return at, end_of(campus_day(at) + timedelta(days=terms.gap_days - 1))


def grid(*, at: datetime, terms: Terms) -> list[Row]:
    """Return each branch and the campus by day, with what is missing on each."""
    since, until = window_of(at, terms)
    days = [campus_day(at) + timedelta(days=n) for n in range(terms.gap_days)]
    missing: dict[tuple[str, date], list[str]] = {}
    for gap in gaps(since=since, until=until):
        code = gap.unit.code if gap.unit else CAMPUS_CODE
        for day in days:
            if gap.since < end_of(day) and gap.until > start_of(day):
                words = missing.setdefault((code, day), [])
                short = SHORT[gap.post] + SHORT_PART[gap.part]
                if short not in words:
                    words.append(short)
    rows = [(unit.code, unit.alias or unit.name) for unit in _branches()]
    rows.append((CAMPUS_CODE, "全校值班"))
    return [
        Row(
            code,
            name,
            [Cell(day, missing.get((code, day), [])) for day in days],
            sum((code, day) in missing for day in days),
        )
        for code, name in rows
    ]


@dataclass(frozen=True)
class Stay:
    """A stretch of one line of a roster: whose it is, or nobody's."""

    since: datetime
    until: datetime
    person: Person | None
    kind: str
    is_now: bool
    is_away: bool = False


@dataclass(frozen=True)
class Line:
    """One post and part over the days."""

    post: Post
    part: Part
    stays: list[Stay]


def unit_of(code: str) -> Unit | None:
    """Return the branch of a code, None for the campus. Raises Unit.DoesNotExist."""
    if code == CAMPUS_CODE:
        return None
    return Unit.objects.get(code=code, kind=Unit.Kind.BRANCH)


def lines_of(unit: Unit | None, *, at: datetime, terms: Terms) -> list[Line]:
    """Return a unit's roster over the days: every shift and every gap, in order."""
    since, until = window_of(at, terms)
    here = Q(unit=None) if unit is None else Q(unit=unit) | Q(unit=None, post__in=OF_A_BRANCH)
    shifts = list(
        standing_shifts()
        .filter(here, since__lt=until, until__gt=since)
        .select_related("person")
        .order_by("since")
    )
    empty = gaps(since=since, until=until, units=[unit] if unit else [])
    absent = _absent({shift.person_id for shift in shifts}, since, until)
    lines = []
    for post in OF_THE_CAMPUS if unit is None else OF_A_BRANCH:
        for part in Part:
            stays = [
                Stay(
                    shift.since, shift.until, shift.person, shift.get_kind_display(),
                    shift.since <= at < shift.until,
                    any(a < shift.until and b > max(shift.since, at)
                        for a, b in absent.get(shift.person_id, ())),
                )
                for shift in shifts
                if (shift.post, shift.part) == (post, part)
            ]  # fmt: skip
            stays += [
                Stay(gap.since, gap.until, None, "缺班", gap.since <= at < gap.until)
                for gap in empty
                if (gap.unit, gap.post, gap.part) == (unit, post, part)
            ]
            stays.sort(key=lambda stay: (stay.since, stay.person is not None))
            lines.append(Line(post, part, stays))
    return lines


def coming_of(person: Person, *, at: datetime, most: int = 12) -> list[Shift]:
    """Return a person's shifts that run or come, the next first."""
    mine = standing_shifts().filter(person=person, until__gt=at).select_related("unit")
    return list(mine.order_by("since")[:most])


def swaps_of(person: Person, *, at: datetime) -> list[Swap]:
    """Return the open swaps that a person has asked for or is asked, of shifts yet to come."""
    mine = Swap.objects.filter(Q(other=person) | Q(shift__person=person), state=Swap.State.ASKED)
    mine = mine.filter(shift__since__gt=at, shift__dropped_at=None)
    related = ("shift__unit", "shift__person", "other", "in_return__unit")
    return list(mine.select_related(*related).order_by("shift__since"))


def swap_seen_by(person: Person, swap_id: int) -> Swap | None:
    """Return a swap in which a person has a part; somebody else's is not found."""
    mine = Swap.objects.filter(Q(other=person) | Q(shift__person=person), pk=swap_id)
    return mine.first()


@dataclass(frozen=True)
class Offer:
    """Somebody who could take a shift, and which of theirs could be taken for it."""

    person: Person
    alone: bool
    """Could they take it for nothing? Not who is on duty then: they only exchange."""
    returns: list[Shift]


RETURNS = 4
"""How many of somebody's shifts are offered in return."""


def offers_of(shift: Shift, *, at: datetime) -> list[Offer]:
    """Return who could be asked to take a shift, and for what; nobody would be on duty twice.

    Who is on duty in another shift then may still exchange just that one for it: the deputy of the
    same week with the primary.
    """
    giver = shift.person
    fit = [
        p for p in eligible(unit=shift.unit, post=Post(shift.post), at=shift.since) if p != giver
    ]
    persons = [giver, *fit]
    rows = standing_shifts().filter(person__in=persons, until__gt=at).select_related("unit")
    theirs: dict[int, list[Shift]] = {}
    for row in rows.order_by("since"):
        theirs.setdefault(row.person_id, []).append(row)
    horizon = max((row.until for row in rows), default=shift.until)
    absent = _absent({person.pk for person in persons}, at, horizon)
    posts: dict[tuple[int | None, str], bool] = {}

    def mine(row: Shift) -> bool:
        """Test if the giver may and can take a shift in return."""
        key = (row.unit_id, row.post)
        if key not in posts:
            posts[key] = is_eligible(giver, unit=row.unit, post=Post(row.post), at=row.since)
        clash = [one for one in theirs.get(giver.pk, ()) if one != shift and _meet(one, row)]
        return posts[key] and row.since > at and not clash and not _away(giver, row, absent)

    found = []
    for person in fit:
        if _away(person, shift, absent):
            continue
        own = theirs.get(person.pk, [])
        clash = [row for row in own if _meet(row, shift)]
        candidates = own if not clash else (clash if len(clash) == 1 else [])
        returns = [row for row in candidates if mine(row)][:RETURNS]
        if not clash or returns:
            found.append(Offer(person, not clash, returns))
    return found


def _meet(one: Shift, other: Shift) -> bool:
    return one.since < other.until and other.since < one.until


def _away(person: Person, shift: Shift, absent: Mapping[int, list[Stretch]]) -> bool:
    return any(a < shift.until and b > shift.since for a, b in absent.get(person.pk, ()))


@dataclass(frozen=True)
class Rota:
    """A rotation as its page shows it."""

    pattern: Pattern
    persons: list[Person]

    @property
    def whole_day(self) -> bool:
        """Test if a turn is one stretch from handover to handover."""
        return self.pattern.since == self.pattern.until


def rotations_of(unit: Unit | None) -> list[Rota]:
    """Return a unit's rotations in force, in the order of the posts."""
    rows = (
        Pattern.objects.filter(unit=unit, ended_at=None)
        .prefetch_related(Prefetch("turns", PatternTurn.objects.select_related("person")))
        .order_by("pk")
    )
    order = [*Post]
    found = [
        Rota(one, [t.person for t in sorted(one.turns.all(), key=lambda t: t.number)])
        for one in rows
    ]
    parts = [*Part]
    return sorted(
        found,
        key=lambda one: (
            order.index(Post(one.pattern.post)), parts.index(Part(one.pattern.part)),
            one.pattern.since,
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class Preview:
    """What a rotation would make of the coming days."""

    stays: list[Stay]
    clashes: list[str]
    """Why somebody's turn is left open: on duty elsewhere, or away."""
    gaps: int


def preview(
    *,
    unit: Unit | None,
    post: Post,
    part: Part,
    rotation: rules.Rotation,
    at: datetime,
    terms: Terms,
) -> Preview:
    """Return the coming days of one line as they would be with a rotation, with its gaps.

    As `actions.lay` would: overrides and swaps stay, nobody is put on duty twice; an absence opens
    a gap.
    """
    since, until = window_of(at, terms)
    begins = max(datetime.combine(rotation.first_on, rotation.since, CAMPUS), at)
    persons = Person.objects.in_bulk(rotation.persons)
    here = standing_shifts().filter(since__lt=until, until__gt=since).select_related("person")
    line = here.filter(unit=unit, post=post, part=part).order_by("since")
    stays = []
    for row in line:
        ends = row.until if row.kind != Shift.Kind.LAID else min(row.until, begins)
        if row.since < ends:
            stays.append(_stay(max(row.since, since), min(ends, until), row.person, row, at))
    kept = [(stay.since, stay.until) for stay in stays]
    busy = [row for row in here.filter(person__in=persons) if row.pk not in {r.pk for r in line}]
    absent = _absent(set(persons), since, until)
    clashes: list[str] = []
    for turn in rules.turns(rotation, begins, until):
        whole = (max(turn.since, begins), min(turn.until, until))
        others = [row for row in busy if row.person_id == turn.person]
        for free in rules.without(whole, [*kept, *((r.since, r.until) for r in others)]):
            for begin, end in rules.without(free, absent.get(turn.person, ())):
                stays.append(_stay(begin, end, persons[turn.person], None, at))
        name = persons[turn.person].name
        clashes += [
            f"{name} 已在{row.get_post_display()}{row.get_part_display()}值班"
            for row in others if row.since < whole[1] and row.until > whole[0]
        ]  # fmt: skip
        if any(a < whole[1] and b > whole[0] for a, b in absent.get(turn.person, ())):
            clashes.append(f"{name} 其间离岗")
    covered = [(stay.since, stay.until) for stay in stays]
    gaps = uncovered(since, until, covered)
    stays += [Stay(a, b, None, "缺班", a <= at < b) for a, b in gaps]
    stays.sort(key=lambda stay: (stay.since, stay.person is not None))
    return Preview(stays, list(dict.fromkeys(clashes)), len(gaps))


def _stay(
    since: datetime, until: datetime, person: Person, row: Shift | None, at: datetime
) -> Stay:
    kind = row.get_kind_display() if row else "新轮班"
    return Stay(since, until, person, kind, since <= at < until)


def has_rosters() -> bool:
    """Test if any rotation has ever been set: before that, nothing is missing yet."""
    return Pattern.objects.exists() or Shift.objects.exists()


def told_of(gap: Gap) -> str:
    """Return a gap in words: 联系人A备班 3月6日 00:00—3月8日 00:00."""
    return (
        f"{gap.post.label}{gap.part.label} "
        f"{gap.since.astimezone(CAMPUS):%-m月%-d日 %H:%M}—"
        f"{gap.until.astimezone(CAMPUS):%-m月%-d日 %H:%M}"
    )
