"""Is a sheet well made? Its faults in words, and the start days on which its promise cannot hold.

Run as a test over every sheet of the house, so an empty column or a dead end never reaches a case.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.base.workdays import Calendar

from .define import END, Kind, Procedure, Step
from .limits import Start, due

NINE_IN_THE_MORNING = time(9)


def faults(sheet: Procedure, *, offices: frozenset[str]) -> list[str]:
    """Return what is wrong with the sheet, each with its step; empty for a good one."""
    found = [f"{sheet.code}: {fault}" for fault in _of_the_whole(sheet)]
    codes = {step.code for step in sheet.steps}
    for step in sheet.steps:
        found += [f"{sheet.code}.{step.code}: {fault}" for fault in _of(step, codes, offices)]
    return found


def _of_the_whole(sheet: Procedure) -> Iterator[str]:
    codes = [step.code for step in sheet.steps]
    if len(set(codes)) != len(codes):
        yield "a step's code stands twice"
    if not sheet.basis:
        yield "no clause says why"
    if sheet.promise and {sheet.promise.starts, sheet.promise.stops} - set(codes):
        yield "the promise names a step that is not there"
    reached = {sheet.first.code}
    for _ in sheet.steps:
        reached |= {t for step in sheet.steps if step.code in reached for t in step.targets}
    yield from (f"step {code} is never reached" for code in codes if code not in reached)
    if END not in reached:
        yield "no way leads to the end"
    for step in sheet.steps:
        ahead = sheet.before(step.code)
        for way in step.ways:
            back = [
                to
                for to in way.targets
                if (to in ahead or to == step.code) and codes.index(to) <= codes.index(step.code)
            ]
            if back and way.times is None and step.code in _after(sheet, back):
                yield f"the way back from {step.code} to {back[0]} has no number of times"


def _after(sheet: Procedure, codes: list[str]) -> set[str]:
    """Return the steps that can follow the named ones."""
    found, wave = set(codes), set(codes)
    while wave:
        wave = {t for s in sheet.steps if s.code in wave for t in s.targets if t != END} - found
        found |= wave
    return found


def _of(step: Step, codes: set[str], offices: frozenset[str]) -> Iterator[str]:
    yield from _of_the_limit(step)
    if not step.outputs:
        yield "输出 is empty"
    yield from _of_the_duty(step, offices)
    if not step.risks and not step.no_risk:
        yield "风险 is empty: name one or say 无"
    if not step.ways or step.ways[-1].when is not None:
        yield "no way without doubt stands last"
    for target in set(step.targets) - codes - {END}:
        yield f"a way leads to {target}, which is no step"
    if step.kind == Kind.VOTE and step.vote is None:
        yield "a vote without body, quorum and majority"
    if step.kind == Kind.PUBLICITY and step.publicity is None:
        yield "publicity without a window"


def _of_the_duty(step: Step, offices: frozenset[str]) -> Iterator[str]:
    duty = step.duty
    if duty.lead not in offices:
        yield f"A角 {duty.lead} is no office"
    if duty.backup == duty.lead:
        yield "B角 is A角"
    if duty.backup not in offices | {None}:
        yield f"B角 {duty.backup} is no office"
    if duty.take_over_after and duty.backup is None:
        yield "somebody is to take over and nobody stands in"
    for escalation in step.escalations:
        if escalation.to not in offices:
            yield f"escalation to {escalation.to}, which is no office"
        if not 0 < escalation.at_percent <= 100:  # noqa: PLR2004 - per cent
            yield f"escalation at {escalation.at_percent} per cent"


def _of_the_limit(step: Step) -> Iterator[str]:
    if step.within is None and not step.no_limit and step.kind != Kind.PUBLICITY:
        yield "时限 is empty: set one or say why not"
    if step.escalations and step.within is None:
        yield "escalations need a limit"


def infeasible_days(sheet: Procedure, year: int, calendar: Calendar) -> list[date]:
    """Return the start days of a year on which the sheet's own limits add up past its promise.

    The chain is walked along the ways without doubt, each step taking its whole limit, publicity
    its whole window. A chain that cannot fit on some day is told to whoever accepts the case (T31).
    """
    if sheet.promise is None:
        return []
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return [day for day in days if day.year == year and not _fits(sheet, day, calendar)]


def chain(sheet: Procedure, begun_at: datetime, calendar: Calendar) -> list[tuple[str, datetime]]:
    """Return each step of the promised stretch with the last moment that its own limit allows."""
    assert sheet.promise is not None  # noqa: S101 - asked only of sheets that promise
    ends: list[tuple[str, datetime]] = []
    step, at = sheet.step(sheet.promise.starts), begun_at
    while step.code != sheet.promise.stops and step.ways[-1].targets[0] != END:
        step = sheet.step(step.ways[-1].targets[0])
        at = _latest(step, at, begun_at, calendar)
        ends.append((step.code, at))
    return ends


def _fits(sheet: Procedure, day: date, calendar: Calendar) -> bool:
    assert sheet.promise is not None  # noqa: S101
    begun_at = datetime.combine(day, NINE_IN_THE_MORNING, CAMPUS)
    promised = due(sheet.promise.within, Start(begun_at, begun_at), calendar).at
    return chain(sheet, begun_at, calendar)[-1][1] <= promised


def _latest(step: Step, at: datetime, begun_at: datetime, calendar: Calendar) -> datetime:
    if step.limit is None:
        return at
    last_moment = at - timedelta(microseconds=1)  # 24:00 still belongs to the day that it ends
    return max(at, due(step.limit, Start(last_moment, begun_at, begun_at), calendar).at)
