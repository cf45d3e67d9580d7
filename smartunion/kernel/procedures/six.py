"""The six columns of a sheet in words: 事项—流程—时限—输出—责任—风险."""

from collections.abc import Mapping
from dataclasses import dataclass

from .define import (
    APPLICANT,
    END,
    NAMED,
    Effect,
    Kind,
    Limit,
    Procedure,
    Promise,
    Step,
    Vote,
    Within,
)

NONE = "无"
PARTS = {"lead": "A角", "backup": "B角"}
"""Whom an escalation may name besides an office."""
WHOLE = 100
"""Per cent of a limit: the due moment itself."""


@dataclass(frozen=True)
class Office:
    """责任: an office as a sheet names it, and who holds it on the day asked about."""

    title: str
    holders: str = ""


Offices = Mapping[str, Office]
"""By the office's code; what is not there is told by its code, so that nothing is empty."""


@dataclass(frozen=True)
class Row:
    """One step of a sheet, column by column; lists are the lines of a cell."""

    number: int
    code: str
    name: str
    kind: str
    hint: str
    flow: list[str]
    limit: list[str]
    outputs: list[str]
    lead: str
    lead_holders: str
    backup: str
    backup_holders: str
    duty: list[str]
    risks: list[str]
    asks: list[str]
    rules: list[str]


def rows(sheet: Procedure, offices: Offices) -> list[Row]:
    """Return the sheet's steps in the plan's six columns; no cell is empty."""
    return [_row(number, step, sheet, offices) for number, step in enumerate(sheet.steps, 1)]


def _row(number: int, step: Step, sheet: Procedure, offices: Offices) -> Row:
    lead = office(step.duty.lead, sheet, offices)
    backup = office(step.duty.backup, sheet, offices) if step.duty.backup else Office(NONE)
    return Row(
        number=number,
        code=step.code,
        name=step.name,
        kind=step.kind.value,
        hint=step.hint,
        flow=flow(step, sheet),
        limit=limit(step, sheet, offices),
        outputs=[output.name for output in step.outputs] or [NONE],
        lead=lead.title,
        lead_holders=lead.holders,
        backup=backup.title,
        backup_holders=backup.holders,
        duty=duty(step),
        risks=risks(step),
        asks=[sheet.forms[name].name for name in step.asks],
        rules=rules(step, sheet, offices),
    )


def office(code: str, sheet: Procedure, offices: Offices) -> Office:
    """Return an office of a sheet: a post, the applicant, or the person whom the case names."""
    if code == APPLICANT:
        return Office("申请人本人")
    if code in PARTS:
        return Office(PARTS[code])
    if code.startswith(NAMED):
        name = code.removeprefix(NAMED)
        return Office(f"本件指定的{sheet.forms[name].name if name in sheet.forms else name}")
    return offices.get(code, Office(code))


def flow(step: Step, sheet: Procedure) -> list[str]:
    """Return where the case goes after a step: every way with its condition."""
    names = {one.code: one.name for one in sheet.steps} | {END: "办结"}
    told = []
    for way in step.ways:
        targets = "、".join(names.get(to, to) for to in way.targets)
        fork = "同时" if len(way.targets) > 1 else ""
        times = f"（至多{way.times}次）" if way.times is not None else ""
        note = way.note or ("符合条件时" if way.when is not None else "")
        told.append(f"{f'{note}：' if note else ''}→ {fork}{targets}{times}")
    if step.join:
        told.append("前面各支都办完才开始")
    if step.skip is not None:
        told.append("不适用时跳过并留痕")
    return told


def limit(step: Step, sheet: Procedure, offices: Offices) -> list[str]:
    """Return a step's 时限, who hears of it on the way, and when B takes over."""
    if step.publicity:
        told = [f"公示{step.publicity.working_days}个工作日，发布当日不计"]
    elif step.within is not None:
        told = [limit_words(step.within)]
    else:
        told = [f"不设时限：{step.no_limit}" if step.no_limit else "不设时限"]
    if step.duty.take_over_after:
        told.append(f"{step.duty.take_over_after.words}未办，B角接手")
    for one in step.escalations:
        moment = "到期" if one.at_percent == WHOLE else f"过{one.at_percent}%"
        act = "并自动处理" if one.act else ""
        told.append(f"{moment}报{office(one.to, sheet, offices).title}{act}")
    return told


def limit_words(within: Limit) -> str:
    """Return a limit with what a reader must know of its end."""
    promised = isinstance(within, Within) and not within.roll
    return within.words + ("，末日休假不顺延" if promised else "")


def promise_words(promise: Promise, sheet: Procedure) -> str:
    """Return what the plan promises of the whole."""
    start, stop = sheet.step(promise.starts).name, sheet.step(promise.stops).name
    return f"“{start}”办结起至“{stop}”办结：{limit_words(promise.within)}"


def duty(step: Step) -> list[str]:
    """Return what a step asks of those who are in charge, beyond A and B."""
    told = []
    if step.duty.staff > 1:
        told.append(f"须{step.duty.staff}人签字")
    if step.duty.recuse:
        told.append("有利害关系的回避")
    return told


def risks(step: Step) -> list[str]:
    """Return the risks with their controls and what a strike does; 无 is a decision."""
    if not step.risks:
        return [NONE]
    effects = {Effect.BLOCK: "不通过不能办结", Effect.FLAG: "提示并留痕"}
    return [f"{risk.matter}——{risk.control}（{effects[risk.effect]}）" for risk in step.risks]


def rules(step: Step, sheet: Procedure, offices: Offices) -> list[str]:
    """Return what a vote decides by and what a posting shows."""
    told = []
    if step.vote:
        told.append(vote_words(step.vote, sheet, offices))
    if step.publicity:
        shown = "、".join(one.label for one in step.publicity.shows)
        told.append(f"公示内容只有：{shown}" if shown else "公示内容按事项填写")
    if step.kind == Kind.AUTO:
        told.append("由系统按规则办理，不经人手")
    if step.kind == Kind.OUTSIDE:
        told.append("由校外一方办理，结果回填")
    return told


def vote_words(vote: Vote, sheet: Procedure, offices: Offices) -> str:
    """Return a vote's body, quorum and majority: 7席，到会2/3以上，全体过半数."""
    bodies = "、".join(office(code, sheet, offices).title for code in vote.offices)
    (quorum, of_all), (share, of_base) = vote.quorum, vote.majority
    needed = "过半数" if (share, of_base) == (1, 2) else f"{share}/{of_base}以上"
    secret = "无记名" if vote.secret else "记名"
    passes = f"{vote.base}{needed}赞成为通过"
    return f"{bodies}{vote.seats}席，{secret}票决，到会{quorum}/{of_all}以上，{passes}"
