"""What the clock does with proposals: end the gathering, file by silence, explain, remind."""

from datetime import datetime

from smartunion.domains.proposals.actions import handling, rating, suggesting, writing
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.timers.handlers import Handler
from smartunion.kernel.timers.models import Timer


def file_by_silence(run: StepRun, at: datetime) -> None:
    """24 hours without an answer."""
    handling.file_by_silence(run_id=run.pk, at=at)


def explain(run: StepRun, at: datetime) -> None:
    """The sheet's AUTO step 向提案人说明."""
    handling.explain(run_id=run.pk, at=at)


def lapse_rating(run: StepRun, at: datetime) -> None:
    """Ten working days without a rating."""
    rating.lapse_rating(run_id=run.pk, at=at)


def lapse_gathering(run: StepRun, at: datetime) -> None:
    """Seven days of gathering names are over."""
    writing.lapse(run_id=run.pk, at=at)


def plan_due(timer: Timer, at: datetime) -> None:
    """The day that a plan has promised."""
    handling.remind_of_plan(proposal_id=timer.payload["proposal"], at=at)


def suggestion_due(timer: Timer, at: datetime) -> None:
    """The last day to answer a suggestion."""
    suggesting.remind(suggestion_id=timer.payload["suggestion"], at=at)


TIMERS: dict[str, Handler] = {
    handling.PLANNED_DUE: plan_due,
    suggesting.SUGGESTION_DUE: suggestion_due,
}
ACTS = {
    "proposals.file_by_silence": file_by_silence,
    "proposals.explain": explain,
    "proposals.lapse_rating": lapse_rating,
    "proposals.lapse_gathering": lapse_gathering,
}
