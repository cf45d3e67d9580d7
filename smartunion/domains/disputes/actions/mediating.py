"""Mediate, agree, follow up, tell somebody their rights; whoever is silent loses none of them."""

from datetime import datetime
from typing import Any

from django.db import transaction

from smartunion.domains.disputes.models import LabourDispute
from smartunion.domains.disputes.reads import cases
from smartunion.domains.disputes.rules import refusals
from smartunion.domains.disputes.rules.records import MEDIATE, Part
from smartunion.domains.disputes.rules.rights import LAW
from smartunion.domains.disputes.rules.topics import REVIEW
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions as private
from smartunion.kernel.private.reads import versions
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.trail.record import record


@transaction.atomic
def accept(*, dispute_id: int, by: Person, at: datetime) -> LabourDispute:
    """Take it on; what is no matter of mediation goes straight to the letter of rights."""
    it = LabourDispute.objects.select_for_update().get(pk=dispute_id)
    run = cases.open_run(it, "accept")
    text = "走复核申诉，不调解" if it.topic == REVIEW else "已受理"
    engine.pass_step(
        run_id=run.pk, facts={"doing": "accept"}, outputs={"receipt": Given(text=text)}, by=by,
        at=at,
    )  # fmt: skip
    record("disputes.accepted", it, by=by, at=at)
    return it


@transaction.atomic
def mediate(
    *, dispute_id: int, is_agreed: bool, minutes: str, agreement: str, by: Person, at: datetime
) -> LabourDispute:
    """Seal what was said, and what was agreed if anything was; the applicant decides next."""
    it = LabourDispute.objects.select_for_update().get(pk=dispute_id)
    run = cases.open_run(it, "mediate")
    if not minutes.strip():
        raise refusals.MinutesMissing
    if is_agreed and not agreement.strip():
        raise refusals.AgreementMissing
    _seal(it, Part.MINUTES, {"minutes": minutes}, by, at)
    if is_agreed:
        _seal(it, Part.AGREEMENT, {"agreement": agreement}, by, at)
    engine.pass_step(
        run_id=run.pk,
        facts={"agreed": is_agreed, "minuted": True, "doing": "mediate"},
        outputs={"minutes": Given(text="笔录已封存" + ("，达成协议" if is_agreed else ""))},
        by=by,
        at=at,
    )
    record("disputes.mediated", it, by=by, at=at)
    return it


@transaction.atomic
def confirm(*, dispute_id: int, is_confirmed: bool, by: Person, at: datetime) -> LabourDispute:
    """Let the applicant say whether the agreement is theirs; a no leaves every right.

    The step is passed without a name: the trail never says whose dispute it is.
    """
    it = LabourDispute.objects.select_for_update().get(pk=dispute_id)
    if it.applicant_id != by.pk:
        raise refusals.NotYours(number=it.number)
    run = cases.open_run(it, "confirm")
    engine.pass_step(
        run_id=run.pk,
        facts={"confirmed": is_confirmed, "doing": "confirm"},
        outputs={"consent": Given(text="本人确认" if is_confirmed else "本人没有确认")},
        by=None,
        at=at,
    )
    record("disputes.confirmed", it, by=None, at=at, agrees=int(is_confirmed))
    return it


@transaction.atomic
def follow_up(*, dispute_id: int, is_kept: bool, by: Person, at: datetime) -> LabourDispute:
    """Say whether the agreement was kept; where it was not, the applicant hears what to do."""
    it = LabourDispute.objects.select_for_update().get(pk=dispute_id)
    run = cases.open_run(it, "perform")
    if is_kept:
        _end(it, LabourDispute.Outcome.KEPT, at)
    engine.pass_step(
        run_id=run.pk,
        facts={"kept": is_kept, "doing": "perform"},
        outputs={"visit": Given(text="已履行" if is_kept else "没有履行")},
        by=by,
        at=at,
    )
    record("disputes.followed_up", it, by=by, at=at, kept=int(is_kept))
    return it


@transaction.atomic
def lapse(*, run_id: int, at: datetime) -> LabourDispute:
    """End a step whose days are over: no agreement, and on to the letter of rights."""
    run = StepRun.objects.get(pk=run_id)
    it = LabourDispute.objects.select_for_update().get(case=run.case_id)
    if run.step == "mediate":
        facts = {"agreed": False, "minuted": True, "doing": "mediate"}
        outputs = {"minutes": Given(text="到期没有达成协议")}
    else:
        facts = {"confirmed": False, "doing": "confirm"}
        outputs = {"consent": Given(text="到期没有确认")}
    engine.pass_step(run_id=run_id, facts=facts, outputs=outputs, by=None, at=at)
    record("disputes.lapsed", it, by=None, at=at)
    return it


@transaction.atomic
def refer(*, run_id: int, at: datetime) -> LabourDispute:
    """Write down which ways are open until when, seal it for the applicant, and tell them."""
    it = (
        LabourDispute.objects.select_for_update(of=("self",))
        .select_related("applicant")
        .get(case__runs=run_id)
    )
    lines = [
        f"{one.what}：{'约 ' if one.estimated else ''}{one.until:%Y年%-m月%-d日} 前（{one.law}）"
        for one in cases.calendar(it)
        if one.until is not None and one.code != "mediation"
    ]
    if versions(cases.about(it), Part.AGREEMENT):
        lines.append(
            f"协议没有履行的，可以申请仲裁；欠付报酬等还可以申请支付令（{LAW}第十五、十六条）"
        )
    _seal(it, Part.LETTER, {"letter": "\n".join(lines)}, None, at)
    _end(it, LabourDispute.Outcome.REFERRED, at)
    engine.pass_step(
        run_id=run_id, outputs={"letter": Given(text="告知书已封存，本人可看")}, by=None, at=at
    )
    record("disputes.referred", it, by=None, at=at)
    tell(
        to=it.applicant, about=f"disputes.labourdispute:{it.pk}:letter",
        title=f"{it.number} 有一份书面告知", text="只有你能打开。",
        link=f"/disputes/{it.pk}/", at=at,
    )  # fmt: skip
    return it


@transaction.atomic
def read(*, dispute_id: int, part: Part, purpose: str, by: Person, at: datetime) -> dict[str, Any]:
    """Return a sealed part: to the applicant, or to who has a step of it in hand, with a purpose.

    :raises Refused: neither; or it was never sealed
    """
    it = LabourDispute.objects.select_related("case").get(pk=dispute_id)
    own = it.applicant_id == by.pk
    if not own and cases.in_hand(it, by) is None:
        raise refusals.NotYours(number=it.number)
    found = private.open_sealed(
        about=cases.about(it), kind=part, by=by, at=at,
        purpose="本人查看" if own else f"{MEDIATE}：{purpose}",
    )  # fmt: skip
    record("disputes.read", it, by=None if own else by, at=at, part=part.words)
    return found


def _seal(
    it: LabourDispute, part: Part, data: dict[str, str], by: Person | None, at: datetime
) -> None:
    private.seal(about=cases.about(it), kind=part, data=data, subject=it.applicant, by=by, at=at)


def _end(it: LabourDispute, outcome: LabourDispute.Outcome, at: datetime) -> None:
    it.outcome, it.ended_at = outcome, at
    it.save(update_fields=["outcome", "ended_at"])
