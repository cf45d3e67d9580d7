"""Open a survey, let each of its people draw a slip, take answers, close it and forget who."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from smartunion.domains.planning import public as planning
from smartunion.domains.surveys.models import Answer, Invited, Slip, Survey, Token
from smartunion.domains.surveys.reads import surveys as reads
from smartunion.domains.surveys.rules import refusals
from smartunion.domains.surveys.rules.counting import ASKED, SCORES
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

CODE_BYTES = 16


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def open_survey(
    *, title: str, question: str, indicator: str, audience: str, named: str = "", by: Person,
    at: datetime,
) -> Survey:  # fmt: skip
    """Freeze the question and the sample, make the slips, invite. Nobody is added afterwards.

    The parents are named by their staff numbers, as the childcare centre's roster has them
    (`named`, one or several a line); like every list of the invited it is destroyed at the close.
    """
    whom = ASKED.get(indicator, audience)
    if whom != audience:
        raise refusals.AudienceWrong(indicator=indicator, audience=Survey.Audience(whom).label)
    on = campus_day(at)
    least = int(planning.terms("surveys", on=on)["least"])
    people, unknown = reads.audience(audience, named.split(), on=on)
    if unknown:
        raise refusals.UnknownParents(numbers="、".join(unknown[:5]), count=len(unknown))
    if len(people) < least:
        raise refusals.NobodyInvited(count=len(people), least=least)
    frozen = "\n".join([question, *sorted(one.username for one in people)])
    made = Survey.objects.create(
        title=title, question=question, digest=_digest(frozen), indicator=indicator,
        audience=audience, invited=len(people), least=least, opened_at=at,
    )  # fmt: skip
    codes = [secrets.token_hex(CODE_BYTES) for _ in people]
    Slip.objects.bulk_create(Slip(survey=made, code=one) for one in codes)
    Token.objects.bulk_create(Token(survey=made, digest=_digest(one)) for one in sorted(codes))
    Invited.objects.bulk_create(Invited(survey=made, person=one) for one in people)
    record("surveys.opened", made, by=by, at=at, invited=len(people), digest=made.digest)
    tell(
        to=people, about=f"surveys.survey:{made.pk}", title=f"请答一题：{title}",
        text="答卷不记名，一分钟。", link="/surveys/", at=at,
    )  # fmt: skip
    return made


@transaction.atomic
def draw(*, survey_id: int, by: Person, at: datetime) -> str:
    """Draw a slip and return its code, which is told this once. Which one it was is not kept.

    The trail says that a slip was drawn, not by whom: the list that does is destroyed at the close.
    """
    invited = (
        Invited.objects.select_for_update(of=("self",))
        .filter(survey=survey_id, person=by, survey__closed_at=None)
        .first()
    )
    if invited is None:
        raise refusals.NotInvited
    if invited.has_drawn:
        raise refusals.DrawnAlready
    pool = Slip.objects.select_for_update(skip_locked=True).filter(survey=survey_id)
    slip = pool.order_by("?")[:1].get()
    code = slip.code
    slip.delete()
    invited.has_drawn = True
    invited.save(update_fields=["has_drawn"])
    record("surveys.slip_drawn", invited.survey, by=None, at=at)
    return code


@transaction.atomic
def answer(*, code: str, score: int) -> Survey:
    """Take the answer of a good slip, once. Neither person nor moment is asked for or kept.

    The trail counts it under the moment at which the survey was opened.
    """
    token = Token.objects.select_for_update().filter(digest=_digest(code.strip().lower())).first()
    if token is None or token.is_used or score not in dict(SCORES):
        raise refusals.CodeWrong
    survey = Survey.objects.get(pk=token.survey_id)
    if survey.closed_at is not None:
        raise refusals.Closed
    token.is_used = True
    token.save(update_fields=["is_used"])
    Answer.objects.create(survey=survey, score=score)
    record("surveys.answered", survey, by=None, at=survey.opened_at)
    return survey


@transaction.atomic
def close(*, survey_id: int, by: Person | None, at: datetime) -> Survey:
    """Close a survey, destroy who was invited and every slip; the answers alone remain.

    They are written anew together, so that not even the database knows which came when.
    """
    it = Survey.objects.select_for_update().get(pk=survey_id)
    if it.closed_at is not None:
        raise refusals.Closed
    it.closed_at = at
    it.save(update_fields=["closed_at"])
    Invited.objects.filter(survey=it).delete()
    Slip.objects.filter(survey=it).delete()
    Token.objects.filter(survey=it).delete()
    scores = sorted(it.answers.values_list("score", flat=True))
    it.answers.all().delete()
    Answer.objects.bulk_create(Answer(survey=it, score=one) for one in scores)
    record("surveys.closed", it, by=by, at=at, answers=len(scores))
    return it
