"""What waits for whom, who may see a case, and its sheet as it stands."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate
from smartunion.kernel.trail.reads import Told

from .define import Procedure, Step
from .models import Case, Evidence, StepRun


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for a person."""

    run: StepRun
    case: Case
    sheet: Procedure
    step: Step
    part: str
    """A, B, B接手, 申请人, 会签, 票决, 待指定."""
    late: bool
    due_today: bool

    @property
    def due_at(self) -> datetime | None:
        """Return until when, None for no limit."""
        return self.run.due_at


@dataclass(frozen=True)
class Column:
    """One row of a case's six-column sheet, with what has become of it."""

    step: Step
    matter: str
    flow: str
    limit: str
    outputs: str
    duty: str
    risk: str
    state: str
    """waiting, open, passed, skipped, returned or canceled."""
    words: str
    """The state in Chinese."""
    run: StepRun | None = None
    lead: str = ""
    backup: str = ""
    due_at: datetime | None = None
    ended_at: datetime | None = None
    late: bool = False
    evidence: Sequence[Evidence] = field(default_factory=tuple)
    runs: Sequence[StepRun] = field(default_factory=tuple)


def waiting_for(person: Person, at: datetime) -> list[Waiting]:
    """Return what waits for the person, the earliest limit first, what has none last."""
    raise NotImplementedError


def may_see(case: Case, person: Person, mandate: Mandate, at: datetime | None = None) -> bool:
    """Test if the person may open the case."""
    raise NotImplementedError


def timeline(case: Case) -> list[Told]:
    """Return everything that happened to the case, the oldest first."""
    raise NotImplementedError


def columns(case: Case) -> list[Column]:
    """Return the case's sheet row by row, each with its state."""
    raise NotImplementedError
