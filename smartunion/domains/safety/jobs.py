"""What the kernel's rooms ask of safety while an incident runs: its crew, its end, who may look."""

from datetime import datetime

from smartunion.domains.safety.actions import incidents, risks
from smartunion.domains.safety.protocol import CASH_OUT, CHILD_INJURY, INCIDENT
from smartunion.domains.safety.reads import incidents as reads
from smartunion.domains.safety.reads import scenarios
from smartunion.domains.safety.reads.figures import terms_on
from smartunion.domains.safety.rules.kinds import Role
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.response.models import Run
from smartunion.kernel.response.registry import Hooks, Wired


def after_end(run: Run, at: datetime) -> None:
    """Let the incident end with its run."""
    incidents.ended(run=run, at=at)


def evaluate_controls(at: datetime) -> None:
    """Evaluate what was not evaluated today; nothing before the first plan is adopted."""
    try:
        terms_on(campus_day(at))
    except Refused:
        return
    risks.evaluate_due(at=at)


OFFICES = Hooks(crew=scenarios.crew, posts=scenarios.POSTS, who_may_see=scenarios.may_see)

RESPONSES = (
    Wired(
        INCIDENT,
        Hooks(
            crew=reads.crew,
            posts={role.value: f"{role.words}（活动值守）" for role in Role},
            who_may_see=reads.may_see,
            marker=reads.marker_in,
            after_end=after_end,
        ),
        drilled=True,
    ),
    Wired(CASH_OUT, OFFICES),
    Wired(CHILD_INJURY, OFFICES),
)
