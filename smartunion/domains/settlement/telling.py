"""Who hears of differences: their owner at once, the chief when one is overdue."""

from collections.abc import Sequence
from datetime import date, datetime

from smartunion.domains.settlement.models import Difference
from smartunion.domains.settlement.reads import figures
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person


def opened(day: date, cases: Sequence[Difference], owner: Person, *, at: datetime) -> None:
    """Tell the owner once for the day and the number of differences found."""
    if cases:
        tell(
            to=owner,
            about=f"settlement.opened:{day}:{cases[0].pk}",
            title=f"{day:%-m月%-d日} 对账有 {len(cases)} 笔差错待查",
            text="每笔差错都有办结期限；先请银行补发，再对一次，对平的自动办结。",
            link=f"/settlement/days/{day.isoformat()}/",
            at=at,
        )


def overdue(case: Difference, *, at: datetime) -> None:
    """Tell the owner and the chief that a case is past its limit."""
    chief = figures.chief_on(campus_day(at))
    people = {each.pk: each for each in (case.owner, chief) if each is not None}
    tell(
        to=list(people.values()),
        about=f"settlement.overdue:{case.pk}",
        title=f"对账差错逾期未办结：{case.day:%-m月%-d日} {case.get_state_display()}",
        text="逾期仍处理中的，按全额计入误差。",
        link=f"/settlement/cases/{case.pk}/",
        at=at,
    )
