"""The one door of the policy desk for other domains: search what the rules say."""

from datetime import date

from smartunion.kernel.people.models import Person

from .reads import searching
from .reads.searching import Found


def search(question: str, *, day: date, viewer: Person | None, limit: int = 10) -> Found:
    """Return what the rules in force on a campus day say to a question (3.6-2, R198)."""
    return searching.search(question, day=day, viewer=viewer, limit=limit)
