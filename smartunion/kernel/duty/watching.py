"""What the auditor looks at: gaps of the next days, numbers that nobody has proven, the hotline.

Without an adopted plan year, or before the first rotation is set, nothing is missing yet.
"""

from collections.abc import Iterator
from datetime import datetime

from smartunion.kernel.timers.watches import Finding

from . import reads

TOLD = 3
"""How many of a unit's gaps are told in words; the page has them all."""


def gaps(at: datetime) -> Iterator[Finding]:
    """Stretches of the next days without somebody on the roster, told by unit (R114)."""
    terms = reads.terms_at(at)
    if terms is None or not reads.has_rosters():
        return
    since, until = reads.window_of(at, terms)
    found: dict[str, list[str]] = {}
    for gap in reads.gaps(since=since, until=until):
        name = gap.unit.name if gap.unit else "全校值班"
        found.setdefault(name, []).append(reads.told_of(gap))
    for name, told in found.items():
        more = f"，共 {len(told)} 处" if len(told) > TOLD else ""
        yield Finding(name, "；".join(told[:TOLD]) + more)


def unproven(at: datetime) -> Iterator[Finding]:
    """Persons on the rosters whose number did not answer in its time."""
    terms = reads.terms_at(at)
    if terms is None or not reads.has_rosters():
        return
    for number in reads.numbers(at=at, terms=terms):
        if number.kind == "late" and (number.asked_at is not None or number.trouble):
            yield Finding(f"{number.person.name} {number.person.username}", number.words)


def no_hotline(at: datetime) -> Iterator[Finding]:
    """The 24-hour hotline without a number that could be dialed (R112)."""
    if reads.terms_at(at) is None or not reads.has_rosters():
        return
    if not reads.is_number(reads.hotline(at=at)):
        yield Finding("校心理中心", "24小时热线没有登记号码，计划里的 400xxxxxxx 只是占位")
