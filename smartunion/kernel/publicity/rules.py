"""How a posting is counted, what exactly it says, when an interruption counts. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from smartunion.kernel.base.days import campus_day, end_of
from smartunion.kernel.base.workdays import Calendar, DayFact, Kind

SETTLE = timedelta(seconds=5)
"""How long after the window's end it is closed: what was sent in its last second is in by then."""

MOST_UNSIGNED_AN_HOUR = 20
"""Objections to one posting by people who have not signed in; a flood of them is no objection."""


@dataclass(frozen=True)
class Terms:
    """The dated numbers of a posting, beside its own working days."""

    probe_minutes: int
    probe_minutes_played: int
    outage_minutes: int
    reply_working_days: int
    recent_days: int
    retention_days: int


WITHOUT_A_PLAN = Terms(60, 2880, 60, 2, 60, 90)
"""What holds on a day that no adopted plan year covers: a posting may stand across New Year."""


@dataclass(frozen=True)
class Window:
    """From the day that is not counted to the exclusive end of the last working day."""

    counted_from_on: date
    last_on: date
    provisional: bool

    @property
    def closes_at(self) -> datetime:
        """Return the exclusive end: 24:00 of the last day."""
        return end_of(self.last_on)


def window(from_on: date, working_days: int, calendar: Calendar) -> Window:
    """Return the window of a posting put up (or mended) on a campus day (5.1§7, T30)."""
    assert working_days > 0
    last = calendar.add_working_days(from_on, working_days)
    return Window(from_on, last, calendar.is_provisional(last))


@dataclass(frozen=True)
class CountedDay:
    """One day of the window: what day it is, and its number where it counts."""

    fact: DayFact
    number: int | None
    why: str


def days_of(window: Window, calendar: Calendar) -> list[CountedDay]:
    """Return every day from the posting to the last, with why each counts or does not (T30)."""
    told = [CountedDay(calendar.fact(window.counted_from_on), None, "公示当日，不计")]
    count = 0
    for ahead in range(1, (window.last_on - window.counted_from_on).days + 1):
        fact = calendar.fact(window.counted_from_on + timedelta(days=ahead))
        count += fact.is_working
        words = f"{fact.kind}（{fact.label}）" if fact.label else str(fact.kind)
        if fact.kind == Kind.WORKING:
            told.append(CountedDay(fact, count, words))
        elif fact.is_working:
            told.append(CountedDay(fact, count, f"{words}，计入"))
        else:
            told.append(CountedDay(fact, None, f"{words}，不计"))
    return told


def notable(window: Window, calendar: Calendar) -> tuple[str, ...]:
    """Return what a reader would not guess: days off that work, and holidays that are skipped."""
    told, holidays = [], dict[str, list[date]]()
    for day in days_of(window, calendar)[1:]:
        on = day.fact.day
        if day.fact.is_working and day.fact.kind in (Kind.MAKE_UP, Kind.RULED):
            why = "调休上班" if day.fact.kind == Kind.MAKE_UP else day.fact.words
            told.append(f"{_short(on)} {why}，计入")
        elif not day.fact.is_working and day.fact.label:
            holidays.setdefault(day.fact.label, []).append(on)
    for label, off in holidays.items():
        span = _short(off[0]) if len(off) == 1 else f"{_short(off[0])}—{_short(off[-1])}"
        told.append(f"{span} {label}，不计")
    return tuple(told)


def _short(on: date) -> str:
    return f"{on.month}月{on.day}日"


def days_left(window: Window, *, at: datetime, calendar: Calendar) -> int:
    """Return how many working days of the window are not yet over, the present one included."""
    today = campus_day(at)
    if at >= window.closes_at:
        return 0
    eve = max(window.counted_from_on, today - timedelta(days=1))
    return calendar.working_days_between(eve, window.last_on)


@dataclass(frozen=True)
class Said:
    """What a posting says, piece by piece: its page shows these pieces and nothing else."""

    title: str
    paragraphs: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """Return the canonical text: one piece a line, white space as one blank."""
        return canonical(
            [self.title, *self.paragraphs, *(part for row in self.rows for part in row)]
        )

    @property
    def sha256(self) -> str:
        """Return the hash by which the posting's page is known again."""
        return digest(self.text)


def said(
    *, number: str, title: str, basis: str, posted_at: datetime, body: str,
    rows: Iterable[Sequence[str]],
) -> Said:  # fmt: skip
    """Return what a posting says, from its fields; the day of posting belongs to it."""
    posted_on = campus_day(posted_at)
    own = [
        ("编号", number),
        ("依据", basis),
        ("发布日", f"{posted_on.year}年{posted_on.month}月{posted_on.day}日"),
    ]
    shown = [(str(label), str(text)) for label, text in rows]
    return Said(
        title=title,
        paragraphs=tuple(line.strip() for line in body.splitlines() if line.strip()),
        rows=tuple((label, text) for label, text in [*shown, *own] if text),
    )


def canonical(pieces: Iterable[str]) -> str:
    """Return pieces of text as they are hashed: empty ones dropped, white space as one blank."""
    lines = (" ".join(piece.split()) for piece in pieces)
    return "\n".join(line for line in lines if line)


def digest(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def restarts(began_at: datetime, repaired_at: datetime, terms: Terms) -> bool:
    """Test if a page that was not as posted for so long makes the window count anew."""
    assert began_at <= repaired_at
    return repaired_at - began_at >= timedelta(minutes=terms.outage_minutes)
