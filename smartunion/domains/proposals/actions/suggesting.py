"""The suggestions box: anybody who works here writes, somebody else answers within ten days."""

from datetime import datetime, time

from django.db import transaction

from smartunion.domains.proposals.models import Suggestion
from smartunion.domains.proposals.procedure import SECRETARY
from smartunion.domains.proposals.reads import cases
from smartunion.domains.proposals.rules import refusals
from smartunion.kernel.base.calendar import add_working_days
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import holders
from smartunion.kernel.timers.actions import set_timer
from smartunion.kernel.trail.record import record

SUGGESTION_DUE = "proposals.suggestion_due"
MORNING = time(9, 0)


@transaction.atomic
def suggest(*, text: str, by: Person, at: datetime) -> Suggestion:
    """Put something into the box."""
    if not text.strip():
        raise refusals.Incomplete(missing="内容")
    return put(text=text, of=by, at=at)


@transaction.atomic
def put(*, text: str, of: Person, at: datetime) -> Suggestion:
    """Put somebody's words into the box; its day will remind the committee."""
    year = campus_day(at).year
    days = cases.terms_on(campus_day(at)).suggestion_working_days
    count = Suggestion.objects.filter(number__startswith=f"YJ-{year}-").count()
    made = Suggestion.objects.create(
        number=f"YJ-{year}-{count + 1:03}", author=of, text=text[:1000], at=at,
        due_on=add_working_days(campus_day(at), days),
    )  # fmt: skip
    record("proposals.suggested", made, by=of, at=at)
    set_timer(
        kind=SUGGESTION_DUE, key=f"suggestion/{made.pk}/due",
        due_at=datetime.combine(made.due_on, MORNING, CAMPUS), payload={"suggestion": made.pk},
        at=at,
    )  # fmt: skip
    return made


@transaction.atomic
def remind(*, suggestion_id: int, at: datetime) -> None:
    """Remind the committee on the last day of a suggestion that nobody has answered."""
    it = Suggestion.objects.get(pk=suggestion_id)
    if it.answered_at is not None:
        return
    people = [one for one in holders(SECRETARY, on=campus_day(at)) if one.pk != it.author_id]
    tell(
        to=people, about=f"proposals.suggestion:{it.pk}:due", title=f"{it.number} 今天要答复",
        text=it.text[:80], link="/proposals/answers/", at=at,
    )  # fmt: skip
    record("proposals.suggestion_due", it, by=None, at=at)


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
