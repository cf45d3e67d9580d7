"""What an answered ticket teaches the house: an alias or an FAQ, reviewed by a second person."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.policy.actions import teaching
from smartunion.domains.policy.models import Faq, Ticket
from smartunion.domains.policy.reads import tickets as reads
from smartunion.domains.policy.rules import desk_refusals as refusals
from smartunion.domains.policy.rules.asked import Lesson
from smartunion.domains.policy.rules.kinds import AliasState, Origin
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.trail.record import record


@transaction.atomic
def learn(
    *,
    ticket_id: int,
    lesson: Lesson,
    question: str = "",
    answer: str = "",
    piece_id: int | None = None,
    by: Person,
    at: datetime,
) -> Ticket:
    """Propose what a ticket taught, in words without names; its last step ends.

    :raises Refused: not answered yet, no article chosen, no words, not one's step
    """
    there = Ticket.objects.select_for_update().get(pk=ticket_id)
    run = reads.open_step(there)
    if run is None or run.step != reads.LEARN:
        raise refusals.NotAnswered
    if lesson != Lesson.NONE:
        if not question.strip() or (lesson == Lesson.FAQ and not answer.strip()):
            raise refusals.NothingSaid
        if piece_id is None:
            raise refusals.NoPiece
        there.alias = teaching.propose_alias(
            question=question.strip()[:200], piece_id=piece_id, origin=Origin.TICKET, by=by, at=at
        )
    if lesson == Lesson.FAQ and piece_id is not None:
        Faq.objects.get_or_create(
            question=question.strip()[:200], piece_id=piece_id,
            defaults={"answer": answer.strip()[:1000], "office": there.office,
                      "proposed_by": by, "proposed_at": at},
        )  # fmt: skip
    engine.pass_step(
        run_id=run.pk, facts={"doing": "learn"},
        outputs={"lesson": Given(text=lesson.words)}, by=by, at=at,
    )  # fmt: skip
    there.lesson, there.learned_at = lesson, at
    there.save(update_fields=["lesson", "learned_at", "alias"])
    record("policy.lesson_proposed", there, by=by, at=at, result=lesson.words)
    return there


@transaction.atomic
def review_faq(*, faq_id: int, accept: bool, by: Person, at: datetime, because: str = "") -> Faq:
    """Accept or refuse an FAQ; accepted, it stands under its article for questions like it."""
    there = Faq.objects.select_for_update().get(pk=faq_id)
    if there.proposed_by_id == by.pk:
        raise refusals.OwnLesson
    if there.state != AliasState.PROPOSED:
        raise refusals.AlreadyReviewed(state=AliasState(there.state).words)
    there.state = AliasState.ACCEPTED if accept else AliasState.REFUSED
    there.decided_by, there.decided_at = by, at
    there.save(update_fields=["state", "decided_by", "decided_at"])
    record("policy.lesson_reviewed", there, by=by, at=at, because=because,
           result="采用" if accept else "不采用")  # fmt: skip
    return there
