"""The year drawn as bars and marks, ready to place: every position is a percentage of the year."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from smartunion.domains.planning.models import PlanYear
from smartunion.domains.planning.rules.timeline import State

from .plan import MilestoneFact, ProjectFact, SubTaskFact

EDGE = 90.0
"""Percent of the year from which a centered word would leave the picture."""


@dataclass(frozen=True)
class Mark:
    """A milestone's place on the bar."""

    left: str
    css: str
    words: str
    code: str


@dataclass(frozen=True)
class Bar:
    """A sub-task's line."""

    task: SubTaskFact
    left: str
    width: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Band:
    """A project's line and the bars under it."""

    project: ProjectFact
    left: str
    width: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Drawing:
    """The whole picture; `today` is empty when the day lies outside the year."""

    bands: tuple[Band, ...]
    today: str

    @property
    def late_in_year(self) -> bool:
        """Test if today lies so far right that its word must stand to the left of the line."""
        return bool(self.today) and float(self.today.rstrip("%")) > EDGE


def draw(plan: PlanYear, projects: Iterable[ProjectFact], *, on: date) -> Drawing:
    """Return the year's bars as they stand on the day."""
    first, days = plan.starts_on, (plan.closes_on - plan.starts_on).days + 1

    def place(day: date) -> float:
        return max(0.0, min((day - first).days / days * 100, 100.0))

    def bar(task: SubTaskFact) -> Bar:
        left = place(task.starts_on)
        return Bar(
            task,
            f"{left:.2f}%",
            f"{max(place(task.due_on) - left, 0.6):.2f}%",
            tuple(
                Mark(f"{place(one.counts_on):.2f}%", _css(one), _words(one), one.code)
                for one in task.milestones
            ),
        )

    bands = []
    for project in projects:
        if not project.sub_tasks:
            continue
        begins = place(min(task.starts_on for task in project.sub_tasks))
        ends = place(max(task.due_on for task in project.sub_tasks))
        bands.append(
            Band(
                project,
                f"{begins:.2f}%",
                f"{ends - begins:.2f}%",
                tuple(bar(task) for task in project.sub_tasks),
            )
        )
    inside = plan.starts_on <= on <= plan.closes_on
    return Drawing(tuple(bands), f"{place(on):.2f}%" if inside else "")


def _css(one: MilestoneFact) -> str:
    return {State.DONE: "done", State.LATE: "late"}.get(one.state, "")


def _words(one: MilestoneFact) -> str:
    return f"{one.counts_on.month}月{one.counts_on.day}日 {one.title}：{one.words}"
