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

from smartunion.kernel.duty.reads import Pair, on_call
from smartunion.kernel.duty.rules import Post
from smartunion.kernel.people.models import Person
from smartunion.kernel.timers.actions import cancel_under, set_timer

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


def summon(run: Run, protocol: Protocol, asked: Sequence[Asked], *, at: datetime) -> None:
    """Make it their turn: told by every way, and called again until they answer."""
    if not asked:
        return
    for one in asked:
        one.summoned_at = at
        one.told_at = one.told_at or at
        one.calls += 1
    Asked.objects.bulk_update(asked, ["summoned_at", "told_at", "calls"])
    telling.alert(run, protocol, asked, at=at)
    for one in asked:
        log(run, f"summoned/{one.pk}", Event.Kind.TOLD, at=at, word=one.post, by=one.person)
        if one.received_at is None:
            _call_later(run, protocol, one, since=at)


def _call_later(run: Run, protocol: Protocol, asked: Asked, *, since: datetime) -> None:
    """Set when somebody is called again: absolute from the moment at which it became their turn."""
    again = span(protocol.call_again, run.limits[protocol.call_again])
    set_timer(
        kind="response.call",
        key=f"{calls_of(asked)}/{asked.calls}",
        due_at=since + asked.calls * again,
        payload={"run": run.pk, "asked": asked.pk},
        at=since,
    )


def calls_of(asked: Asked) -> str:
    """Return what the keys of somebody's calls begin with."""
    return f"response/{asked.run_id}/call/{asked.pk}"


def call_again(run: Run, protocol: Protocol, asked: Asked, *, at: datetime) -> None:
    """Call again whoever is in turn and has not answered, or pass to the next."""
    if asked.received_at or asked.declined_at or asked.passed_at:
        return
    if asked.calls >= run.limits[protocol.calls_each]:
        pass_on(run, protocol, asked, at=at)
        return
    asked.calls += 1
    asked.save(update_fields=["calls"])
    telling.call(run, protocol, asked, at=at)
    log(
        run, f"call/{asked.pk}/{asked.calls}", Event.Kind.CALLED, at=at, by=asked.person,
        word=asked.post,
    )  # fmt: skip
    _call_later(run, protocol, asked, since=asked.summoned_at or at)


def pass_on(run: Run, protocol: Protocol, asked: Asked, *, at: datetime) -> None:
    """Summon whoever comes after somebody who does not answer, cannot come or is not reached."""
    cancel_under(prefix=calls_of(asked), at=at)
    if asked.passed_at is not None:
        return
    asked.passed_at = at
    asked.save(update_fields=["passed_at"])
    log(run, f"passed/{asked.pk}", Event.Kind.PASSED, at=at, word=asked.post, by=asked.person)
    members = line(run, asked.post)
    position = next_after([_can(one) and one.summoned_at is None for one in members], asked.turn)
    if position is not None:
        summon(run, protocol, [members[position]], at=at)
    elif not any(_can(one) and one.received_at for one in members):
        _nobody(run, protocol, asked.post, at=at)


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
