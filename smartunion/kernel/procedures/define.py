"""The plan's own programming language: 事项—流程—时限—输出—责任—风险, as data. Pure.

A sheet is declared once in a domain's `procedure.py`; the engine runs it, the handbook prints it,
the lint reads it. What varies between cases is a *fact*; what decides is a rule, a pure function
of the facts that answers None, or the refusal that says why not.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.publicity import masks

Facts = Mapping[str, Any]
Guard = Callable[[Facts], Refused | None]
"""May the step pass? None for yes, else the refusal that says which rule and which figure."""

Test = Callable[[Facts], bool]
"""Does the way, the skip or the conflict apply?"""

Shown = masks.Shown
"""公示栏: one fact that a posting shows, its label and its mask; with the sheet's other words."""

END = "end"
"""The target of a way that closes the case."""

APPLICANT = "applicant"
"""In place of an office: the step is the applicant's own."""

NAMED = "@"
"""Before a fact's name, in place of an office: the person whom the case itself names ("@host")."""

CASE_FACTS = frozenset({"applicant", "unit", "title", "matter"})
"""What a posting may show of any case besides the sheet's own facts."""

FORM = "smartunion.form"
KINDS = frozenset({
    "text", "longtext", "int", "fen", "date", "moment", "bool", "choice", "person", "unit",
})  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """How a fact is asked for: its Chinese name, its kind and what may be chosen."""

    code: str
    name: str
    kind: str = "text"
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""

    def words(self, value: object) -> str:
        """Return a value of this fact as a page shows it; persons and units by their number."""
        if value is None or value == "":
            return "—"
        if self.kind == "bool":
            return "是" if value else "否"
        if self.kind == "fen":
            return f"{int(str(value)) / 100:,.2f}元"
        return dict(self.choices).get(str(value), str(value))

    def fault(self, value: object) -> str:
        """Return in Chinese why the value cannot be this fact; empty for a good one or none."""
        if value is None or value == "":
            return ""
        whole = isinstance(value, int) and not isinstance(value, bool)
        wrong = {
            "bool": "" if isinstance(value, bool) else "只能是“是”或“否”",
            "int": "" if whole else "要一个整数",
            "fen": "" if whole and int(str(value)) >= 0 else "要不小于零的金额",
            "person": "" if whole else "要选一个人",
            "unit": "" if whole else "要选一个单位",
            "choice": "" if str(value) in dict(self.choices) else "不在可选的范围里",
            "date": "" if _reads(date.fromisoformat, value) else "不是日期",
            "moment": "" if _reads(datetime.fromisoformat, value) else "不是时间",
        }
        return wrong.get(self.kind, "")


def _reads(parse: Callable[[str], object], value: object) -> bool:
    try:
        parse(str(value))
    except ValueError:
        return False
    return True


def fact(
    name: str,
    *,
    kind: str = "text",
    choices: tuple[str | tuple[str, str], ...] = (),
    hint: str = "",
    default: Any = None,
) -> Any:
    """Declare a field of a sheet's facts with the form in which it is asked for.

    `kind` is text, longtext, int, fen, date, moment, bool, choice, person (its number) or unit;
    choices are words, or pairs of a code and its words. Facts are kept as JSON: a date as
    "2025-03-05", a moment as ISO text with its offset.
    """
    if kind not in KINDS:
        raise ValueError(f"no such kind of fact: {kind}")
    pairs = tuple((one, one) if isinstance(one, str) else one for one in choices)
    form = {"name": name, "kind": kind, "choices": pairs, "hint": hint}
    return field(default=default, metadata={FORM: form})


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
    BEFORE = "事件开始"
    """Backwards: the limit ends so long before the event (a survey 48 h before it)."""


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
        if self.since == Since.BEFORE:
            return f"{self.since}前{self.amount}{self.unit}"
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


@dataclass(frozen=True)
class AsSet:
    """时限: a moment that the domain has worked out for this very case, its `event_at`.

    Where the limit differs from case to case (by level, by choice), and the terms say how.
    """

    words: str
    """How the sheet tells it: by what it is chosen, and where its figures stand."""


Limit = Within | By | AsSet


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
    """公示: how many working days, which facts may be seen, masked how.

    An upheld objection sets the fact `objected` to true, and the step takes the way for it.
    """

    working_days: int
    shows: tuple[Shown, ...]
    objected: str = ""
    body: str = ""
    """What the posting says besides its rows, such as where to object."""
    section: str = "其他"
    """Where the public list files it: 采购, 救助."""
    if_upheld: str = ""
    """What an upheld objection leads to, in words."""


class Base(StrEnum):
    """Of how many the majority is taken."""

    ALL = "全体"
    """Every seat of the body but those recused, whether its holder votes or not."""
    PRESENT = "实到"
    """Those who have voted, abstentions included."""
    VALID = "有效票"
    """Those who have said yes or no."""


@dataclass(frozen=True)
class Vote:
    """票决: which body, how many seats, what quorum and majority, of which base.

    `body` is an office or several; `result` is the bool fact that the tally sets. A majority of
    one half must be exceeded (过半数); any other share must be reached (以上 counts itself).
    """

    body: str | tuple[str, ...]
    seats: int
    quorum: tuple[int, int]
    majority: tuple[int, int]
    base: str = Base.ALL
    secret: bool = True
    result: str = ""
    counts: tuple[str, str, str] | None = None
    """Int facts that the tally sets as well: yes, no, abstain."""
    extraordinary: Test | None = None
    """Is it called at once and online, not at a meeting (T31)? Its members are told urgently."""

    @property
    def offices(self) -> tuple[str, ...]:
        """Return the offices whose holders are the body."""
        return (self.body,) if isinstance(self.body, str) else self.body


@dataclass(frozen=True, kw_only=True)
class Step:
    """One row of the sheet."""

    code: str
    name: str
    duty: Duty
    ways: tuple[Way, ...]
    within: Limit | None = None
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
    asks: tuple[str, ...] = ()
    """The facts that the step's form asks for."""
    page: str = ""
    """Url name of the domain's own page for the step (it gets `run_id`), else the general form."""
    waits: str = ""
    """What the clock may stand still for (等提案人补充); empty where it never may."""
    act: str = ""
    """AUTO: the function of engine.ACTS that does the step; it passes by itself afterwards."""
    hint: str = ""
    """One sentence for whoever does the step."""

    @property
    def limit(self) -> Limit | None:
        """Return what the step's clock runs by: a window's working days, or the 时限."""
        if self.publicity:
            return Within(self.publicity.working_days, Unit.WORKING_DAYS)
        return self.within

    @property
    def targets(self) -> tuple[str, ...]:
        """Return every step that may follow, the end included."""
        return tuple(target for way in self.ways for target in way.targets)

    def is_like(self, other: "Step") -> bool:
        """Test if this step, while open, can become another: what a person does is no vote."""
        by_hand = {Kind.HUMAN, Kind.OUTSIDE}
        same = self.kind == other.kind or {self.kind, other.kind} <= by_hand
        return same and (self.duty.lead == APPLICANT) == (other.duty.lead == APPLICANT)


@dataclass(frozen=True)
class Promise:
    """What the plan promises of the whole: from the passing of one step to that of another."""

    within: Within | By
    starts: str
    stops: str
    otherwise: str = ""
    """What happens on the start days whose calendar cannot hold the promise (T31)."""


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
    project: str = ""
    """The plan's project (P1 …) whose committee's manual prints the sheet."""

    def step(self, code: str) -> Step:
        """Return the step of that code; KeyError for none."""
        for step in self.steps:
            if step.code == code:
                return step
        raise KeyError(code)

    def name_of(self, code: str) -> str:
        """Return what a step is called; the code itself for one that the sheet does not know."""
        return next((step.name for step in self.steps if step.code == code), code)

    @property
    def first(self) -> Step:
        """Return the step that opens with the case."""
        return self.steps[0]

    @property
    def fact_names(self) -> frozenset[str]:
        """Return the facts that the sheet declares."""
        return frozenset(one.name for one in fields(self.facts))

    @property
    def forms(self) -> dict[str, Fact]:
        """Return every declared fact with its form; a plain field may be anything JSON can hold."""
        return {
            one.name: Fact(one.name, **one.metadata.get(FORM, {"name": one.name, "kind": ""}))
            for one in fields(self.facts)
        }

    def digest(self) -> str:
        """Return the SHA-256 of the sheet: what a case keeps as the version that it runs by."""
        told = json.dumps(self.told(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    def told(self) -> dict[str, Any]:
        """Return the whole sheet as plain data, rules by their names; defaults are left out."""
        plain: dict[str, Any] = _told(self)
        return plain

    def before(self, code: str) -> frozenset[str]:
        """Return every step from which the named one can still be reached."""
        found: set[str] = set()
        wave = {code}
        while wave:
            wave = {s.code for s in self.steps if wave & set(s.targets)} - found
            found |= wave
        return frozenset(found - {code})


def _told(thing: object) -> Any:
    """Tell a declaration as plain data: a rule by its name, everything else by its value.

    What stands at its default is left out, so that the language may grow without giving every
    sheet another digest.
    """
    if is_dataclass(thing) and not isinstance(thing, type):
        return {
            one.name: _told(getattr(thing, one.name))
            for one in fields(thing)
            if one.default is MISSING or getattr(thing, one.name) != one.default
        }
    if isinstance(thing, type):
        return {one.name: [str(one.type), one.metadata.get(FORM)] for one in fields(thing)}
    if isinstance(thing, tuple):
        return [_told(one) for one in thing]
    if callable(thing):
        return f"{thing.__module__}.{getattr(thing, '__qualname__', thing)}"
    return thing
