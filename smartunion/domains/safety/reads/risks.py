"""The risk register: each control evaluated from rows, each scenario's trigger as it is now."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from smartunion.domains.merchants import public as merchants
from smartunion.domains.safety.models import (
    ControlEvaluation,
    Exercise,
    HealthCheck,
    Incident,
    Participant,
    Policy,
)
from smartunion.domains.safety.procedure import CHILD_INCIDENT
from smartunion.domains.safety.rules import risks
from smartunion.domains.safety.rules.gate import gaps, report_months
from smartunion.domains.safety.rules.kinds import EventKind
from smartunion.domains.safety.rules.risks import SCENARIOS, Control, Finding, Scenario, Standing
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base.days import campus_day, start_of
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Office, Person
from smartunion.kernel.people.reads import acting
from smartunion.kernel.procedures.models import Case, StepRun
from smartunion.kernel.response import drills
from smartunion.kernel.response.drills import Result
from smartunion.kernel.timers.watches import Finding as WatchFinding

from .figures import terms_on
from .gate import covers

IDLE, HOLDS, FAILS = Standing.IDLE, Standing.HOLDS, Standing.FAILS


def deposits(at: datetime) -> Finding:
    """Every trading merchant has signed the undertaking and paid the deposit (7.1①)."""
    fact = wallet.admissions(at=at)
    if not fact.trading:
        return Finding(IDLE, "还没有营业的商户")
    words = f"营业 {fact.trading} 家，承诺书和保证金都齐的 {fact.covered} 家"
    return Finding(HOLDS if fact.covered == fact.trading else FAILS, words, fact.last_signed_at)


def freeze_rule(at: datetime) -> Finding:
    """The rule is asked at every payment; it fails when a burst went through unfrozen (7.1②)."""
    fact = wallet.freezing_facts()
    if fact.last_payment_at is None:
        return Finding(IDLE, "还没有付款，规则没有被问到")
    words = f"自动冻结 {fact.freezings} 次，待裁定 {fact.pending} 次"
    if fact.last_frozen_at:
        words += f"，最近一次 {campus_day(fact.last_frozen_at)}"
    return Finding(HOLDS, f"最近一笔付款已过规则；{words}", fact.last_payment_at)


def callbacks(at: datetime) -> Finding:
    """Every drawn month was called back to the promised share (7.1③)."""
    fact = merchants.callback_facts()
    if not fact.months:
        return Finding(IDLE, "还没有抽过回访样本")
    words = f"抽样 {fact.months} 个月，接通 {fact.spoken} 笔，异常 {fact.odd} 笔"
    words += f"，{fact.short} 个月还没打够" if fact.short else ""
    words += f"；待核实疑点 {merchants.suspicions_waiting()} 件"
    return Finding(FAILS if fact.short else HOLDS, words, fact.last_reported_at)


def child_sheet(at: datetime) -> Finding:
    """The childcare sheet runs, and its three clocks were kept in every closed case (7.2③)."""
    cases = Case.objects.filter(sheet__code=CHILD_INCIDENT.code)
    if not cases.exists():
        return Finding(IDLE, "六栏表在运行，还没有立过件")
    late = StepRun.objects.filter(case__in=cases, late=True).count()
    newest = cases.order_by("-opened_at")[0]
    words = f"{cases.count()} 件，逾期步骤 {late} 个"
    return Finding(FAILS if late else HOLDS, words, newest.closed_at or newest.opened_at)


def health_gate(at: datetime) -> Finding:
    """Nobody has a place at a competition without the hospital's yes (7.3①)."""
    terms = terms_on(campus_day(at))
    kinds = [kind.value for kind in EventKind if report_months(kind, terms)]
    places = Participant.objects.filter(event__kind__in=kinds, withdrawn_at=None)
    bare = places.exclude(check_made__answer="fit").count()
    checks = HealthCheck.objects.order_by("-asked_at")
    newest = checks.first()
    if newest is None:
        return Finding(IDLE, "还没有核验过")
    no = checks.exclude(answer="fit").count()
    words = f"核验 {checks.count()} 次，拒绝 {no} 次，没有有效报告却报上名的 {bare} 人"
    return Finding(FAILS if bare else HOLDS, words, newest.asked_at)


def insurance(at: datetime) -> Finding:
    """Every day of the three years is covered in full (7.3②)."""
    on = campus_day(at)
    newest = Policy.objects.order_by("-registered_at").first()
    if newest is None:
        return Finding(FAILS, "没有登记保单")
    found = gaps(covers(), terms_on(on))
    words = f"有 {len(found)} 段空档，第一段从 {found[0][0]} 起" if found else "三年期没有空档"
    return Finding(FAILS if found else HOLDS, words, newest.registered_at)


EVALUATIONS: dict[str, Callable[[datetime], Finding]] = {
    "deposits": deposits,
    "freeze_rule": freeze_rule,
    "callbacks": callbacks,
    "child_sheet": child_sheet,
    "health_gate": health_gate,
    "insurance": insurance,
}
"""What evaluates the controls, by the name that a control gives."""


def freezings(at: datetime) -> int:
    """Return how many frozen devices wait for a decision."""
    return wallet.freezing_facts().pending


def child_cases(at: datetime) -> int:
    """Return how many childcare incidents are being handled."""
    return Case.objects.filter(sheet__code=CHILD_INCIDENT.code, closed_at=None).count()


def incidents(at: datetime) -> int:
    """Return how many real incidents run."""
    return Incident.objects.filter(ended_at=None, is_drill=False).count()


TRIGGERS: dict[str, Callable[[datetime], int]] = {
    "freezings": freezings,
    "child_cases": child_cases,
    "incidents": incidents,
}
"""What tells how often a scenario is happening now, by the name that it gives."""


def evaluate(control: Control, at: datetime) -> Finding:
    """Return how a control stands, told from the rows of this moment; what lapsed is no hold."""
    if unrun := risks.unrun(control):
        return unrun
    found = EVALUATIONS[control.runs](at)
    if found.standing == HOLDS and risks.has_lapsed(control, found.worked_at, campus_day(at)):
        return replace(found, standing=Standing.LAPSED)
    return found


@dataclass(frozen=True)
class ControlShown:
    """A control with what was found the last time that it was evaluated."""

    control: Control
    last: ControlEvaluation | None
    standing: Standing
    words: str
    stale: bool
    who: str
    """Who answers for it: the acting holder of the scenario's office."""


@dataclass(frozen=True)
class ScenarioShown:
    """A scenario with its owner, its trigger now, its controls and its exercises."""

    scenario: Scenario
    owner: str
    person: Person | None
    now: int
    controls: list[ControlShown]
    exercises: list[Exercise]
    drills: list[Incident]
    held: list[Result]
    """The drills of its protocol, as they came out."""


def register(*, at: datetime) -> list[ScenarioShown]:
    """Return the whole register as it stands (R241–R244)."""
    on = campus_day(at)
    days = terms_on(on).control_days
    titles = dict(Office.objects.values_list("code", "title"))
    found = []
    for one in SCENARIOS:
        holder = acting(one.owner, on=on)
        found.append(
            ScenarioShown(
                scenario=one,
                owner=titles.get(one.owner, one.owner),
                person=holder.person if holder else None,
                now=TRIGGERS[one.trigger](at),
                controls=[
                    _shown(each, at, days, holder.person.name if holder else "（空缺）")
                    for each in one.controls
                ],
                exercises=list(
                    Exercise.objects.filter(scenario=one.code)
                    .select_related("by")
                    .order_by("-held_at")[:5]
                ),
                drills=_drills(one),
                held=_held(one),
            )
        )
    return found


def alarms(at: datetime) -> Iterator[WatchFinding]:
    """Controls that fail, lapsed or were not evaluated in their period, each with who answers."""
    if not ControlEvaluation.objects.exists():
        return  # the register has not been begun
    wrong = {FAILS, Standing.LAPSED}
    try:
        shown = register(at=at)
    except Refused:
        return  # no plan was ever adopted
    for one in shown:
        for each in one.controls:
            if each.standing in wrong:
                text = f"{each.control.words}：{each.standing.words}，{each.words}（{each.who}）"
                yield WatchFinding(f"{each.control.clause} {one.scenario.kind}", text[:500])


def due(at: datetime) -> list[Control]:
    """Return the controls that run and were not evaluated on this day of the campus yet."""
    done = set(
        ControlEvaluation.objects.filter(evaluated_at__gte=start_of(campus_day(at)))
        .values_list("control", flat=True)
    )  # fmt: skip
    every = [each for one in SCENARIOS for each in one.controls]
    return [each for each in every if risks.unrun(each) is None and each.code not in done]


def _shown(control: Control, at: datetime, days: int, who: str) -> ControlShown:
    rows = ControlEvaluation.objects.filter(control=control.code)
    last = rows.order_by("-evaluated_at", "-pk").first()
    unrun = risks.unrun(control)
    if unrun is not None:
        return ControlShown(control, last, unrun.standing, unrun.words, stale=False, who=who)
    stale = risks.is_stale(last.evaluated_at if last else None, at, days)
    if last is None:
        return ControlShown(control, None, IDLE, "还没有评估过", stale=True, who=who)
    if stale:
        words = f"超过 {days} 天没有评估；当时：{Standing(last.standing).words}，{last.words}"
        return ControlShown(control, last, Standing.LAPSED, words, stale=True, who=who)
    return ControlShown(control, last, Standing(last.standing), last.words, stale=False, who=who)


def _drills(one: Scenario) -> list[Incident]:
    if one.trigger != "incidents":
        return []
    played = Incident.objects.filter(is_drill=True).select_related("event")
    return list(played.order_by("-reported_at")[:5])


def _held(one: Scenario) -> list[Result]:
    mine = drills.held().filter(protocol=one.drill)[:5]
    return [found for drill in mine if (found := drills.result_of(drill))]
