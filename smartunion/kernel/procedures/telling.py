"""What people are told of a case, and where the notice leads. A confidential case is not named."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.notices.rules import Priority
from smartunion.kernel.people.models import Person

from .define import Procedure, Step, Unit, Within
from .models import Case, Poll, StepRun, Voter

WHOLE = 100
AT_ONCE = {Unit.SECONDS, Unit.MINUTES}


def link_to(case: Case, person: Person) -> str:
    """Return where a person sees the case: the applicant's tracker, or the case page."""
    own = "/my" if case.applicant_id == person.pk else ""
    return f"{own}/cases/{case.pk}/"


def moment(at: datetime | None) -> str:
    """Return a limit in words; the end of a day is that day's 24:00."""
    if at is None:
        return "不限时"
    local = at.astimezone(CAMPUS)
    if local.hour == local.minute == local.second == 0:
        last = local - timedelta(days=1)
        return f"{last.month}月{last.day}日 24:00"
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def presses(step: Step) -> Priority:
    """Return how much a step presses by its own limit: minutes are a crisis."""
    limit = step.limit
    if isinstance(limit, Within) and limit.unit in AT_ONCE:
        return Priority.CRISIS
    return Priority.NORMAL


def at_least_urgent(step: Step) -> Priority:
    """Return the step's own priority, urgent at the least."""
    return min(presses(step), Priority.URGENT)


def told(
    people: Iterable[Person | None],
    *,
    case: Case,
    sheet: Procedure,
    about: str,
    title: str,
    text: str,
    priority: Priority,
    at: datetime,
) -> None:
    """Tell each person once of this turn of the case; who is told leads to the case."""
    if sheet.confidential:
        title, text = "有一件保密事项需要您处理", f"请登录后查看（{case.pk}）。"
    by_link: dict[str, list[Person]] = {}
    for person in people:
        if person is not None:
            by_link.setdefault(link_to(case, person), []).append(person)
    for link, persons in by_link.items():
        tell(
            to=persons, about=about, title=title[:80], text=text, link=link,
            priority=priority, at=at,
        )  # fmt: skip


def opened(run: StepRun, case: Case, sheet: Procedure, step: Step, *, at: datetime) -> None:
    """Tell whoever has to act that a step waits."""
    actor = run.backup if run.taken_over_at else run.lead
    text = f"《{case.title}》到了“{step.name}”，期限：{moment(run.due_at)}。"
    if run.provisional:
        text += "（期限所在年度的校历尚未公布，公布后会重新通知）"
    told(
        [actor], case=case, sheet=sheet, about=f"run/{run.pk}/opened/{actor.pk if actor else 0}",
        title=f"待办：{sheet.matter}·{step.name}", text=text, priority=presses(step), at=at,
    )  # fmt: skip


def vacant(
    run: StepRun,
    case: Case,
    sheet: Procedure,
    step: Step,
    people: Iterable[Person],
    *,
    at: datetime,
) -> None:
    """Tell whoever may name somebody that nobody can do an open step; not what it is about."""
    title = "保密事项" if sheet.confidential else sheet.matter
    tell(
        to=list(people), about=f"run/{run.pk}/vacant/{run.moves}",
        title=f"无人可办：{title}·{step.name}",
        text=f"第 {case.pk} 件的“{step.name}”A角、B角都空缺、离岗或须回避，请指定经办人。"
        f"期限：{moment(run.due_at)}。",
        link=f"/cases/steps/{run.pk}/assignment/", priority=at_least_urgent(step), at=at,
    )  # fmt: skip


def closed(case: Case, sheet: Procedure, *, at: datetime) -> None:
    """Tell the applicant that the case has come to its end."""
    told(
        [case.applicant], case=case, sheet=sheet, about=f"case/{case.pk}/closed",
        title=f"已办结：{sheet.matter}", text=f"《{case.title}》已办结，可查看全过程。",
        priority=Priority.NORMAL, at=at,
    )  # fmt: skip


def taken_over(run: StepRun, case: Case, sheet: Procedure, step: Step, *, at: datetime) -> None:
    """Tell A and B that B goes on with the step."""
    backup = run.backup.name if run.backup else ""
    told(
        [run.backup, run.lead], case=case, sheet=sheet,
        about=f"run/{run.pk}/taken_over/{run.backup_id}",
        title=f"B角接手：{sheet.matter}·{step.name}",
        text=f"《{case.title}》的“{step.name}”由B角{backup}接手"
        f"（{run.get_taken_over_because_display()}），期限：{moment(run.due_at)}。",
        priority=at_least_urgent(step), at=at,
    )  # fmt: skip


def returned(run: StepRun, case: Case, sheet: Procedure, step: Step, *, at: datetime) -> None:
    """Tell A and B that A is back and goes on with the step."""
    lead = run.lead.name if run.lead else ""
    told(
        [run.lead, run.backup], case=case, sheet=sheet, about=f"run/{run.pk}/back/{at:%Y%m%d}",
        title=f"A角返岗：{sheet.matter}·{step.name}",
        text=f"《{case.title}》的“{step.name}”仍由A角{lead}办理，期限：{moment(run.due_at)}。",
        priority=Priority.NORMAL, at=at,
    )  # fmt: skip


def assigned(
    run: StepRun, case: Case, sheet: Procedure, step: Step, part: str, *, at: datetime
) -> None:
    """Tell who has to do an open step now that its people have changed."""
    person = run.lead if part == "A" else run.backup
    told(
        [person], case=case, sheet=sheet, about=f"run/{run.pk}/assigned/{part}/{at:%Y%m%d%H%M}",
        title=f"改由您办理（{part}角）：{sheet.matter}·{step.name}",
        text=f"《{case.title}》的“{step.name}”，期限：{moment(run.due_at)}。",
        priority=presses(step), at=at,
    )  # fmt: skip


def overdue(run: StepRun, case: Case, sheet: Procedure, step: Step, *, at: datetime) -> None:
    """Tell A and B that the limit has passed."""
    told(
        [run.lead, run.backup], case=case, sheet=sheet, about=f"run/{run.pk}/late/{run.moves}",
        title=f"已到期：{sheet.matter}·{step.name}",
        text=f"《{case.title}》的“{step.name}”应于 {moment(run.due_at)} 前办结，"
        "现已逾期，请立即办理。",
        priority=at_least_urgent(step), at=at,
    )  # fmt: skip


def escalated(
    run: StepRun,
    case: Case,
    sheet: Procedure,
    step: Step,
    *,
    people: Iterable[Person],
    percent: int,
    at: datetime,
) -> None:
    """Tell an office that so much of a step's limit has passed."""
    who = "、".join(p.name for p in (run.lead, run.backup) if p) or "空缺"
    state = "已到期" if percent == WHOLE else f"时限已过 {percent}%"
    told(
        people, case=case, sheet=sheet, about=f"run/{run.pk}/escalated/{run.moves}/{percent}",
        title=f"{state}：{sheet.matter}·{step.name}",
        text=f"《{case.title}》的“{step.name}”由{who}办理，期限：{moment(run.due_at)}。",
        priority=at_least_urgent(step), at=at,
    )  # fmt: skip


def moved(
    run: StepRun, case: Case, sheet: Procedure, step: Step, *, why: str, at: datetime
) -> None:
    """Tell A and B that the limit of their step lies elsewhere now."""
    told(
        [run.lead, run.backup], case=case, sheet=sheet, about=f"run/{run.pk}/moved/{run.moves}",
        title=f"期限变动：{sheet.matter}·{step.name}",
        text=f"{why}：《{case.title}》的“{step.name}”期限改为 {moment(run.due_at)}。",
        priority=Priority.NORMAL, at=at,
    )  # fmt: skip


def called(poll: Poll, case: Case, sheet: Procedure, step: Step, *, at: datetime) -> None:
    """Call the members to vote; those recused are not called."""
    waiting = poll.voters.filter(state=Voter.State.WAITING).select_related("person")
    what = "临时线上票决" if poll.extraordinary else "票决"
    told(
        [voter.person for voter in waiting.order_by("pk")], case=case, sheet=sheet,
        about=f"poll/{poll.pk}/called/{int(poll.extraordinary)}",
        title=f"请{what}：{sheet.matter}",
        text=f"《{case.title}》的“{step.name}”请在 {moment(poll.closes_at)} 前投票。{poll.because}",
        priority=Priority.URGENT if poll.extraordinary else Priority.NORMAL, at=at,
    )  # fmt: skip


def short_of_quorum(poll: Poll, case: Case, sheet: Procedure, step: Step, *, at: datetime) -> None:
    """Tell whoever has not voted, and who leads the step, that the vote cannot be counted yet."""
    waiting = poll.voters.filter(state=Voter.State.WAITING).select_related("person")
    people = [voter.person for voter in waiting.order_by("pk")]
    told(
        [*people, poll.run.lead, poll.run.backup], case=case, sheet=sheet,
        about=f"poll/{poll.pk}/short", title=f"未达法定人数：{sheet.matter}",
        text=f"《{case.title}》的“{step.name}”已到截止时间，尚有 {len(people)} 人未投，"
        "达到法定人数时即行计票。",
        priority=Priority.URGENT, at=at,
    )  # fmt: skip


def stuck(
    run: StepRun, case: Case, sheet: Procedure, step: Step, *, why: str, at: datetime
) -> None:
    """Tell A and B that what should have happened by itself was refused, and why."""
    told(
        [run.lead, run.backup], case=case, sheet=sheet, about=f"run/{run.pk}/stuck",
        title=f"自动办理未成：{sheet.matter}·{step.name}",
        text=f"《{case.title}》：{why}。请人工办理。", priority=Priority.URGENT, at=at,
    )  # fmt: skip
