"""Keep what was asked and shown, whether it helped; forget the words when their days are over."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from smartunion.domains.policy.models import MissedWords, Question, Remark, Shown
from smartunion.domains.policy.reads.searching import Found
from smartunion.domains.policy.reads.terms import desk_terms
from smartunion.domains.policy.rules import desk_refusals as refusals
from smartunion.domains.policy.rules.answers import SHOWN
from smartunion.domains.policy.rules.asked import Via
from smartunion.domains.policy.rules.kinds import Tier
from smartunion.domains.policy.rules.missing import missed
from smartunion.kernel.base.days import campus_day, start_of
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

LONGEST = 2000
WEEK = timedelta(days=7)


@transaction.atomic
def ask(
    *, text: str, found: Found, via: Via, stages: Sequence[str] = (), by: Person, at: datetime
) -> Question:
    """Keep a question and the articles that answer it; of a crisis neither words nor name."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise refusals.NothingAsked
    if len(text) > LONGEST:
        raise refusals.QuestionTooLong(length=len(text), most=LONGEST)
    crisis = found.tier == Tier.CRISIS
    asked = Question.objects.create(
        asker=None if crisis else by, text="" if crisis else text, via=via, tier=found.tier,
        topic=found.topic, stages=list(stages), asked_at=at, shown_at=at if crisis else None,
    )  # fmt: skip
    Shown.objects.bulk_create(
        Shown(question=asked, place=place, piece_id=hit.piece_id, text_sha256=hit.sha256)
        for place, hit in enumerate(found.hits[: SHOWN.get(found.tier, 0)], start=1)
    )
    record("policy.asked", asked, by=None if crisis else by, at=at, result=Tier(found.tier).words)
    return asked


@transaction.atomic
def showed(*, question_id: int, by: Person, at: datetime) -> None:
    """Note when the first article (or the plain word that there is none) was on the page."""
    fresh = Question.objects.filter(pk=question_id, asker=by, shown_at=None)
    if fresh.update(shown_at=at):
        record("policy.shown", Question(pk=question_id), by=by, at=at)


@transaction.atomic
def judge(*, question_id: int, useful: bool, by: Person, at: datetime) -> Question:
    """Note whether the answer helped; the last word counts."""
    asked = Question.objects.select_for_update().get(pk=question_id, asker=by)
    asked.useful, asked.judged_at = useful, at
    asked.save(update_fields=["useful", "judged_at"])
    record("policy.judged", asked, by=by, at=at, result="有用" if useful else "没用")
    return asked


@transaction.atomic
def choose(*, question_id: int, piece_id: int, by: Person, at: datetime) -> None:
    """Note which of several articles was meant: it stands first from now on."""
    asked = Question.objects.select_for_update().get(pk=question_id, asker=by)
    rows = list(Shown.objects.filter(question=asked).order_by("place"))
    chosen = next((row for row in rows if row.piece_id == piece_id), None)
    if chosen is None or chosen.chosen_at is not None:
        return
    Shown.objects.filter(question=asked).update(chosen_at=None)
    Shown.objects.filter(pk=chosen.pk).update(chosen_at=at)
    record("policy.chosen", asked, by=by, at=at)


@transaction.atomic
def forget(*, at: datetime) -> int:
    """Erase the words of questions older than the terms' days; return how many.

    What is still at the desk stays until its answer is there. Without a ticket the name goes too.
    """
    old = at - timedelta(days=desk_terms(campus_day(at)).keep_days)
    due = Question.objects.select_for_update().filter(asked_at__lt=old, erased_at=None)
    due = due.exclude(tier=Tier.CRISIS)
    gone = list(
        due.filter(
            Q(pk__in=Question.objects.filter(ticket=None).values("pk"))
            | Q(pk__in=Question.objects.exclude(ticket__answered_at=None).values("pk"))
        ).order_by("pk")
    )
    if not gone:
        return 0
    ids = [one.pk for one in gone]
    Question.objects.filter(pk__in=ids).update(text="", erased_at=at)
    Question.objects.filter(pk__in=ids, ticket=None).update(asker=None)
    Remark.objects.filter(ticket__question__in=ids).update(text="")
    record("policy.words_erased", gone[-1], by=None, at=at, askings=len(ids))
    return len(ids)


@transaction.atomic
def collect(*, at: datetime) -> MissedWords | None:
    """Keep last week's words that found nothing; None when that is done already."""
    day = campus_day(at)
    week = day - timedelta(days=day.weekday()) - WEEK
    if MissedWords.objects.filter(week=week).exists():
        return None
    there = Question.objects.filter(
        asked_at__gte=start_of(week), asked_at__lt=start_of(week + WEEK),
        tier__in=[Tier.LOW, Tier.NO_ANSWER], erased_at=None,
    ).exclude(asker=None)  # fmt: skip
    asked = [(one.asker_id or 0, one.text) for one in there]
    words = missed(asked, least=desk_terms(day).least_askers)
    made = MissedWords.objects.create(week=week, words=words, questions=len(asked), at=at)
    record("policy.words_collected", made, by=None, at=at, askings=len(asked))
    return made
