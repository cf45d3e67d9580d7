"""Hold a talk, try in vain, open the answers with a purpose, write an assessment (R102, R104)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from smartunion.domains.wellbeing.models import Attempt, Task
from smartunion.domains.wellbeing.reads import cases, figures
from smartunion.domains.wellbeing.rules import records, refusals
from smartunion.domains.wellbeing.rules.scale import Result, result_of
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions as private
from smartunion.kernel.private.refusals import NoPurpose
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.trail.record import record

from . import alerting, opening
from .opening import Whom

Kind, Outcome = Task.Kind, Task.Outcome
MAY_END = {
    Kind.TALK: (Outcome.CLOSE, Outcome.REFER, Outcome.RED),
    Kind.ASSESSMENT: (Outcome.CLOSE, Outcome.HOSPITAL, Outcome.RED),
    Kind.REVIEW: (Outcome.RED, Outcome.YELLOW, Outcome.BLUE),
    Kind.CONTACT: (Outcome.CLOSE, Outcome.RED),
}
SEALED_AS = {
    Kind.TALK: records.TALK.code,
    Kind.ASSESSMENT: records.ASSESSMENT.code,
    Kind.REVIEW: records.REVIEW.code,
    Kind.CONTACT: records.CONTACT.code,
}
DONE = {
    Kind.TALK: "wellbeing.talked", Kind.ASSESSMENT: "wellbeing.assessed",
    Kind.CONTACT: "wellbeing.contacted",
}  # fmt: skip
WITH_ANSWERS = (Kind.ASSESSMENT, Kind.REVIEW, Kind.CONTACT)
"""Tasks of the centre: who has one in hand may open the answers behind it."""


@transaction.atomic
def whom(*, run_id: int, kind: str, by: Person, at: datetime) -> Whom:
    """Return whose task it is, to the one who has it in hand; the person sees that it was asked.

    :raises Refused: somebody else's task, or one's own matter
    """
    task, _ = _in_hand(run_id, kind, by)
    found = _whom(task, by, at)
    record("wellbeing.taken_up", task.alert, by=by, at=at)
    return found


@transaction.atomic
def note_attempt(*, run_id: int, way: str, by: Person, at: datetime) -> Attempt:
    """Write down that the person could not be reached; the task stays open and its clock runs."""
    task, _ = _in_hand(run_id, (Kind.TALK, Kind.CONTACT), by)
    made = Attempt.objects.create(task=task, by=by, at=at, way=way)
    record("wellbeing.not_reached", task.alert, by=by, at=at)
    return made


@transaction.atomic
def finish(
    *,
    run_id: int,
    kind: str,
    met_at: datetime,
    way: str,
    summary: str,
    outcome: str,
    by: Person,
    at: datetime,
) -> Task:
    """Record a talk, an assessment or a review and do what it leads to; the words are sealed.

    :raises Refused: not in hand, one's own matter, a moment that cannot be, or an outcome that is
        not this step's to give
    """
    task, run = _in_hand(run_id, kind, by)
    if outcome not in MAY_END[Kind(kind)]:
        raise refusals.OutcomeWrong(outcome=dict(Outcome.choices).get(outcome, outcome))
    if not task.alert.opened_at.replace(second=0, microsecond=0) <= met_at <= at:
        raise refusals.MomentWrong(met=met_at.strftime("%m-%d %H:%M"))
    found = _whom(task, by, at)
    private.seal(
        about=cases.about_task(task), kind=SEALED_AS[Kind(kind)],
        data={"met_at": met_at.isoformat(), "way": way, "summary": summary, "outcome": outcome},
        subject=found.person, by=by, at=at,
    )  # fmt: skip
    engine.pass_step(
        run_id=run.pk,
        facts={"recorded": True, "outcome": outcome},
        outputs={"record": Given(text="已写，随件封存")},
        by=by,
        at=at,
    )
    alerting.finish(task=task, outcome=outcome, whom=found, by=by, at=at)
    record(DONE.get(Kind(kind), "wellbeing.reviewed"), task.alert, by=by, at=at)
    return task


@dataclass(frozen=True)
class Opened:
    """Answers and what they add up to, for the one who assesses."""

    answers: tuple[int, ...]
    result: Result
    flags: tuple[str, ...]
    seconds: int | None
    policy: dict[str, object]


@transaction.atomic
def open_answers(*, run_id: int, purpose: str, by: Person, at: datetime) -> Opened:
    """Open the answers behind a task of the centre in hand, with a purpose; the person sees it.

    :raises Refused: not in hand, one's own matter, no purpose, or already destroyed
    """
    task, _ = _in_hand(run_id, WITH_ANSWERS, by)
    if not purpose.strip():
        raise NoPurpose
    found = _whom(task, by, at)
    told, counted = opening.answers(
        response_id=found.response_id, purpose=f"assess：{purpose.strip()}", by=by, at=at
    )  # fmt: skip
    record("wellbeing.answers_opened", task.alert, by=by, at=at)
    return Opened(
        answers=tuple(map(int, told["answers"])),
        result=result_of(counted["text"]),
        flags=tuple(counted["flags"]),
        seconds=told["seconds"],
        policy=counted["policy"],
    )


def _in_hand(run_id: int, kind: str | Collection[str], by: Person) -> tuple[Task, StepRun]:
    found = cases.task_of_run(run_id, *([kind] if isinstance(kind, str) else kind))
    if found is None or not cases.has_in_hand(found[1], by):
        number = found[0].alert.number if found else "这一件"
        raise refusals.NotYourTask(number=number)
    return found


def _whom(task: Task, by: Person, at: datetime) -> Whom:
    found = opening.whom(alert=task.alert, kind=task.kind, by=by, at=at)
    if found.person.pk == by.pk:
        terms = figures.terms_on(campus_day(at))
        raise refusals.OwnMatter(help=figures.help_at(at, terms).words)
    return found
