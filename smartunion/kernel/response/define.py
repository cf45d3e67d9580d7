"""A protocol: who is asked what, within how many seconds, and what follows. As data, and pure.

A domain declares one in its `protocol.py`; the engine runs it. Numbers are never written here: a
limit is the name of a term of the plan year, whose suffix says the unit (`call_seconds`). Every
due moment is absolute: it counts from T0, or from the moment that another step was closed, so a
step that comes late never delays those after it (design 4.B.2).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

T0 = "t0"
"""A limit that counts from the moment at which the run was opened."""

TIMEOUT = "timeout"
"""The outcome that nobody chose: the limit has passed."""

REST = "*"
"""In `ends`: every other step that is open or may still open."""

UNITS = {"seconds": "秒", "minutes": "分钟", "hours": "小时", "days": "日"}


class Part(StrEnum):
    """As what somebody is asked, in the order in which they are."""

    PRIMARY = "primary"
    DEPUTY = "deputy"
    LEADER = "leader"


PARTS = {Part.PRIMARY: "值班", Part.DEPUTY: "候补", Part.LEADER: "值班领导"}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a step may come to, and what follows at once."""

    code: str
    name: str
    hint: str = ""
    """The small second line on the button: 马上转联系人B."""
    opens: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    """Steps that are no longer needed; `(REST,)` for all others."""
    settles: bool = False
    """The person is safe or handed over: the clock of the whole run stops."""
    needs_note: bool = False
    corrects: str = ""
    """Which number is wrong: opens a task of correction (人工修正)."""
    replies: tuple[str, ...] = ()
    """What a reply by SMS or WeCom, or a key of the telephone, may say for it."""


@dataclass(frozen=True, kw_only=True)
class Back:
    """Who is asked besides when the step is not closed by then."""

    within: str
    to: Part = Part.DEPUTY
    post: str = ""
    """Another post than the step's own."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that somebody is asked to do, and by when."""

    code: str
    name: str
    ask: str
    """The heading on the phone; it names nobody."""
    posts: tuple[str, ...]
    """Posts of the duty roster; each is asked primary, deputy, duty leader in turn."""
    outcomes: tuple[Outcome, ...]
    within: str
    since: str = T0
    """T0, or a step's code: the limit counts from the moment at which that one was closed."""
    opens_at_start: bool = False
    alerted: bool = False
    """Its posts are told and called at T0, although it opens later."""
    on_timeout: Outcome | None = None
    holds: bool = False
    """Stays open past its limit until somebody answers; else the limit closes it."""
    backs: tuple[Back, ...] = ()
    say: tuple[str, ...] = ()
    advice: str = ""
    clause: str = ""
    page: str = ""
    """Url name of the domain's own page for the step; it gets `run_id`."""

    @property
    def timeout(self) -> Outcome:
        """Return what the passing of the limit is called and what follows it."""
        return self.on_timeout or Outcome(code=TIMEOUT, name="到时限未答复")

    def outcome(self, code: str) -> Outcome | None:
        """Return the outcome of that code, the timeout's included; None for none."""
        if code == TIMEOUT:
            return self.timeout
        return next((one for one in self.outcomes if one.code == code), None)


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """All steps of one kind of emergency. A run keeps the version with which it was opened."""

    code: str
    version: str
    title: str
    word: str
    """What the messages ask: 请立即处置."""
    terms: str
    """The section of the plan's terms in which every limit is looked up."""
    steps: tuple[Step, ...]
    clause: str = ""
    sla: str = ""
    """Within this the run must be settled, else it is breached."""
    told_on_breach: tuple[str, ...] = ("union_chair",)
    """Codes of the offices that are told then, and when nobody of a post can be had."""
    call_again: str = "call_again_seconds"
    calls_each: str = "calls_each"
    stands_down: tuple[str, ...] = ("leader",)
    """Posts that may end the run with a reason, beside whoever holds `response.lead`."""

    def step(self, code: str) -> Step:
        """Return the step of that code; KeyError for none."""
        for step in self.steps:
            if step.code == code:
                return step
        raise KeyError(code)

    def name_of(self, code: str) -> str:
        """Return what a step is called; the code itself for one that is not known."""
        return next((step.name for step in self.steps if step.code == code), code)

    @property
    def limits(self) -> frozenset[str]:
        """Return the names of every term that the protocol needs."""
        named = {self.sla, self.call_again, self.calls_each}
        for step in self.steps:
            named |= {step.within, *(back.within for back in step.backs)}
        return frozenset(named - {""})

    def told(self) -> dict[str, Any]:
        """Return the whole protocol as plain data; what stands at its default is left out."""
        plain: dict[str, Any] = _told(self)
        return plain

    def digest(self) -> str:
        """Return the SHA-256 of the protocol: its version, for a run."""
        told = json.dumps(self.told(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    def faults(self) -> list[str]:
        """Return in words what is wrong with the declaration; empty for a sound one."""
        codes = [step.code for step in self.steps]
        found = [f"step {code} twice" for code in set(codes) if codes.count(code) > 1]
        for step in self.steps:
            outcomes = [*step.outcomes, *([step.on_timeout] if step.on_timeout else [])]
            for outcome in outcomes:
                named = {*outcome.opens, *outcome.ends} - {REST}
                found += [f"{step.code}/{outcome.code}: no step {n}" for n in named - set(codes)]
            if step.since not in {T0, *codes}:
                found.append(f"{step.code}: counts from no step {step.since}")
            if step.on_timeout and step.on_timeout.code != TIMEOUT:
                found.append(f"{step.code}: a timeout of another name")
            if not step.posts:
                found.append(f"{step.code}: nobody is asked")
            for outcome in step.outcomes:
                if outcome.code == TIMEOUT:
                    found.append(f"{step.code}: nobody can choose a timeout")
        if not any(step.opens_at_start for step in self.steps):
            found.append("no step opens at the start")
        names = {step.within for step in self.steps} | {self.sla, self.call_again}
        found += [f"{n}: no unit in its name" for n in names - {""} if unit_of(n) not in UNITS]
        return found


def of_told(told: Mapping[str, Any]) -> Protocol:
    """Return the protocol that was told as plain data: a run's own version, whatever came since."""
    return Protocol(**{**_tuples(told), "steps": tuple(_step(one) for one in told["steps"])})


def _step(told: Mapping[str, Any]) -> Step:
    given = _tuples(told)
    given["outcomes"] = tuple(Outcome(**_tuples(one)) for one in told["outcomes"])
    if "on_timeout" in told:
        given["on_timeout"] = Outcome(**_tuples(told["on_timeout"]))
    given["backs"] = tuple(
        Back(**{**one, "to": Part(one.get("to", Part.DEPUTY))}) for one in told.get("backs", ())
    )
    return Step(**given)


def _tuples(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in told.items()}


def unit_of(term: str) -> str:
    """Return the unit that a term's name ends in: seconds, minutes, hours or days."""
    return term.rpartition("_")[2]


def span(term: str, amount: int) -> timedelta:
    """Return how long a term is."""
    return timedelta(**{unit_of(term): amount})


def words(term: str, limits: Mapping[str, int]) -> str:
    """Return a limit as a page says it: 30秒."""
    return f"{limits[term]}{UNITS[unit_of(term)]}"


def _told(thing: object) -> Any:
    """Tell a declaration as plain data."""
    if is_dataclass(thing) and not isinstance(thing, type):
        return {
            one.name: _told(getattr(thing, one.name))
            for one in fields(thing)
            if one.default is MISSING or getattr(thing, one.name) != one.default
        }
    if isinstance(thing, tuple):
        return [_told(one) for one in thing]
    return str(thing) if isinstance(thing, StrEnum) else thing
