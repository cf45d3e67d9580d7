"""The one door of the policy desk for other domains: search what the rules say."""

from datetime import date, datetime

from smartunion.kernel.people.models import Person

from .reads import metrics, searching
from .reads.metrics import Session
from .reads.searching import Found


def search(question: str, *, day: date, viewer: Person | None, limit: int = 10) -> Found:
    """Return what the rules in force on a campus day say to a question (3.6-2, R198)."""
    return searching.search(question, day=day, viewer=viewer, limit=limit)


def sessions(first: date, until: date, *, at: datetime) -> list[Session]:
    """Return the questions of a span of days (until exclusive) as figures, without a word (K67)."""
    return metrics.sessions(first, until, at=at)


def saved(first: date, until: date, *, at: datetime) -> tuple[int, int, int, int]:
    """Return questions, those that needed nobody, minutes of each, whole hours saved (K68)."""
    found = metrics.metrics(first, until, at=at)
    return found.questions, found.deflected, found.baseline_minutes, found.hours
