"""Is a sheet well made? Its faults in words, and the start days on which its promise cannot hold.

Run as a test over every sheet of the house, so an empty column or a dead end never reaches a case.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.base.workdays import Calendar

from . import six
from .define import (
    APPLICANT,
    CASE_FACTS,
    END,
    NAMED,
    Base,
    By,
    Kind,
    Procedure,
    Step,
    Within,
)
from .limits import Start, at_event, due
from .reading import facts_read

NINE_IN_THE_MORNING = time(9)
PARTS = frozenset({"lead", "backup"})
"""Whom an escalation may tell besides an office: the step's own A or B."""

BY_RULE = "by"
"""What a recusal rule is told besides the facts: the number of whoever would act."""


def faults(
    sheet: Procedure, *, offices: frozenset[str], acts: frozenset[str] | None = None
) -> list[str]:
    """Return what is wrong with the sheet, each with its step; empty for a good one.

    `offices` are those of the organization; `acts` the names that the domains answer to, None
    where that is not asked.
    """
    found = [f"{sheet.code}: {fault}" for fault in _of_the_whole(sheet)]
    for step in sheet.steps:
        found += [f"{sheet.code}.{step.code}: {fault}" for fault in _of(step, sheet, offices, acts)]
    if not found:
        found += [f"{sheet.code}.{fault}" for fault in _empty_cells(sheet)]
    return found


def _of_the_whole(sheet: Procedure) -> Iterator[str]:
    codes = [step.code for step in sheet.steps]
    if len(set(codes)) != len(codes):
        yield "a step's code stands twice"
    if not sheet.basis:
        yield "no clause says why"
    if not sheet.owner:
        yield "no committee owns it"
    if sheet.promise and {sheet.promise.starts, sheet.promise.stops} - set(codes):
        yield "the promise names a step that is not there"
    reached = {sheet.first.code}
    for _ in sheet.steps:
        reached |= {t for step in sheet.steps if step.code in reached for t in step.targets}
    yield from (f"step {code} is never reached" for code in codes if code not in reached)
    if END not in reached:
        yield "no way leads to the end"
    yield from _of_the_loops(sheet)
    yield from _of_the_joins(sheet)


def _of_the_loops(sheet: Procedure) -> Iterator[str]:
    for step in sheet.steps:
        for way in step.ways:
            for to in way.targets:
                if way.times is None and step.code in _after(sheet, [to], untimed=True):
                    yield f"the way back from {step.code} to {to} has no number of times"


def _of_the_joins(sheet: Procedure) -> Iterator[str]:
    """A fork whose branches meet again must meet in a step that waits for both of them."""
    for step in sheet.steps:
        for way in step.ways:
            if len(way.targets) == 1:
                continue
            branches = [_after(sheet, [to]) for to in way.targets]
            common = set.intersection(*branches)
            first = [s for s in sheet.steps if s.code in common]
            if first and not any(one.join for one in first):
                yield f"the branches after {step.code} meet in {first[0].code}, which does not wait"


def _after(sheet: Procedure, codes: list[str], *, untimed: bool = False) -> set[str]:
    """Return the steps that can follow the named ones, and those themselves.

    `untimed` walks only the ways that may be taken any number of times: what leads back to its
    start by those may go round for ever.
    """
    found, wave = set(codes) - {END}, set(codes) - {END}
    while wave:
        ways = [w for s in sheet.steps if s.code in wave for w in s.ways]
        wave = {t for w in ways if not untimed or w.times is None for t in w.targets}
        wave -= found | {END}
        found |= wave
    return found


def _of(
    step: Step, sheet: Procedure, offices: frozenset[str], acts: frozenset[str] | None
) -> Iterator[str]:
    codes = {one.code for one in sheet.steps}
    yield from _of_the_limit(step)
    if not step.outputs:
        yield "输出 is empty"
    yield from _of_the_duty(step, sheet, offices)
    if not step.risks and not step.no_risk:
        yield "风险 is empty: name one or say 无"
    if not step.ways or step.ways[-1].when is not None:
        yield "no way without doubt stands last"
    elif step.ways[-1].times is not None:
        yield "the last way may be taken only so often: then there is none"
    for target in sorted(set(step.targets) - codes - {END}):
        yield f"a way leads to {target}, which is no step"
    yield from _of_the_kind(step, sheet, offices)
    yield from _of_the_facts(step, sheet)
    named = {step.act} | {escalation.act for escalation in step.escalations}
    yield from (f"nobody does {act}" for act in sorted(named - {""}) if acts and act not in acts)


def _of_the_duty(step: Step, sheet: Procedure, offices: frozenset[str]) -> Iterator[str]:
    duty = step.duty
    if not _is_somebody(duty.lead, sheet, offices):
        yield f"A角 {duty.lead} is no office"
    if duty.backup == duty.lead:
        yield "B角 is A角"
    if duty.backup is not None and not _is_somebody(duty.backup, sheet, offices):
        yield f"B角 {duty.backup} is no office"
    if duty.backup == APPLICANT:
        yield "the applicant stands in for an officer"
    if duty.take_over_after and duty.backup is None:
        yield "somebody is to take over and nobody stands in"
    if duty.staff < 1:
        yield "nobody signs"
    for escalation in step.escalations:
        if escalation.to not in PARTS and not _is_somebody(escalation.to, sheet, offices):
            yield f"escalation to {escalation.to}, which is no office"
        if not 0 < escalation.at_percent <= six.WHOLE:
            yield f"escalation at {escalation.at_percent} per cent"


def _is_somebody(office: str, sheet: Procedure, offices: frozenset[str]) -> bool:
    if office == APPLICANT:
        return True
    if office.startswith(NAMED):
        form = sheet.forms.get(office.removeprefix(NAMED))
        return form is not None and form.kind == "person"
    return office in offices


def _of_the_limit(step: Step) -> Iterator[str]:
    if step.within is None and not step.no_limit and step.kind != Kind.PUBLICITY:
        yield "时限 is empty: set one or say why not"
    if step.within is not None and step.publicity is not None:
        yield "时限 stands beside the window, which is the limit"
    if step.escalations and step.limit is None:
        yield "escalations need a limit"
    take_over = step.duty.take_over_after
    if take_over and isinstance(step.within, Within) and _longer(take_over, step.within):
        yield "B角 takes over after the limit has passed"


def _longer(one: Within, other: Within) -> bool:
    return one.unit == other.unit and one.since == other.since and one.amount > other.amount


def _of_the_kind(step: Step, sheet: Procedure, offices: frozenset[str]) -> Iterator[str]:
    if (step.kind == Kind.PUBLICITY) != (step.publicity is not None):
        yield (
            "publicity without a window" if not step.publicity else "a window in no publicity step"
        )
    if (step.kind == Kind.VOTE) != (step.vote is not None):
        yield (
            "a vote without body, quorum and majority"
            if not step.vote
            else "a body that never votes"
        )
    if step.act and step.kind != Kind.AUTO:
        yield "an act in a step that is not automatic"
    if step.kind == Kind.OUTSIDE and step.duty.backup is None:
        yield "no officer records what the outside party does"
    if step.duty.lead == APPLICANT and step.kind in (Kind.VOTE, Kind.PUBLICITY):
        yield "the applicant is in charge of deciding their own matter"
    yield from _of_the_vote(step, sheet, offices)


def _of_the_vote(step: Step, sheet: Procedure, offices: frozenset[str]) -> Iterator[str]:
    vote = step.vote
    if vote is None:
        return
    for office in vote.offices or ("nobody",):
        if office not in offices:
            yield f"the body {office} is no office"
    for name, (share, of) in (("quorum", vote.quorum), ("majority", vote.majority)):
        if not 0 < share <= of:
            yield f"the {name} is {share} of {of}"
    if vote.seats < 1:
        yield "a body without seats"
    if vote.base not in set(Base):
        yield f"the majority of {vote.base}, which is no base"
    if not vote.result:
        yield "the tally sets no fact"
    if not step.duty.recuse and any(one.duty.lead == APPLICANT for one in sheet.steps):
        yield "a member may be the applicant's own kin: the vote needs a recusal rule"


def _of_the_facts(step: Step, sheet: Procedure) -> Iterator[str]:
    known = sheet.fact_names
    for name in step.asks:
        if name in known and sheet.forms[name].name == name:
            yield f"it asks for {name}, which has no Chinese name"
    rules = [step.guard, step.skip, *(way.when for way in step.ways)]
    rules += [risk.strikes for risk in step.risks]
    rules += [step.vote.extraordinary] if step.vote else []
    for rule in (*rules, *step.duty.recuse):
        allowed = known | {BY_RULE} if rule in step.duty.recuse else known
        for name in sorted(facts_read(rule) - allowed):
            yield f"{getattr(rule, '__name__', rule)} reads {name}, which is no fact"
    for what, name in _named(step):
        if name not in known and not (what == "the posting shows" and name in CASE_FACTS):
            yield f"{what} {name}, which is no fact"
    if step.publicity and not step.publicity.objected:
        yield "an upheld objection sets no fact"


def _named(step: Step) -> Iterator[tuple[str, str]]:
    """Yield every fact that a step names, with what it does with it."""
    yield from (("it asks for", name) for name in step.asks)
    if step.publicity:
        yield from (("the posting shows", one.fact) for one in step.publicity.shows)
        yield from (("an objection sets", name) for name in {step.publicity.objected} - {""})
    if step.vote:
        named = (step.vote.result, *(step.vote.counts or ()))
        yield from (("the tally sets", name) for name in named if name)


def _empty_cells(sheet: Procedure) -> Iterator[str]:
    """Render the six columns as officers see them; a cell without a word is a fault."""
    for row in six.rows(sheet, {}):
        cells = {
            "事项": [sheet.matter], "流程": [row.name, *row.flow], "时限": row.limit,
            "输出": row.outputs, "责任": [row.lead], "风险": row.risks,
        }  # fmt: skip
        for name, lines in cells.items():
            if not lines or not all(line.strip() for line in lines):
                yield f"{row.code}: {name} renders empty"


def infeasible_days(sheet: Procedure, year: int, calendar: Calendar) -> list[date]:
    """Return the start days of a year on which the sheet's own limits add up past its promise.

    The chain is walked along the ways without doubt, each step taking its whole limit, publicity
    its whole window. A chain that cannot fit on some day is told to whoever accepts the case (T31).
    """
    if sheet.promise is None:
        return []
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return [day for day in days if day.year == year and not _fits(sheet, day, calendar)]


def unanswered(sheet: Procedure, year: int, calendar: Calendar) -> str:
    """Return what is wrong with a promise that some start days break; empty for nothing.

    A promise of so many days says in `otherwise` what happens on those days; one by a date must
    hold for some start at least.
    """
    if sheet.promise is None:
        return ""
    days = infeasible_days(sheet, year, calendar)
    if isinstance(sheet.promise.within, By):
        started = [date(year, 1, 1) + timedelta(days=n) for n in range(28)]
        return f"{sheet.code}: no start holds the promise" if set(started) <= set(days) else ""
    if days and not sheet.promise.otherwise:
        told = "、".join(f"{day:%m-%d}" for day in days[:40])
        return f"{sheet.code}: {len(days)} start days of {year} cannot hold the promise: {told}"
    return ""


def chain(sheet: Procedure, begun_at: datetime, calendar: Calendar) -> list[tuple[str, datetime]]:
    """Return each step of the promised stretch with the last moment that its own limit allows.

    Walked along the ways without doubt; a step in which branches meet waits for the slowest.
    """
    promise = sheet.promise
    if promise is None:
        raise ValueError(f"{sheet.code} promises nothing")
    ends: dict[str, datetime] = {}
    wave = [(target, begun_at) for target in _sure(sheet.step(promise.starts))]
    for _ in range(len(sheet.steps) ** 2):  # a sheet that loops is not walked for ever
        if not wave:
            break
        code, at = wave.pop(0)
        if code == END:
            continue
        latest = _latest(sheet.step(code), at, begun_at, calendar)
        if code in ends and ends[code] >= latest:
            continue
        ends.pop(code, None)
        ends[code] = latest
        if code != promise.stops:
            wave += [(target, latest) for target in _sure(sheet.step(code))]
    return list(ends.items())


def _sure(step: Step) -> tuple[str, ...]:
    """Return the targets of the way without doubt."""
    return step.ways[-1].targets


def _fits(sheet: Procedure, day: date, calendar: Calendar) -> bool:
    if sheet.promise is None:
        return True
    begun_at = datetime.combine(day, NINE_IN_THE_MORNING, CAMPUS)
    promised = due(sheet.promise.within, Start(begun_at, begun_at), calendar).at
    ends = dict(chain(sheet, begun_at, calendar))
    last = ends.get(sheet.promise.stops) or max(ends.values(), default=begun_at)
    return last <= promised


def _latest(step: Step, at: datetime, begun_at: datetime, calendar: Calendar) -> datetime:
    limit = step.limit
    if limit is None:
        return at
    if at_event(limit):
        return at  # counted from something outside the chain
    last_moment = at - timedelta(microseconds=1)  # 24:00 still belongs to the day that it ends
    return max(at, due(limit, Start(last_moment, begun_at, begun_at), calendar).at)
