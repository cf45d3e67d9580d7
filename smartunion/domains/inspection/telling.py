"""Who hears of a round: the drawn inspectors, and whoever must give back or explain."""

from datetime import datetime

from smartunion.domains.inspection.models import Inspector, Problem, Round
from smartunion.kernel.base.money import in_yuan
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person


def drawn(it: Round, *, at: datetime) -> None:
    """Tell the inspectors that they were drawn."""
    people = Person.objects.filter(pk__in=Inspector.objects.filter(round=it).values("person"))
    tell(
        to=list(people),
        about=f"inspection.round:{it.pk}:drawn",
        title=f"你被抽为 {it.number} 的审查人",
        text="请先照原件填金额，再看账面。",
        link="/inspection/mine/",
        at=at,
    )


def problem(it: Problem, *, at: datetime) -> None:
    """Tell the responsible person what to give back and to explain."""
    tell(
        to=it.responsible,
        about=f"inspection.problem:{it.pk}",
        title=f"{it.round.number} 有问题金额待退回",
        text=f"{in_yuan(it.problem_fen)} 元，24 小时内退回，3 日内书面说明。",
        link=f"/inspection/problems/{it.pk}/",
        at=at,
    )
