"""Write a proposal, sign it oneself, hand it in: no name stands under it that did not sign."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.proposals import telling
from smartunion.domains.proposals.models import Cosigner, Proposal
from smartunion.domains.proposals.procedure import LAPSED, PROPOSAL
from smartunion.domains.proposals.reads import cases
from smartunion.domains.proposals.rules import refusals
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.telling import moment
from smartunion.kernel.trail.record import record

FIELDS = {"subject": "案由", "analysis": "情况分析", "measures": "具体建议"}


@transaction.atomic
def write(
    *, subject: str, analysis: str, measures: str, is_urgent: bool = False,
    urgent_because: str = "", by: Person, at: datetime,
) -> Proposal:  # fmt: skip
    """Write a proposal to the congress in which one sits; its author is the first who signs."""
    if by.unit is None or by.pk not in cases.sitting_in(by.unit.pk, at):
        raise refusals.NotDelegate
    said = {"subject": subject, "analysis": analysis, "measures": measures}
    if missing := [FIELDS[name] for name, text in said.items() if not text.strip()]:
        raise refusals.Incomplete(missing="、".join(missing))
    if is_urgent and not urgent_because.strip():
        raise refusals.WhyUrgent
    year = campus_day(at).year
    number = f"TA-{year}-{Proposal.objects.filter(number__startswith=f'TA-{year}-').count() + 1:03}"
    case = engine.open_case(
        sheet=PROPOSAL,
        title=f"{number} {subject}",
        unit=by.unit,
        applicant=by,
        facts={
            "number": number,
            "subject": subject,
            "needed": cases.terms_on(campus_day(at)).cosigners,
            "cosigners": 1,
            "urgent": is_urgent,
            "kept_out": [by.pk],
        },
        by=by,
        at=at,
    )
    made = Proposal.objects.create(
        number=number, proposer=by, unit=by.unit, subject=subject, analysis=analysis,
        measures=measures, is_urgent=is_urgent, urgent_because=urgent_because, case=case,
    )  # fmt: skip
    Cosigner.objects.create(proposal=made, person=by, at=at)
    record("proposals.written", made, by=by, at=at, number=number)
    return made


@transaction.atomic
def cosign(*, proposal_id: int, by: Person, at: datetime) -> Cosigner:
    """Sign a proposal with one's own account: there is no way to sign for somebody else.

    Only who sits in the same congress signs: another's delegates have no say in it (R158). Names
    are gathered for seven days.
    """
    it = Proposal.objects.select_for_update().get(pk=proposal_id)
    if it.submitted_at is not None:
        raise refusals.NotGathering
    until = cases.open_run(it, "submit").due_at
    if until is not None and at >= until:
        raise refusals.GatheringOver(until=moment(until))
    if not cases.is_delegate(by, at):
        raise refusals.NotDelegate
    if by.pk not in cases.sits_with(it, at):
        raise refusals.OtherCongress(unit=it.unit.name)
    if it.cosigners.filter(person=by).exists():
        raise refusals.SignedAlready
    made = Cosigner.objects.create(proposal=it, person=by, at=at)
    record("proposals.cosigned", made, by=by, at=at, number=it.number)
    return made


@transaction.atomic
def leave(*, proposal_id: int, by: Person, at: datetime) -> Proposal:
    """Take one's own name back, until it is decided on, or where it was merged into another.

    Handed in, it stands on as long as enough names are left under it; the trail keeps who left.
    """
    it = Proposal.objects.select_for_update().get(pk=proposal_id)
    if not cases.may_leave(it, by):
        raise refusals.NoLeaving
    needed = cases.terms_on(campus_day(at)).cosigners
    if it.submitted_at is not None and it.filed_at is None and it.cosigners.count() <= needed:
        raise refusals.LastNames(needed=needed)
    it.cosigners.filter(person=by).delete()
    record("proposals.uncosigned", it, by=by, at=at, number=it.number)
    return it


@transaction.atomic
def submit(*, proposal_id: int, by: Person, at: datetime) -> Proposal:
    """Hand a proposal in; refused while too few have signed. An urgent one's 24 hours begin.

    Whoever has signed and does not sit any more is not counted.
    """
    it = Proposal.objects.select_for_update().get(pk=proposal_id)
    if it.submitted_at is not None:
        raise refusals.NotGathering
    run = cases.open_run(it, "submit")
    signed = _sitting(it, at)
    needed = cases.terms_on(campus_day(at)).cosigners
    if len(signed) < needed:
        raise refusals.TooFewCosigners(
            needed=needed, signed=len(signed), missing=needed - len(signed)
        )
    it.submitted_at = at
    it.save(update_fields=["submitted_at"])
    names = "、".join(one.person.name for one in signed)
    engine.pass_step(
        run_id=run.pk,
        facts={
            "cosigners": len(signed),
            "needed": needed,
            "kept_out": [one.person_id for one in signed],
            "doing": "submit",
        },
        outputs={"form": Given(text=f"{it.subject}；联名：{names}")},
        by=by,
        at=at,
    )
    record("proposals.submitted", it, by=by, at=at, number=it.number, urgent=int(it.is_urgent))
    return it


@transaction.atomic
def lapse(*, run_id: int, at: datetime) -> Proposal:
    """End the gathering: with too few names it is over, else its author may hand it in."""
    it = Proposal.objects.select_for_update().get(case__runs=run_id)
    needed, signed = cases.terms_on(campus_day(at)).cosigners, len(_sitting(it, at))
    if signed >= needed:
        record("proposals.gathered", it, by=None, at=at, number=it.number)
        return it
    it.filing = LAPSED
    it.save(update_fields=["filing"])
    text = f"7 日内 {signed} 人联名，不足 {needed} 人"
    engine.pass_step(
        run_id=run_id,
        facts={"lapsed": True, "cosigners": signed, "doing": "submit"},
        outputs={"form": Given(text=text)},
        by=None,
        at=at,
    )
    record("proposals.lapsed", it, by=None, at=at, number=it.number)
    telling.authors(it, "lapsed", f"{it.number} 联名到期终止", f"{text}。可以重新提出。", at)
    return it


def _sitting(it: Proposal, at: datetime) -> list[Cosigner]:
    """Return the names that count: who has signed and still sits."""
    sits = cases.sits_with(it, at)
    rows = it.cosigners.order_by("pk").select_related("person")
    return [one for one in rows if one.person_id in sits]
