"""One case, one timeline that an auditor can follow: the clock's events, the journal, each reading.

Nothing sealed is opened for it: who read which part, when and for which purpose stands beside what
was done, so that "who knew what at 10:42" has an answer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from smartunion.domains.crisis.models import RedCase
from smartunion.domains.crisis.protocol import RED
from smartunion.domains.crisis.reads import cases
from smartunion.domains.crisis.rules.parts import PART_WORDS, Part
from smartunion.kernel.private.reads import accesses
from smartunion.kernel.response.models import Event, Via
from smartunion.kernel.response.reads import post_words
from smartunion.kernel.trail.models import Entry
from smartunion.kernel.trail.reads import words_of

CLOCK, JOURNAL, READING, MONEY = "时钟", "经过", "查阅", "善后"
SAID_BY_THE_CLOCK = {
    "crisis.answered", "crisis.moved", "crisis.clock_started", "crisis.kept", "crisis.read",
}  # fmt: skip
"""Entries that say again what the run's events or the readings say."""


@dataclass(frozen=True)
class Line:
    """One thing that happened."""

    at: datetime
    kind: str
    what: str
    by: str
    more: str
    after: timedelta
    """How long after the alarm."""

    @property
    def clock(self) -> str:
        """Return the time since the alarm: +00:21, +3:05:00 after the first hour."""
        seconds = int(self.after.total_seconds())
        hours, rest = divmod(seconds, 3600)
        short = f"{rest // 60:02}:{rest % 60:02}"
        return f"+{hours}:{short}" if hours else f"+{short}"


def timeline(case: RedCase) -> list[Line]:
    """Return everything that happened on a case, in order."""
    lines = [*_events(case), *_journal(case), *_readings(case)]
    return sorted(lines, key=lambda line: line.at)


def _line(case: RedCase, at: datetime, kind: str, *told: object) -> Line:
    what, by, more = told
    return Line(at, kind, str(what), str(by or "系统"), str(more), at - case.opened_at)


def _events(case: RedCase) -> list[Line]:
    if case.run_id is None:
        return []
    rows = Event.objects.filter(run=case.run_id).select_related("by").order_by("at", "pk")
    return [
        _line(
            case, row.at, CLOCK, _said(row), row.by,
            "" if row.via in ("", Via.CLOCK) else row.get_via_display(),
        )
        for row in rows
    ]  # fmt: skip


def _said(row: Event) -> str:
    """Return an event of the clock in words: the step, what happened, to which post."""
    step = RED.name_of(row.step) if row.step else ""
    return " · ".join(filter(None, [step, row.get_kind_display(), post_words(row.word)]))


def _journal(case: RedCase) -> list[Line]:
    rows = Entry.objects.filter(subject=cases.about(case)).exclude(what__in=SAID_BY_THE_CLOCK)
    return [
        _line(case, row.at, JOURNAL, words_of(row.what), row.by, row.because)
        for row in rows.select_related("by").order_by("pk")
    ]


def _readings(case: RedCase) -> list[Line]:
    return [
        _line(
            case, row.at, READING, f"打开{PART_WORDS.get(Part(row.kind), row.kind)}", row.by,
            row.purpose,
        )
        for row in accesses(cases.about(case))
        if row.kind in set(Part)
    ]  # fmt: skip
