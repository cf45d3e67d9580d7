"""A case as its pages show it: every step with its state, its people, its days and its outputs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from smartunion.kernel.base.calendar import campus
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.files.models import File
from smartunion.kernel.files.rules import SHOWN_IN_THE_BROWSER
from smartunion.kernel.people.models import Person, Unit

from . import clocks, handbook, six
from .define import END, By, Effect, Fact, Kind, Procedure, Risk, Step
from .limits import Start, due
from .models import Case, Evidence, StepRun
from .registry import sheet_of
from .windows import still_posted

OPEN = StepRun.State.OPEN
STATES: dict[str, tuple[str, str]] = {
    StepRun.State.OPEN: ("now", "办理中"),
    StepRun.State.WAITING: ("wait", "等其他分支办完"),
    StepRun.State.CANCELED: ("stopped", "已撤销"),
    StepRun.State.RETURNED: ("next", "退回过，要重办"),
}
MET = {"now", "done", "stopped"}
MORE_THAN_ENOUGH = 40
"""Steps that a projection walks at most: a sheet that loops is not walked for ever."""


@dataclass(frozen=True)
class Handed:
    """输出: one thing in the file: who put it there, when, and how it can be looked at."""

    name: str
    text: str
    file: File | None
    by: str
    at: datetime

    @property
    def is_picture(self) -> bool:
        """Return whether the page can show it as it is."""
        return self.file is not None and self.file.media_type.startswith("image/")

    @property
    def opens(self) -> bool:
        """Return whether a browser opens it; everything else is saved."""
        return self.file is not None and self.file.media_type in SHOWN_IN_THE_BROWSER


@dataclass(frozen=True)
class StepShown:
    """One step of the case. `state`: done, now, wait, next, skipped or stopped."""

    number: int
    step: Step
    state: str
    words: str
    run: StepRun | None
    runs: Sequence[StepRun]
    at: datetime | None
    """When it ended, its limit while it is open, or by when it is expected at the latest."""
    expected: bool
    office: six.Office
    backup: six.Office
    limit: Sequence[str]
    handed: Sequence[Handed]
    missing: Sequence[str]

    @property
    def is_open(self) -> bool:
        """Return whether somebody has to act on it."""
        return self.state == "now"

    @property
    def who(self) -> str:
        """Return who has it, or who ended it."""
        if self.run is None:
            return self.office.holders or self.office.title
        if self.run.ended_at:
            return self.run.ended_by.name if self.run.ended_by else ""
        actor = self.run.backup if self.run.taken_over_at else self.run.lead
        actor = actor or self.run.backup
        return actor.name if actor else ""


@dataclass(frozen=True)
class RiskShown:
    """风险: one risk, its control, and whether it strikes by what is known now."""

    step: str
    risk: Risk
    strikes: bool
    met: bool
    """False while the case has not come to the step: nothing can be said yet."""

    @property
    def state(self) -> str:
        """Return the shape: ok, hold for what blocks, wait for what only warns, off for later."""
        if not self.met:
            return "off"
        if not self.strikes:
            return "ok"
        return "hold" if self.risk.effect == Effect.BLOCK else "wait"

    @property
    def words(self) -> str:
        """Return the state in words."""
        if not self.met:
            return "还没到这一步"
        if not self.strikes:
            return "未触发"
        return "没有通过，不能办结" if self.risk.effect == Effect.BLOCK else "已触发，留痕提示"


@dataclass(frozen=True)
class CaseShown:
    """件: everything that a page of one case shows of its sheet."""

    case: Case
    sheet: Procedure
    steps: Sequence[StepShown]
    facts: Sequence[tuple[str, str, str]]
    """Name, value in words, kind."""
    risks: Sequence[RiskShown]
    loose: Sequence[Handed] = field(default_factory=tuple)
    """Handed in at steps of an older version that this one no longer has."""

    @property
    def open_steps(self) -> list[StepShown]:
        """Return what is being done now: several after a fork."""
        return [one for one in self.steps if one.is_open]

    @property
    def done(self) -> int:
        """Return how many steps are behind it."""
        return sum(one.state in {"done", "skipped"} for one in self.steps)

    @property
    def outputs(self) -> list[Handed]:
        """Return everything in the file, in the order of the steps."""
        return [handed for one in self.steps for handed in one.handed] + list(self.loose)

    @property
    def risks_met(self) -> list[RiskShown]:
        """Return the risks of the steps that the case has come to."""
        return [one for one in self.risks if one.met]

    @property
    def risks_ahead(self) -> list[RiskShown]:
        """Return the risks of the steps to come."""
        return [one for one in self.risks if not one.met]

    @property
    def all_outputs(self) -> int:
        """Return how many outputs the sheet asks for."""
        return sum(len(one.step.outputs) for one in self.steps)

    @property
    def number(self) -> str:
        """Return what the case is called by: its own number, or ours."""
        return self.case.number

    @property
    def state(self) -> tuple[str, str]:
        """Return shape and word: 进行中 5/8, 逾期, 已办结, 已撤回."""
        if self.case.withdrawn_because:
            return "off", "已撤回"
        if self.case.closed_at:
            return "ok", "已办结"
        return "run", f"进行中 {self.done}/{len(self.steps)}"


def case_shown(case: Case, *, at: datetime) -> CaseShown:
    """Return the case for its pages."""
    sheet = sheet_of(case.sheet.digest)
    runs = list(case.runs.select_related("lead", "backup", "ended_by").order_by("pk"))
    offices = handbook.offices_on(campus_day(at), [sheet])
    files = _handed(case, sheet)
    expected = {} if case.closed_at else _expected(sheet, runs, case)
    steps = [
        _step(number, step, sheet, runs=runs, offices=offices, files=files, expected=expected)
        for number, step in enumerate(sheet.steps, 1)
    ]
    come = {one.step.code: one.state for one in steps}
    risks = [
        RiskShown(step.name, risk, risk.strikes(case.facts), met=come[step.code] in MET)
        for step in sorted(sheet.steps, key=lambda step: come[step.code] != "now")
        for risk in step.risks
    ]
    loose = [one for code, handed in files.items() if code not in come for one in handed]
    return CaseShown(case, sheet, steps, facts_in_words(sheet, case.facts), risks, loose)


def _step(
    number: int,
    step: Step,
    sheet: Procedure,
    *,
    runs: Sequence[StepRun],
    offices: six.Offices,
    files: Mapping[str, Sequence[Handed]],
    expected: Mapping[str, datetime],
) -> StepShown:
    handed = files.get(step.code, ())
    own = [run for run in runs if run.step == step.code]
    last = own[-1] if own else None
    state, words = _state(last, number, sheet, runs)
    there = {one.name for one in handed}
    at = _moment(last, state) or expected.get(step.code)
    shown = state not in {"next", "wait"}
    return StepShown(
        number=number,
        step=step,
        state=state,
        words=words,
        run=last if shown else None,
        runs=own,
        at=at,
        expected=not shown and at is not None,
        office=six.office(step.duty.lead, sheet, offices),
        backup=six.office(step.duty.backup, sheet, offices) if step.duty.backup else six.Office(""),
        limit=six.limit(step, sheet, offices),
        handed=handed,
        missing=[output.name for output in step.outputs if output.name not in there],
    )


def _state(
    last: StepRun | None, number: int, sheet: Procedure, runs: Sequence[StepRun]
) -> tuple[str, str]:
    """Return what has become of a step; one that comes again after a way back is to come."""
    if last is None:
        return "next", ""
    if last.state == OPEN and (waits := sheet.step(last.step).waits) and clocks.is_still(last):
        return "now", f"停钟：{waits}"
    if last.state in STATES:
        return STATES[last.state]
    place = {step.code: n for n, step in enumerate(sheet.steps, 1)}
    again = any(
        run.state == OPEN and place[run.step] < number and run.opened_at >= last.opened_at
        for run in runs
    )
    if again:
        return "next", "退回后要重办"
    return ("skipped", "不适用") if last.state == StepRun.State.SKIPPED else ("done", "已办")


def _moment(last: StepRun | None, state: str) -> datetime | None:
    if last is None or state in {"next", "wait"}:
        return None
    return last.due_at if state == "now" else last.ended_at


def _expected(sheet: Procedure, runs: Sequence[StepRun], case: Case) -> dict[str, datetime]:
    """Return by when each step to come is done at the latest, along the ways without doubt."""
    calendar, found = campus(), dict[str, datetime]()
    wave = [(run.step, run.due_at) for run in runs if run.state == OPEN and run.due_at]
    for _ in range(MORE_THAN_ENOUGH):
        if not wave:
            break
        code, at = wave.pop(0)
        for target in sheet.step(code).ways[-1].targets:
            if target == END or at is None:
                continue
            step = sheet.step(target)
            limit = step.limit
            if limit is None or found.get(target, at) > at:
                continue
            start = Start(at, case.opened_at, case.event_at or at)
            latest = due(limit, start, calendar).at
            found[target] = max(at, latest) if isinstance(limit, By) else latest
            wave.append((target, found[target]))
    return _promised(found, sheet, case)


def _promised(found: dict[str, datetime], sheet: Procedure, case: Case) -> dict[str, datetime]:
    """Return what is expected, no later than what is promised of the whole."""
    if sheet.promise is None or case.promised_at is None:
        return found
    stop = sheet.promise.stops
    bound = sheet.before(stop) | {stop}
    return {code: min(at, case.promised_at) if code in bound else at for code, at in found.items()}


def _handed(case: Case, sheet: Procedure) -> dict[str, list[Handed]]:
    """Return what lies in the file, by the step that it was handed in at."""
    rows = list(Evidence.objects.filter(run__case=case).select_related("run", "by").order_by("pk"))
    files = File.objects.in_bulk({row.file_id for row in rows if row.file_id})
    names = {(s.code, o.code): o.name for s in sheet.steps for o in s.outputs}
    found: dict[str, list[Handed]] = {}
    for row in rows:
        found.setdefault(row.run.step, []).append(
            Handed(
                name=names.get((row.run.step, row.output), row.output),
                text=row.text,
                file=files.get(row.file_id or 0),
                by=row.by.name if row.by else "系统",
                at=row.at,
            )
        )
    return found


def facts_in_words(sheet: Procedure, facts: Mapping[str, object]) -> list[tuple[str, str, str]]:
    """Return what is known of a case: name, value in words, kind; what is not known is left out."""
    forms = sheet.forms
    known = [(form, facts.get(name)) for name, form in forms.items()]
    people = _names(Person, (v for f, v in known if f.kind == "person"))
    units = _names(Unit, (v for f, v in known if f.kind == "unit"))
    told = []
    for form, value in known:
        if value is None or value == "" or form.name == form.code:
            continue
        words = {"person": people, "unit": units}.get(form.kind, {}).get(str(value))
        told.append((form.name, words or _in_words(form, value), form.kind))
    return told


def _in_words(form: Fact, value: object) -> str:
    if form.kind == "fen":
        return yuan(int(str(value)))
    if form.kind == "date":
        on = date.fromisoformat(str(value))
        return f"{on.year}年{on.month}月{on.day}日"
    if form.kind == "moment":
        at = datetime.fromisoformat(str(value)).astimezone(CAMPUS)
        return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
    return form.words(value)


def yuan(fen: int) -> str:
    """Return fen as ¥1,234.50."""
    return f"{'−' if fen < 0 else ''}¥{abs(fen) // 100:,}.{abs(fen) % 100:02}"


def _names(table: type[Person] | type[Unit], keys: Iterable[object]) -> dict[str, str]:
    numbers = {int(str(key)) for key in keys if str(key).isdigit()}
    return {str(row.pk): str(row) for row in table.objects.filter(pk__in=numbers)}


def targets_back(shown: CaseShown, step: Step) -> list[tuple[str, str]]:
    """Return the steps that a step may be sent back to: gone through, and before it.

    A vote goes nowhere but on; a window only once its posting was taken down.
    """
    if step.kind == Kind.VOTE or (step.kind == Kind.PUBLICITY and _stands(shown, step)):
        return []
    before = shown.sheet.before(step.code)
    place = [one.step.code for one in shown.steps]
    return [
        (one.step.code, f"{one.number} {one.step.name}")
        for one in shown.steps
        if one.step.code in before
        and one.step.code != step.code
        and place.index(one.step.code) < place.index(step.code)
        and any(run.state == StepRun.State.PASSED for run in one.runs)
    ]


def _stands(shown: CaseShown, step: Step) -> bool:
    run = next((one.run for one in shown.steps if one.step == step), None)
    return run is None or still_posted(run)
