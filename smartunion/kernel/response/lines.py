"""Whom to ask for a post, one after the other, until somebody says 收到.

A line is the rows of `Asked` of one run and post: who has the duty, the deputy, the duty leaders.
Whoever is in turn is called again each so many seconds; after so many calls, when they decline or
their number leads to nobody, the next is summoned. 收到 stops the calls to whoever said it, and
nobody else's.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from smartunion.kernel.duty.reads import Pair, on_call
from smartunion.kernel.duty.rules import Post
from smartunion.kernel.people.models import Person
from smartunion.kernel.timers.actions import cancel_under
from smartunion.kernel.timers.wanted import Wanted, set_timers

from . import telling
from .define import Part, Protocol, span
from .models import Asked, Event, Run, Via
from .registry import of as wired_of
from .rules import in_line, in_turn, next_after

LEADER = Post.LEADER

_LOG = """
INSERT INTO response_event (run_id, key, kind, step, word, by_id, via, at, note, is_drill)
VALUES (%(run)s, %(key)s, %(kind)s, %(step)s, %(word)s, %(by)s, %(via)s, %(at)s, %(note)s,
  %(is_drill)s)
ON CONFLICT (run_id, key) DO NOTHING
"""
_LOG_EACH = """
INSERT INTO response_event (run_id, key, kind, step, word, by_id, via, at, note, is_drill)
SELECT %(run)s, key, %(kind)s, '', word, person, %(via)s, %(at)s, '', %(is_drill)s
FROM unnest(%(keys)s::text[], %(words)s::text[], %(persons)s::bigint[]) said(key, word, person)
ON CONFLICT (run_id, key) DO NOTHING
"""


def log(
    run: Run,
    key: str,
    kind: str,
    *,
    at: datetime,
    step: str = "",
    word: str = "",
    by: Person | None = None,
    via: str = Via.CLOCK,
    note: str = "",
) -> bool:
    """Write one thing that happened; return whether it was new. The same key never twice."""
    given: dict[str, Any] = {
        "run": run.pk, "key": key, "kind": str(kind), "step": step, "word": word[:60],
        "by": by.pk if by else None, "via": str(via), "at": at, "note": note[:400],
        "is_drill": run.is_drill,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_LOG, given)
        return bool(cursor.rowcount == 1)


def log_each(run: Run, kind: str, told: Iterable[tuple[str, Asked]], *, at: datetime) -> None:
    """Write what the clock did to each of several who are asked, in one statement."""
    told = list(told)
    given: dict[str, Any] = {
        "run": run.pk, "kind": str(kind), "via": str(Via.CLOCK), "at": at,
        "is_drill": run.is_drill,
        "keys": [key for key, _ in told],
        "words": [one.post[:60] for _, one in told],
        "persons": [one.person_id for _, one in told],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_LOG_EACH, given)


def muster(run: Run, posts: Iterable[str], *, at: datetime) -> None:
    """Write down who is to be asked for the posts, those known already left as they are."""
    known = set(Asked.objects.filter(run=run).values_list("post", flat=True))
    posts = [post for post in dict.fromkeys(posts) if post not in known]
    if not posts:
        return
    crew = wired_of(run).hooks.crew
    own = crew(run, posts, at) if crew is not None else {}
    wanted = [Post(post) for post in dict.fromkeys([*posts, LEADER]) if post not in own]
    found = _on_call(run, wanted, at)
    rows = []
    for post in posts:
        pair = None if post in own else found[Post(post)]
        named = in_turn(pair, found[Post.LEADER] if post != LEADER else None)
        if post in own:
            named = in_line([one for one in own[post] if not run.excludes(one.pk)], named)
        rows += [
            Asked(run=run, post=post, part=part, turn=turn, person=person, is_drill=run.is_drill)
            for turn, (part, person) in enumerate(named)
        ]
        if not named:
            log(run, f"nobody/{post}", Event.Kind.NOBODY, at=at, word=post)
    Asked.objects.bulk_create(rows)


def _on_call(run: Run, posts: Collection[Post], at: datetime) -> Mapping[Post, Pair]:
    """Return who has the duty, those who must keep out passed over.

    The run knows only their marks, so the roster is asked again without whoever bears one.
    """
    out: set[int] = set()
    while True:
        found = on_call(unit=run.unit, posts=posts, at=at, excluded=out)
        named = {person.pk for pair in found.values() for person in pair.in_turn()}
        marked = {person for person in named if run.excludes(person)}
        if not marked:
            return found
        out |= marked


def line(run: Run, post: str) -> list[Asked]:
    """Return who is asked for a post, in turn."""
    return list(Asked.objects.filter(run=run, post=post).select_related("person").order_by("turn"))


def acting(run: Run, post: str) -> Asked | None:
    """Return who is in turn for a post: the last that was summoned, or the first who can be."""
    members = line(run, post)
    summoned = [one for one in members if one.summoned_at and _can(one)]
    return summoned[-1] if summoned else next((one for one in members if _can(one)), None)


def _can(asked: Asked) -> bool:
    return asked.declined_at is None and (asked.wrong_at is None or asked.received_at is not None)


def begin(run: Run, protocol: Protocol, posts: Sequence[str], *, at: datetime) -> None:
    """Summon the first of each post and tell the deputies to stand by; all in a few statements.

    A post that somebody was summoned for stays as it is.
    """
    if not posts:
        return
    muster(run, posts, at=at)
    found: dict[str, list[Asked]] = {post: [] for post in posts}
    rows = Asked.objects.filter(run=run).select_related("person").order_by("turn")
    everybody = list(rows)
    for one in everybody:
        if one.post in found:
            found[one.post].append(one)
    firsts, deputies = [], []
    for post, members in found.items():
        if not members:
            _nobody(run, protocol, post, at=at)
        elif not any(one.summoned_at for one in members):
            firsts.append(members[0])
            deputies += [one for one in members[1:] if one.part == str(Part.DEPUTY)]
    summon(run, protocol, firsts, at=at)
    busy = {one.person_id for one in everybody if one.told_at is not None}
    free = {one.person_id: one for one in deputies if one.person_id not in busy}
    if free:
        telling.stand_by(run, protocol, list(free.values()), at=at)
        Asked.objects.filter(pk__in=[one.pk for one in deputies], told_at=None).update(told_at=at)


def summon(
    run: Run,
    protocol: Protocol,
    asked: Sequence[Asked],
    *,
    at: datetime,
    since: datetime | None = None,
) -> None:
    """Make it their turn: told by every way, and called again until they answer.

    `since` is when the clock that does it was due: a firing that is some milliseconds late delays
    none of those that follow, and what a run has due in one moment stays in one moment.
    """
    if not asked:
        return
    since = since or at
    for one in asked:
        one.summoned_at = since
        one.told_at = one.told_at or at
        one.calls += 1
    Asked.objects.filter(pk__in=[one.pk for one in asked]).update(
        summoned_at=since, told_at=Coalesce("told_at", Value(at)), calls=F("calls") + 1
    )
    telling.alert(run, protocol, asked, at=at)
    log_each(run, Event.Kind.TOLD, [(f"summoned/{one.pk}", one) for one in asked], at=at)
    _call_later(run, protocol, [one for one in asked if one.received_at is None], at=at)


def _call_later(run: Run, protocol: Protocol, asked: Sequence[Asked], *, at: datetime) -> None:
    """Set when each is called again: absolute from the moment at which it became their turn."""
    again = span(protocol.call_again, run.limits[protocol.call_again])
    wanted = [
        Wanted(
            "response.call", f"{calls_of(one)}/{one.calls}",
            (one.summoned_at or at) + one.calls * again, {"run": run.pk, "asked": one.pk},
        )
        for one in asked
    ]  # fmt: skip
    set_timers(wanted=wanted, matter=matter_of(run), at=at)


def matter_of(run: Run) -> str:
    """Return what the timers of a run are about: they fire under one claim."""
    return f"response/{run.pk}"


def calls_of(asked: Asked) -> str:
    """Return what the keys of somebody's calls begin with."""
    return f"response/{asked.run_id}/call/{asked.pk}"


def call_again(
    run: Run, protocol: Protocol, asked: Sequence[Asked], *, since: datetime, at: datetime
) -> None:
    """Call again whoever is in turn and has not answered, or pass to the next; by the clock.

    All of them were to be called in this moment, so no clock of theirs is left to stop.
    """
    silent = [one for one in asked if not (one.received_at or one.declined_at or one.passed_at)]
    again = [one for one in silent if one.calls < run.limits[protocol.calls_each]]
    if again:
        Asked.objects.filter(pk__in=[one.pk for one in again]).update(calls=F("calls") + 1)
        for one in again:
            one.calls += 1
        telling.call(run, protocol, again, at=at)
        called = [(f"call/{one.pk}/{one.calls}", one) for one in again]
        log_each(run, Event.Kind.CALLED, called, at=at)
        _call_later(run, protocol, again, at=at)
    _pass_on(run, protocol, [one for one in silent if one not in again], since=since, at=at)


def pass_on(run: Run, protocol: Protocol, asked: Asked, *, at: datetime) -> None:
    """Summon whoever comes after somebody who does not answer, cannot come or is not reached."""
    cancel_under(prefix=calls_of(asked), at=at)
    if asked.passed_at is None:
        _pass_on(run, protocol, [asked], since=at, at=at)


def _pass_on(
    run: Run, protocol: Protocol, asked: Sequence[Asked], *, since: datetime, at: datetime
) -> None:
    if not asked:
        return
    for one in asked:
        one.passed_at = at
    Asked.objects.filter(pk__in=[one.pk for one in asked]).update(passed_at=at)
    log_each(run, Event.Kind.PASSED, [(f"passed/{one.pk}", one) for one in asked], at=at)
    everybody = Asked.objects.filter(run=run).select_related("person").order_by("turn")
    lines: dict[str, list[Asked]] = {}
    for member in everybody:
        lines.setdefault(member.post, []).append(member)
    following: list[Asked] = []
    for one in asked:
        members = lines[one.post]
        free = [_can(m) and m.summoned_at is None and m not in following for m in members]
        position = next_after(free, one.turn)
        if position is not None:
            following.append(members[position])
        elif not any(_can(m) and m.received_at for m in members):
            _nobody(run, protocol, one.post, at=at)
    summon(run, protocol, following, since=since, at=at)


def _nobody(run: Run, protocol: Protocol, post: str, *, at: datetime) -> None:
    """Everybody of a post was called and nobody answered: those who answer for it are told."""
    log(run, f"unheard/{post}", Event.Kind.NOBODY, at=at, word=post)
    telling.heads(
        run, protocol, what=f"unheard/{post}", title="联系人全部未应答",
        text="值班、候补和值班领导都没有应答，请立即人工联络。", at=at,
    )  # fmt: skip


def quiet(run: Run, *, at: datetime) -> None:
    """Stop every clock of a run."""
    cancel_under(prefix=f"response/{run.pk}", at=at)


def since_t0(run: Run, term: str) -> datetime:
    """Return the absolute moment of a limit that counts from T0."""
    return run.t0 + span(term, run.limits[term])
