"""1:50 (5.3, R232, T52): how many must be on duty, and whether they are. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .kinds import Role
from .terms import Terms

LEAST = 1
"""No role is ever empty, however small the event (T52)."""


@dataclass(frozen=True)
class Need:
    """So many of each role at least, and so many in all."""

    each: int
    total: int

    def missing(self, have: "Counter[Role]") -> str:
        """Return in Chinese what is still missing; empty when the need is met."""
        gaps = [
            f"{role.words}还差 {self.each - have[role]} 人"
            for role in Role
            if have[role] < self.each
        ]
        there = sum(have.values())
        if not gaps and there < self.total:
            gaps = [f"三类合计还差 {self.total - there} 人"]
        return "，".join(gaps)


def need(expected: int, terms: Terms) -> Need:
    """Return who is needed for so many persons: ceil(n / ratio), of each role or of all together.

    In the reading `together` each role still has one: nobody can replace a medic by two guards.
    """
    assert expected > 0
    assert terms.staff_ratio > 0
    share = max(LEAST, -(-expected // terms.staff_ratio))
    if terms.staff_mode == "together":
        return Need(LEAST, max(share, LEAST * len(Role)))
    return Need(share, share * len(Role))


@dataclass(frozen=True)
class OnDuty:
    """One named person on duty, from a moment until (exclusive) another."""

    role: Role
    person_id: int
    since: datetime
    until: datetime


def present(posts: Iterable[OnDuty], *, begins: datetime, ends: datetime) -> "Counter[Role]":
    """Return how many of each role are there from the beginning to the end.

    Whoever comes later or leaves earlier does not count; nobody counts twice.
    """
    found: Counter[Role] = Counter()
    counted: set[int] = set()
    for post in posts:
        if post.person_id not in counted and post.since <= begins and ends <= post.until:
            counted.add(post.person_id)
            found[post.role] += 1
    return found
