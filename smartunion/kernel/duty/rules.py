"""What a roster is made of, how a rotation turns and what counts as a gap. Asks no table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import TextChoices

from smartunion.kernel.base.days import CAMPUS


class Post(TextChoices):
    """Where somebody is on duty. A, B and C are kept for each branch, the others for the campus."""

    A = "a", "联系人A"
    B = "b", "联系人B"
    C = "c", "联系人C"
    LEADER = "leader", "值班领导"
    SECURITY = "security", "保卫处指挥中心"
    DRIVER = "driver", "值班司机"
    CENTRE = "centre", "心理中心值班"


class Part(TextChoices):
    """Who is called first, and who when the first cannot."""

    PRIMARY = "primary", "主班"
    DEPUTY = "deputy", "备班"


OF_A_BRANCH = (Post.A, Post.B, Post.C)
OF_THE_CAMPUS = (Post.LEADER, Post.SECURITY, Post.DRIVER, Post.CENTRE)

STANDING: Mapping[Post, tuple[str, ...]] = {
    Post.A: ("contact_a",),
    Post.B: ("contact_b",),
    Post.C: ("contact_c",),
    Post.LEADER: ("executive_vice_chair", "union_chair"),
    Post.SECURITY: ("command_centre",),
    Post.DRIVER: ("duty_driver",),
    Post.CENTRE: ("psychologist",),
}
"""Whose duty it is when nobody is on the roster: the holders of these offices, A part first."""

ELIGIBLE: Mapping[Post, tuple[str, ...]] = {
    **STANDING,
    Post.A: ("contact_a", "branch_chair", "branch_member", "branch_asset_manager"),
    Post.B: ("contact_b", "college_leader"),
    Post.LEADER: ("standing_member",),
}
"""Which offices make somebody fit for a post; for A, B and C they are the branch's own.

The plan's B is a counsellor, who counsels students; for staff it is whoever of the college's party
and administration is on duty, so its leaders may stand in (T45). A deputy of B or C may serve the
whole campus: the hospital's doctor on call stands behind the doctors of all branches.
"""


@dataclass(frozen=True)
class Terms:
    """The plan year's terms `duty`."""

    weeks_ahead: int
    """For how many weeks rotations are laid ahead."""
    gap_days: int
    """For how many days ahead a gap is shown and alarmed."""
    verify_days: int
    """For how many days a contact that has answered counts as verified."""
    answer_days: int
    """How long a test message may stay without an answer."""


def parsed(given: Mapping[str, object]) -> Terms:
    """Return the terms from the plan's keys and values."""
    return Terms(**{name: int(str(given[name])) for name in Terms.__annotations__})


@dataclass(frozen=True)
class Rotation:
    """A weekly (or other) rotation: who has each turn, and which hours of a day it covers.

    `since` and `until` are the same for 24 hours: a turn is one stretch from handover to handover.
    Otherwise it is a shift on each of its days, past midnight where `until` is the earlier.
    """

    first_on: date
    days_each: int
    since: time
    until: time
    persons: Sequence[int]


@dataclass(frozen=True)
class Turn:
    """A stretch of a rotation and whose it is."""

    person: int
    since: datetime
    until: datetime


def turns(rotation: Rotation, since: datetime, until: datetime) -> Iterator[Turn]:
    """Yield the stretches of a rotation that begin before `until` and end after `since`."""
    assert rotation.persons
    assert rotation.days_each > 0
    day = max(rotation.first_on, since.astimezone(CAMPUS).date() - timedelta(rotation.days_each))
    step = rotation.days_each if rotation.since == rotation.until else 1
    if step > 1:  # begin where a turn begins
        day -= timedelta((day - rotation.first_on).days % step)
    while True:
        begins = datetime.combine(day, rotation.since, CAMPUS)
        ends = datetime.combine(day, rotation.until, CAMPUS)
        if rotation.since == rotation.until:
            ends += timedelta(step)
        elif ends < begins:
            ends += timedelta(1)
        if begins >= until:
            return
        if ends > since:
            number = (day - rotation.first_on).days // rotation.days_each
            yield Turn(rotation.persons[number % len(rotation.persons)], begins, ends)
        day += timedelta(step)


Stretch = tuple[datetime, datetime]


def uncovered(since: datetime, until: datetime, covered: Iterable[Stretch]) -> list[Stretch]:
    """Return the stretches of [since, until) that none of the covered ones holds, in order."""
    found: list[Stretch] = []
    reached = since
    for begins, ends in sorted(covered):
        if ends <= reached:
            continue
        if begins >= until:
            break
        if begins > reached:
            found.append((reached, begins))
        reached = ends
    if reached < until:
        found.append((reached, until))
    return found


def without(stretch: Stretch, others: Iterable[Stretch]) -> list[Stretch]:
    """Return what is left of a stretch when others are taken out of it."""
    return uncovered(*stretch, covered=others)
