"""What the clock does in inspection: the draw, and the notice of a problem."""

from datetime import datetime

from smartunion.domains.inspection.actions import drawing, mending
from smartunion.kernel.procedures.models import StepRun


def draw(run: StepRun, at: datetime) -> None:
    """The sheet's AUTO step 抽取."""
    drawing.draw(run_id=run.pk, at=at)


def notice(run: StepRun, at: datetime) -> None:
    """The sheet's AUTO step 通知退款和说明."""
    mending.notify(run_id=run.pk, at=at)


ACTS = {"inspection.draw": draw, "inspection.notice": notice}
