"""What the clock asks of wellbeing: invitations, drafts, reminders, the chair's turn."""

from datetime import datetime

from smartunion.domains.wellbeing.actions import alerting, answering, campaigns
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.timers.handlers import Handler
from smartunion.kernel.timers.models import Timer


def release(timer: Timer, at: datetime) -> None:
    """Send the day's invitations."""
    campaigns.release(campaign_id=timer.payload["campaign"], at=at)


def close(timer: Timer, at: datetime) -> None:
    """End a campaign whose last day is over."""
    campaigns.close(campaign_id=timer.payload["campaign"], by=None, at=at)


def lapse(timer: Timer, at: datetime) -> None:
    """Destroy a draft whose hours are over."""
    answering.lapse(response_id=timer.payload["response"], at=at)


def remind(timer: Timer, at: datetime) -> None:
    """Remind whoever has a task."""
    alerting.remind(task_id=timer.payload["task"], hours=timer.payload["hours"], at=at)


def to_chair(run: StepRun, at: datetime) -> None:
    """Give an overdue talk to the chair."""
    alerting.to_chair(run_id=run.pk, at=at)


def review_lapses(run: StepRun, at: datetime) -> None:
    """Go red: nobody of the centre has looked in time."""
    alerting.review_lapses(run_id=run.pk, at=at)


TIMERS: dict[str, Handler] = {
    campaigns.RELEASE: release,
    campaigns.CLOSE: close,
    answering.LAPSE: lapse,
    alerting.REMIND: remind,
}
ACTS = {"wellbeing.to_chair": to_chair, "wellbeing.review_lapses": review_lapses}
