"""Hand a question to a person, answer it in the same thread."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from smartunion.domains.policy.models import Piece, Question, Remark, Ticket
from smartunion.domains.policy.procedure import TICKET
from smartunion.domains.policy.reads import tickets as reads
from smartunion.domains.policy.reads.terms import desk_terms
from smartunion.domains.policy.rules import desk_refusals as refusals
from smartunion.domains.policy.rules.checking import Source, human_fault
from smartunion.domains.policy.rules.sla import Level, due
from smartunion.kernel.base.calendar import campus
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.telling import moment
from smartunion.kernel.trail.record import record

LONGEST = 1000


@transaction.atomic
def hand_over(
    *, question_id: int, level: Level, note: str = "", by: Person, at: datetime
) -> Ticket:
    """Open the ticket of one's own question, for the office that answers for its matter."""
    asked = Question.objects.select_for_update().get(pk=question_id, asker=by)
    if there := Ticket.objects.filter(question=asked).first():
        raise refusals.TicketThere(due=moment(there.due_at))
    day = campus_day(at)
    terms = desk_terms(day)
    office = _office_of(asked) or terms.office
    who = reads.answerer(office, on=day, excluding=by.pk)
    if who is None:
        raise refusals.NobodyAnswers
    until = due(at, terms.minutes(level), hours=terms.hours, calendar=campus())
    case = engine.open_case(
        sheet=TICKET, title=f"政策咨询工单 {asked.pk}",
        facts={"number": asked.pk, "level": level.value, "answerer": who.pk},
        applicant=by, subject=f"policy.question:{asked.pk}", event_at=until, by=by, at=at,
    )  # fmt: skip
    made = Ticket.objects.create(
        question=asked, case=case, office=office, level=level, opened_at=at, due_at=until
    )
    if note.strip():
        Remark.objects.create(ticket=made, by=by, at=at, text=note.strip()[:LONGEST])
    record("policy.handed_over", made, by=by, at=at, level=level.words)
    return made


def _office_of(asked: Question) -> str:
    """Return the office of the topic, or of the document that was found first; empty for none."""
    if asked.topic is not None:
        return asked.topic.desk
    first = asked.shown.select_related("piece__version__document").order_by("place").first()
    return first.piece.version.document.desk if first else ""


@transaction.atomic
def say(*, question_id: int, text: str, by: Person, at: datetime) -> Remark:
    """Add to one's own ticket; whoever answers it is told, not what was said."""
    if not text.strip():
        raise refusals.NothingSaid
    there = Ticket.objects.select_for_update().get(question_id=question_id, question__asker=by)
    made = Remark.objects.create(ticket=there, by=by, at=at, text=text.strip()[:LONGEST])
    run = reads.open_step(there)
    who = run.lead if run else None
    if who is None:
        who = reads.answerer(there.office, on=campus_day(at), excluding=by.pk)
    if who is not None:
        tell(
            to=who, about=f"policy/remark/{made.pk}", title=f"工单 {there.pk} 有补充说明",
            text="提问人补充了说明，请打开工单看。", link=f"/policy/tickets/{there.pk}/", at=at,
        )  # fmt: skip
    record("policy.remarked", there, by=by, at=at)
    return made


@transaction.atomic
def reply(
    *,
    ticket_id: int,
    text: str,
    piece_ids: Sequence[int] = (),
    no_basis: bool = False,
    by: Person,
    at: datetime,
) -> Remark:
    """Answer the asker in the thread; quotations, laws and numbers of articles must be right.

    The first answer ends the step that the limit runs for.
    :raises Refused: no article chosen, a sentence that its articles do not bear, not one's step
    """
    if not text.strip():
        raise refusals.NothingSaid
    there = (
        Ticket.objects.select_for_update(of=("self",))
        .select_related("question__asker")
        .get(pk=ticket_id)
    )
    pieces = list(
        Piece.objects.select_related("version__document").filter(pk__in=piece_ids).order_by("pk")
    )
    if not pieces and not no_basis:
        raise refusals.NoBasis
    titles = [(p.version.document.title, tuple(p.version.document.aliases)) for p in pieces]
    sources = [
        Source(f"A{n}", title, piece.label, piece.text, aliases)
        for n, (piece, (title, aliases)) in enumerate(zip(pieces, titles, strict=True), start=1)
    ]
    if fault := human_fault(text, sources):
        sentence, why = fault
        raise refusals.Unsupported(sentence=sentence[:60], why=why.words)
    run = reads.open_step(there)
    if run is not None and run.step == reads.REPLY:
        basis = "、".join(f"《{s.title}》{s.label}" for s in sources) or "没有依据，由岗位答复"
        engine.pass_step(
            run_id=run.pk, facts={"doing": "reply", "unsupported": False},
            outputs={"reply": Given(text=f"已在工单中答复，依据：{basis}")}, by=by, at=at,
        )  # fmt: skip
        there.answered_at = at
        there.save(update_fields=["answered_at"])
    elif reads.card(ticket_id, by, at=at) is None:
        raise refusals.OnTicketPage
    made = Remark.objects.create(ticket=there, by=by, at=at, text=text.strip()[:LONGEST])
    made.pieces.set(pieces)
    asker = there.question.asker
    if asker is not None:
        tell(
            to=asker, about=f"policy/reply/{made.pk}", title="您的政策咨询有答复了",
            text=f"{reads.office_title(there.office)}已在原问题下答复。",
            link=f"/policy/questions/{there.question_id}/", at=at,
        )  # fmt: skip
    record("policy.replied", there, by=by, at=at, articles=len(pieces))
    return made
