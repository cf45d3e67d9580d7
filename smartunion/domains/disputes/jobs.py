"""What the clock does with disputes: remind, end what was left lying, tell the rights."""

from datetime import datetime

from smartunion.domains.disputes.actions import filing, mediating
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.timers.handlers import Handler
from smartunion.kernel.timers.models import Timer


def remind(timer: Timer, at: datetime) -> None:
    """A limit comes near."""
    told = timer.payload
    filing.remind(dispute_id=told["dispute"], right=told["right"], days=told["days"], at=at)


def lapse(run: StepRun, at: datetime) -> None:
    """The days of mediation, or of the applicant's word, are over."""
    mediating.lapse(run_id=run.pk, at=at)


def refer(run: StepRun, at: datetime) -> None:
    """The sheet's AUTO step 书面告知权利."""
    mediating.refer(run_id=run.pk, at=at)


TIMERS: dict[str, Handler] = {filing.REMINDS: remind}
ACTS = {"disputes.lapse": lapse, "disputes.refer": refer}
