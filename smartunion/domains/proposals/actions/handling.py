"""File, merge, assign, answer: what becomes of a proposal, each step by its own office."""

from datetime import date, datetime, time

from django.db import transaction

from smartunion.domains.proposals import telling
from smartunion.domains.proposals.models import Proposal
from smartunion.domains.proposals.procedure import FILED, MERGED, SECRETARY, SUGGESTION
from smartunion.domains.proposals.reads import cases
from smartunion.domains.proposals.rules import refusals
from smartunion.domains.proposals.rules.outcomes import Outcome
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import holders
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.timers.actions import set_timer
from smartunion.kernel.trail.record import record

from . import suggesting

PLANNED_DUE = "proposals.planned_due"
MORNING = time(9, 0)

FILINGS = {"filed": "立案", "suggestion": "转意见建议", "merged": "并案", "refused": "不予立案"}


@transaction.atomic
def file(
    *, proposal_id: int, filing: str, into: str = "", is_downgraded: bool = False, by: Person,
    at: datetime, because: str = "",
) -> Proposal:  # fmt: skip
    """Decide on filing; whatever is not filed says why. Nobody decides what they have signed.

    A merged proposal goes on as the other: its authors see the other's way beside their own. An
    urgent one may be said to be none, with the reason: it is decided all the same, and counted.
    """
    it = Proposal.objects.select_for_update().get(pk=proposal_id)
    run = cases.open_run(it, "file_urgent" if it.is_urgent else "file")
    it.is_downgraded = is_downgraded and it.is_urgent
    if (filing != FILED or it.is_downgraded) and not because.strip():
        raise refusals.ReasonMissing
    if filing == MERGED:
        it.into = _other(it, into)
    it.filing, it.filing_because, it.filed_at = filing, because[:400], at
    it.save(update_fields=["filing", "filing_because", "filed_at", "into", "is_downgraded"])
    words = FILINGS[filing] + (f"入 {into}" if filing == MERGED else "")
    words += "，不按紧急提案办理" if it.is_downgraded else ""
    engine.pass_step(
        run_id=run.pk,
        facts={"filing": filing, "into": into, "doing": run.step},
        outputs={"filing": Given(text=f"{words}：{because}" if because else words)},
        by=by,
        at=at,
        because=because,
    )
    record("proposals.filed", it, by=by, at=at, because=because, filing=words)
    return it


def _other(it: Proposal, number: str) -> Proposal:
    other = Proposal.objects.select_related("case").filter(number=number.strip()).first()
    why = ""
    if other is None:
        why = "没有这件提案"
    elif other.pk == it.pk:
        why = "不能并入自己"
    elif other.submitted_at is None or other.case.closed_at is not None:
        why = "它没有提交，或者已经办结"
    elif other.filing and other.filing != FILED:
        why = "它没有立案"
    if why or other is None:
        raise refusals.MergeWrong(number=number[:20] or "（空）", why=why)
    return other


@transaction.atomic
def file_by_silence(*, run_id: int, at: datetime) -> Proposal:
    """File an urgent proposal that nobody has answered in its 24 hours (R159)."""
    it = Proposal.objects.select_for_update().get(case__runs=run_id)
    it.filing, it.filed_at, it.by_silence = FILED, at, True
    it.save(update_fields=["filing", "filed_at", "by_silence"])
    engine.pass_step(
        run_id=run_id,
        facts={"filing": FILED, "silent": True, "doing": "file_urgent"},
        outputs={"filing": Given(text="到时限没有答复，自动立案")},
        by=None,
        at=at,
    )
    record("proposals.filed_by_silence", it, by=None, at=at)
    telling.authors(it, "filed", f"{it.number} 已立案", "24 小时内没有答复，已自动立案。", at)
    return it


@transaction.atomic
def explain(*, run_id: int, at: datetime) -> Proposal:
    """Tell the authors why it was not filed, or with which other it goes on.

    What becomes a suggestion goes into the box, where it is answered like any other.
    """
    it = Proposal.objects.select_related("into", "proposer").get(case__runs=run_id)
    words = FILINGS.get(it.filing, "")
    text = f"{words}{f'，并入 {it.into.number}' if it.into else ''}。{it.filing_because}"
    if it.filing == SUGGESTION:
        put = suggesting.put(text=f"{it.number} {it.subject}：{it.measures}", of=it.proposer, at=at)
        text += f"已转意见箱 {put.number}，{put.due_on:%-m月%-d日} 前答复。"
    engine.pass_step(run_id=run_id, outputs={"letter": Given(text=text)}, by=None, at=at)
    record("proposals.explained", it, by=None, at=at)
    telling.authors(it, "explained", f"{it.number} 的立案审查有结果", text, at)
    return it


@transaction.atomic
def assign(*, proposal_id: int, host: Person, by: Person, at: datetime) -> Proposal:
    """Name who handles it: never one of its authors, nor who did it without their content."""
    it = Proposal.objects.select_for_update(of=("self",)).select_related("case").get(pk=proposal_id)
    run = cases.open_run(it, "assign")
    if it.reopened and it.case.facts.get("host") == host.pk:
        raise refusals.SameHost(host=host.name)
    engine.pass_step(
        run_id=run.pk, facts={"host": host.pk, "doing": "assign"},
        outputs={"order": Given(text=f"交 {host.name} 承办")}, by=by, at=at,
    )  # fmt: skip
    record("proposals.assigned", it, by=by, at=at)
    return it


@transaction.atomic
def meet(*, proposal_id: int, minutes: str, by: Person, at: datetime) -> Proposal:
    """Note the talk with the author; then it is answered in writing."""
    it = Proposal.objects.select_for_update().get(pk=proposal_id)
    run = cases.open_run(it, "handle")
    engine.pass_step(
        run_id=run.pk, facts={"doing": "handle"}, outputs={"meeting": Given(text=minutes)},
        by=by, at=at,
    )  # fmt: skip
    record("proposals.met", it, by=by, at=at)
    return it


@transaction.atomic
def reply(
    *, proposal_id: int, outcome: Outcome, answer: str, planned_on: date | None = None,
    by: Person, at: datetime,
) -> Proposal:  # fmt: skip
    """Answer in writing with one of four classes (T63: closed is not carried out).

    What is planned says until when; on that day its host and the committee are reminded.
    """
    it = Proposal.objects.select_for_update().get(pk=proposal_id)
    run = cases.open_run(it, "reply")
    if not answer.strip():
        raise refusals.ReasonMissing
    if outcome is not Outcome.PLANNED:
        planned_on = None
    elif planned_on is None or planned_on <= campus_day(at):
        raise refusals.PlanDateMissing
    it.outcome, it.answer, it.answered_at, it.planned_on = outcome, answer, at, planned_on
    it.save(update_fields=["outcome", "answer", "answered_at", "planned_on"])
    if planned_on is not None:
        set_timer(
            kind=PLANNED_DUE, key=f"proposal/{it.pk}/planned/{planned_on}",
            due_at=datetime.combine(planned_on, MORNING, CAMPUS), payload={"proposal": it.pk},
            at=at,
        )  # fmt: skip
    engine.pass_step(
        run_id=run.pk,
        facts={"outcome": str(outcome), "answer": answer, "rating": 0, "doing": "reply"},
        outputs={"letter": Given(text=f"{outcome.words}：{answer}")},
        by=by,
        at=at,
    )
    record("proposals.replied", it, by=by, at=at, outcome=outcome.words)
    return it


@transaction.atomic
def countersign(*, proposal_id: int, agrees: bool, note: str, by: Person, at: datetime) -> Proposal:
    """Countersign an answer, never one's own, or have it written anew; then its authors rate it."""
    it = Proposal.objects.select_for_update().get(pk=proposal_id)
    run = cases.open_run(it, "countersign")
    if not agrees and not note.strip():
        raise refusals.ReasonMissing
    engine.pass_step(
        run_id=run.pk,
        facts={"countersigned": agrees, "doing": "countersign"},
        outputs={"countersign": Given(text=f"{'同意' if agrees else '重新答复'}。{note}")},
        by=by,
        at=at,
        because=note,
    )
    record("proposals.countersigned", it, by=by, at=at, because=note, agrees=int(agrees))
    if agrees:
        telling.some(
            cases.raters(it), it, f"answered:{it.reopened}:{it.answered_at:%Y%m%d%H%M}",
            title=f"{it.number} 有答复了，请评价", text=it.answer, at=at,
        )  # fmt: skip
    return it


@transaction.atomic
def fulfil(*, proposal_id: int, proof: str, by: Person, at: datetime) -> Proposal:
    """Say what was planned is done, and by what one sees it; never by one of its authors.

    The answer counts as carried out only if that was by the day it promised (T63).
    """
    it = Proposal.objects.select_for_update(of=("self",)).select_related("case").get(pk=proposal_id)
    if not cases.may_fulfil(it, by, at):
        raise refusals.NotTheHost
    if it.outcome != Outcome.PLANNED or it.planned_on is None or it.fulfilled_at is not None:
        raise refusals.NothingPlanned
    if not proof.strip():
        raise refusals.ReasonMissing
    it.fulfilled_at, it.proof = at, proof[:400]
    it.save(update_fields=["fulfilled_at", "proof"])
    record("proposals.fulfilled", it, by=by, at=at, because=it.proof)
    telling.authors(it, "fulfilled", f"{it.number} 列入计划的事已完成", it.proof[:80], at)
    return it


@transaction.atomic
def remind_of_plan(*, proposal_id: int, at: datetime) -> None:
    """Remind the host and the committee of a plan's day; done or late, it stays in the figures."""
    it = Proposal.objects.select_related("case").get(pk=proposal_id)
    if it.fulfilled_at is not None or it.outcome != Outcome.PLANNED:
        return
    host = Person.objects.filter(pk=it.case.facts.get("host") or 0)
    tell(
        to=[*host, *holders(SECRETARY, on=campus_day(at))],
        about=f"proposals.proposal:{it.pk}:planned:{it.planned_on}",
        title=f"{it.number} 计划今天完成", text="完成的登记兑现；没有完成的，落实率照实计。",
        link=f"/proposals/{it.number}/", at=at,
    )  # fmt: skip
    record("proposals.plan_due", it, by=None, at=at)
