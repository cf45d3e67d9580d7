"""The suggestions box: anybody who works here writes, somebody else answers within ten days."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.proposals.models import Suggestion
from smartunion.domains.proposals.reads import cases
from smartunion.domains.proposals.rules import refusals
from smartunion.kernel.base.calendar import add_working_days
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record


@transaction.atomic
def suggest(*, text: str, by: Person, at: datetime) -> Suggestion:
    """Put something into the box."""
    if not text.strip():
        raise refusals.Incomplete(missing="内容")
    year = campus_day(at).year
    days = cases.terms_on(campus_day(at)).suggestion_working_days
    count = Suggestion.objects.filter(number__startswith=f"YJ-{year}-").count()
    made = Suggestion.objects.create(
        number=f"YJ-{year}-{count + 1:03}", author=by, text=text[:1000], at=at,
        due_on=add_working_days(campus_day(at), days),
    )  # fmt: skip
    record("proposals.suggested", made, by=by, at=at)
    return made


@transaction.atomic
def answer(*, suggestion_id: int, text: str, by: Person, at: datetime) -> Suggestion:
    """Answer a suggestion, once, and never one's own."""
    it = Suggestion.objects.select_for_update().get(pk=suggestion_id)
    if it.answered_at is not None:
        raise refusals.AnsweredAlready
    if it.author_id == by.pk:
        raise refusals.OwnSuggestion
    if not text.strip():
        raise refusals.ReasonMissing
    it.answer, it.answered_by, it.answered_at = text[:1000], by, at
    it.save(update_fields=["answer", "answered_by", "answered_at"])
    record("proposals.answered", it, by=by, at=at)
    tell(
        to=it.author, about=f"proposals.suggestion:{it.pk}", title=f"{it.number} 有答复了",
        text=it.answer[:80], link="/proposals/box/", at=at,
    )  # fmt: skip
    return it
