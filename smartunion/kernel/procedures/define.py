"""The plan's own programming language: 事项—流程—时限—输出—责任—风险, as data. Pure.

A sheet is declared once in a domain's `procedure.py`; the engine runs it, the handbook prints it,
the lint reads it. What varies between cases is a *fact*; what decides is a rule, a pure function
of the facts that answers None, or the refusal that says why not.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any

from smartunion.kernel.base.refusals import Refused

Facts = Mapping[str, Any]
Guard = Callable[[Facts], Refused | None]
"""May the step pass? None for yes, else the refusal that says which rule and which figure."""

Test = Callable[[Facts], bool]
"""Does the way, the skip or the conflict apply?"""

END = "end"
"""The target of a way that closes the case."""


class Unit(StrEnum):
    """How a limit is counted; only 工作日 skips days off, and hours never wait (T32)."""

    SECONDS = "秒"
    MINUTES = "分钟"
    HOURS = "小时"
    DAYS = "日"
    WORKING_DAYS = "个工作日"


class Since(StrEnum):
    """What a limit counts from."""

    STEP = "本步开始"
    TRIGGER = "事项触发"
    EVENT = "事件发生"


class Kind(StrEnum):
    """What sort of step it is."""

    HUMAN = "办理"
    AUTO = "自动"
    VOTE = "票决"
    PUBLICITY = "公示"
    OUTSIDE = "外部"


class Effect(StrEnum):
    """What a risk's control does when it strikes."""

    BLOCK = "阻断"
    FLAG = "提示"


@dataclass(frozen=True)
class Within:
    """时限: an amount of time from the step's start, the case's trigger or an event."""

    amount: int
    unit: Unit
    since: Since = Since.STEP
    roll: bool = True
    """A last day off rolls to the next working day; False where the union promised otherwise."""

    @property
    def words(self) -> str:
        """Return the limit as the sheet says it: 自事项触发起24小时内."""
        origin = "" if self.since == Since.STEP else f"自{self.since}起"
        return f"{origin}{self.amount}{self.unit}内"


@dataclass(frozen=True)
class By:
    """时限: by the end of a calendar day of the case's year (T77: 前 includes the day)."""

    month: int
    day: int

    @property
    def words(self) -> str:
        """Return the limit as the sheet says it."""
        return f"{self.month}月{self.day}日前"


@dataclass(frozen=True, kw_only=True)
class Duty:
    """责任: the office that leads (A角), who stands in (B角), and from when."""

    lead: str
    backup: str | None = None
    take_over_after: Within | None = None
    staff: int = 1
    """How many different people must sign (two for a home visit)."""
    recuse: tuple[Test, ...] = ()


@dataclass(frozen=True)
class Output:
    """输出: what must lie in the file before the step may pass."""

    code: str
    name: str
    kind: str = "form"
    """form, file, photo, record or screenshot."""


@dataclass(frozen=True)
class Risk:
    """风险 and its control (防控措施), which is a rule that really runs."""

    code: str
    matter: str
    control: str
    strikes: Test
    effect: Effect = Effect.BLOCK


@dataclass(frozen=True)
class Escalation:
    """Who hears of it when this share of the limit has passed; 100 is the due moment."""

    at_percent: int
    to: str
    act: str = ""
    """Name of the domain's action that the clock then does (filing by silence)."""


@dataclass(frozen=True)
class Way:
    """Where the case goes next; several targets are a fork, no `when` is for sure."""

    to: str | tuple[str, ...]
    when: Test | None = None
    times: int | None = None
    """How often a way back may be taken."""
    note: str = ""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the targets, one or several."""
        return (self.to,) if isinstance(self.to, str) else self.to


@dataclass(frozen=True)
class Publicity:
    """公示: how many working days, which fields may be seen, masked how."""

    working_days: int
    shows: tuple[str, ...]


@dataclass(frozen=True)
class Vote:
    """票决: which body, how many seats, what quorum and majority, of which base."""

    body: str
    seats: int
    quorum: tuple[int, int]
    majority: tuple[int, int]
    base: str = "全体"
    secret: bool = True


@dataclass(frozen=True, kw_only=True)
class Step:
    """One row of the sheet."""

    code: str
    name: str
    duty: Duty
    ways: tuple[Way, ...]
    within: Within | By | None = None
    no_limit: str = ""
    """Why the step has no limit; an empty 时限 must be a decision."""
    outputs: tuple[Output, ...] = ()
    risks: tuple[Risk, ...] = ()
    no_risk: bool = False
    """The word 无, so that an empty 风险 is a decision."""
    kind: Kind = Kind.HUMAN
    guard: Guard | None = None
    skip: Test | None = None
    join: bool = False
    escalations: tuple[Escalation, ...] = ()
    publicity: Publicity | None = None
    vote: Vote | None = None

    @property
    def limit(self) -> Within | By | None:
        """Return what the step's clock runs by: a window's working days, or the 时限."""
        if self.publicity:
            return Within(self.publicity.working_days, Unit.WORKING_DAYS)
        return self.within

    @property
    def targets(self) -> tuple[str, ...]:
        """Return every step that may follow, the end included."""
        return tuple(target for way in self.ways for target in way.targets)


@dataclass(frozen=True)
class Promise:
    """What the plan promises of the whole: from the passing of one step to that of another."""

    within: Within
    starts: str
    stops: str


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """事项: one matter and its six columns."""

    code: str
    version: str
    matter: str
    owner: str
    basis: tuple[str, ...]
    facts: type
    steps: tuple[Step, ...]
    promise: Promise | None = None
    confidential: bool = False

    def step(self, code: str) -> Step:
        """Return the step of that code; KeyError for none."""
        for step in self.steps:
            if step.code == code:
                return step
        raise KeyError(code)

    @property
    def first(self) -> Step:
        """Return the step that opens with the case."""
        return self.steps[0]

    @property
    def fact_names(self) -> frozenset[str]:
        """Return the facts that the sheet declares."""
        return frozenset(field.name for field in fields(self.facts))

    def digest(self) -> str:
        """Return the SHA-256 of the sheet: what a case keeps as the version that it runs by."""
        told = json.dumps(_told(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    def before(self, code: str) -> frozenset[str]:
        """Return every step from which the named one can still be reached."""
        found: set[str] = set()
        wave = {code}
        while wave:
            wave = {s.code for s in self.steps if wave & set(s.targets)} - found
            found |= wave
        return frozenset(found - {code})


def _told(thing: object) -> Any:
    """Tell a declaration as plain data: a rule by its name, everything else by its value."""
    if is_dataclass(thing) and not isinstance(thing, type):
        return {field.name: _told(getattr(thing, field.name)) for field in fields(thing)}
    if isinstance(thing, type):
        return {field.name: str(field.type) for field in fields(thing)}
    if isinstance(thing, tuple):
        return [_told(one) for one in thing]
    if callable(thing):
        return f"{thing.__module__}.{getattr(thing, '__qualname__', thing)}"
    return thing
