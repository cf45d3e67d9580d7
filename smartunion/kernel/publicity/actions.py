"""Post, object, answer, decide, mend, take down. Each locks the posting first."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from smartunion.kernel.people.models import Person

from .models import Objection, Posting


@transaction.atomic
def post(
    *,
    about: str,
    title: str,
    basis: str,
    rows: Sequence[tuple[str, str]],
    working_days: int,
    body: str = "",
    section: str = "其他",
    if_upheld: str = "",
    decided_by: Sequence[Person] = (),
    by: Person | None,
    at: datetime,
) -> Posting:
    """Show something to the campus for so many working days and return the posting (5.1§7, T30).

    `about` is posted once; `rows` are label and masked text (masks.rows); `section` is where the
    public list files it (采购, 救助); `if_upheld` tells what an upheld objection leads to;
    `decided_by` may not judge objections, nor may `by`. The trail tells the end: publicity.closed,
    publicity.upheld; and publicity.restarted, all with the fact `about`.
    """
    raise NotImplementedError


@transaction.atomic
def amend(
    *,
    posting_id: int,
    rows: Sequence[tuple[str, str]] | None = None,
    body: str | None = None,
    by: Person | None,
    at: datetime,
    because: str,
) -> Posting:
    """Change what a posting says: its window counts anew from today."""
    raise NotImplementedError


@transaction.atomic
def restart(*, posting_id: int, by: Person | None, at: datetime, because: str) -> Posting:
    """Count the window anew from the campus day of `at`, which is itself not counted."""
    raise NotImplementedError


@transaction.atomic
def take_down(*, posting_id: int, by: Person | None, at: datetime, because: str) -> Posting:
    """Withdraw a posting before its end; the public page tells that and why."""
    raise NotImplementedError


@transaction.atomic
def object_to(
    *, posting_id: int, name: str, contact: str, text: str, by: Person | None, at: datetime
) -> Objection:
    """Object to a posting, under a name that the public never sees; until 24:00 of the last day."""
    raise NotImplementedError


@transaction.atomic
def reply(*, objection_id: int, text: str, by: Person, at: datetime) -> Objection:
    """Answer an objection, in words that the public reads; not by whoever posted or decided."""
    raise NotImplementedError


@transaction.atomic
def uphold(*, objection_id: int, because: str, by: Person, at: datetime) -> Objection:
    """Find an objection valid: the posting ends at once, irrevocably (R218)."""
    raise NotImplementedError


@transaction.atomic
def dismiss(*, objection_id: int, because: str, by: Person, at: datetime) -> Objection:
    """Find an objection invalid; the last one dismissed after the window's end closes it."""
    raise NotImplementedError
