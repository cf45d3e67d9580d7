"""The patrol: every quarter of an hour a synthetic emergency goes the whole way and comes back.

Only where the outside world is simulated. Three made-up contacts of a made-up unit are alerted by
the very code that alerts people; their messages go out to the gateway; A's one-tap link is opened
and answered over HTTP, which ends the run. Marked as a drill in every row, counted nowhere, shown
on no board. What does not come back in time is an alarm (`watch`).
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
from django.conf import settings
from django.db import transaction

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.duty.models import Shift
from smartunion.kernel.duty.reads import on_call
from smartunion.kernel.duty.rules import OF_A_BRANCH, Part, Post
from smartunion.kernel.notices.answering import link_of
from smartunion.kernel.notices.models import Message
from smartunion.kernel.notices.rules import Channel, State
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.timers.watches import Finding
from smartunion.kernel.trail.record import record

from . import actions, registry
from .actions import open_run
from .define import REST, Outcome, Protocol, Step
from .models import Drill, Run

log = logging.getLogger(__name__)

SECTION = "response"
UNIT = "PATROL"
ARRIVED = (State.ACCEPTED, State.DELIVERED, State.READ)
PATIENCE_SECONDS = 5

_DONE = Outcome(code="done", name="巡检应答", ends=(REST,), settles=True)

PROTOCOL = Protocol(
    code="response.patrol", version="1", title="自动巡检", word="无需理会", terms=SECTION,
    sla="patrol_seconds", told_on_breach=(), stands_down=("a",),
    steps=(
        Step(
            code="call", name="应答", ask="自动巡检，无需理会", posts=("a",),
            within="patrol_seconds", opens_at_start=True, alerted=True, holds=True,
            outcomes=(_DONE,),
        ),
        Step(
            code="locate", name="定位", ask="自动巡检，无需理会", posts=("b", "c"),
            within="patrol_seconds", alerted=True, outcomes=(_DONE,),
        ),
    ),
)  # fmt: skip


def is_patrol(run: Run) -> bool:
    """Test if a run is the patrol's own."""
    return run.protocol.code == PROTOCOL.code


def patrol(at: datetime) -> Drill | None:
    """Go one step of the patrol: begin when it is time, answer when every message has arrived."""
    terms = registry.terms(SECTION, campus_day(at))
    if not (settings.RESPONSE_PATROL and terms):
        return None
    newest = _newest()
    if newest is None or newest.planned_at <= at - _every(terms["patrol_minutes"]):
        return _begin(at)
    if newest.run is not None and newest.run.ended_at is None:
        _go_on(newest.run, timedelta(seconds=int(terms["patrol_seconds"])), at=at)
    return newest


def _every(minutes: object) -> timedelta:
    return timedelta(minutes=int(str(minutes)))


def _newest() -> Drill | None:
    found = Drill.objects.filter(is_synthetic=True).select_related("run__protocol")
    return found.order_by("-planned_at").first()


@transaction.atomic
def _begin(at: datetime) -> Drill:
    """Open a synthetic run; whoever comes second in the same minute finds it there."""
    unit, contacts = _contacts(at)
    drill, is_new = Drill.objects.get_or_create(
        protocol=PROTOCOL.code, unit=unit, planned_at=at.replace(second=0, microsecond=0),
        defaults={"is_synthetic": True, "because": "自动巡检"},
    )  # fmt: skip
    if is_new:
        drill.run = open_run(
            protocol=PROTOCOL.code, about=f"response.patrol:{drill.pk}", unit=unit,
            number=f"巡{drill.pk}", drill=True, by=None, at=at,
            excluded=_others(unit, contacts, at),
        )  # fmt: skip
        drill.save(update_fields=["run"])
    return drill


def _contacts(at: datetime) -> tuple[Unit, list[Person]]:
    """Return the made-up unit with its three contacts, who are always on duty there."""
    unit, _ = Unit.objects.get_or_create(
        code=UNIT, defaults={"name": "自动巡检", "kind": Unit.Kind.OUTSIDE}
    )
    people = []
    for number, post in enumerate(OF_A_BRANCH):
        person, _ = Person.objects.get_or_create(
            username=f"patrol-{post}",
            defaults={
                "name": f"巡检{post.upper()}", "kind": Person.Kind.OUTSIDE, "unit": unit,
                "phone": f"1390000000{number}",
            },
        )  # fmt: skip
        people.append(person)
        on_duty = Shift.objects.filter(unit=unit, post=post, until__gt=at + timedelta(days=1))
        if not on_duty.exists():
            last = Shift.objects.filter(unit=unit, post=post).order_by("-until").first()
            since = max(at - timedelta(hours=1), last.until) if last else at - timedelta(hours=1)
            Shift.objects.create(
                unit=unit, post=post, part=Part.PRIMARY, person=person, since=since,
                until=since + timedelta(days=90),
            )  # fmt: skip
    return unit, people


def _others(unit: Unit, contacts: list[Person], at: datetime) -> set[int]:
    """Return every real person who would be asked: the patrol wakes nobody."""
    ours = {person.pk for person in contacts}
    out: set[int] = set()
    while True:
        posts = [*OF_A_BRANCH, Post.LEADER]
        pairs = on_call(unit=unit, posts=posts, at=at, excluded=out)
        named = {person.pk for pair in pairs.values() for person in pair.in_turn()} - ours
        if not named:
            return out
        out |= named


def _go_on(run: Run, patience: timedelta, *, at: datetime) -> None:
    """Answer as A when all that was written has arrived; give up when it takes too long."""
    person = Person.objects.get(username="patrol-a")
    sent = Message.objects.filter(notice__about__startswith=f"response/{run.pk}/")
    texts = sent.exclude(channel__in=[Channel.VOICE, Channel.EMAIL]).select_related("notice")
    if texts and all(message.state in ARRIVED for message in texts):
        mine = next(one for one in texts if one.notice.person_id == person.pk)
        if _tap(link_of(mine), step="call", outcome="done"):
            _note(run, at)
            return
    if at > run.t0 + patience:
        actions.stand_down(run_id=run.pk, by=person, at=at, because="巡检没有走完")


def _tap(address: str, *, step: str, outcome: str) -> bool:
    """Open a one-tap link and press its button, as a phone does; return whether it was taken."""
    try:
        with httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False) as phone:
            phone.get(address).raise_for_status()
            pressed = {
                "act": outcome, "step": step,
                "csrfmiddlewaretoken": phone.cookies.get("csrftoken", ""),
            }  # fmt: skip
            answer = phone.post(address, data=pressed, headers={"Referer": address})
            return answer.is_success or answer.has_redirect_location
    except httpx.HTTPError as failed:
        log.warning("the patrol's link does not answer: %s", failed)
        return False


@transaction.atomic
def _note(run: Run, at: datetime) -> None:
    run.refresh_from_db()
    if run.ended_at is not None and run.state == Run.State.CLOSED:
        ms = round((run.ended_at - run.t0).total_seconds() * 1000)
        record("response.patrolled", run, by=None, at=at, because=f"{ms} 毫秒走完全程")


def watch(at: datetime) -> Iterator[Finding]:
    """A patrol that did not come back, or that did not set out for two rounds."""
    terms = registry.terms(SECTION, campus_day(at))
    newest = _newest()
    if not (settings.RESPONSE_PATROL and terms) or newest is None:
        return
    if newest.planned_at < at - 2 * _every(terms["patrol_minutes"]):
        yield Finding("自动巡检", f"自 {newest.planned_at:%m-%d %H:%M} 起没有再巡检")
    if newest.run is not None and newest.run.state == Run.State.STOOD_DOWN:
        yield Finding("自动巡检", f"{newest.run.number} 没有走完：消息没有送达，或链接打不开")
