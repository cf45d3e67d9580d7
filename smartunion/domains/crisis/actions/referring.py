"""《心理危机转介单》: written by the doctor on a legal ground, printed when asked for, never filed.

The paper names the person, so it exists only while somebody reads it: pressed from the sealed
part at that moment, and the reading stands in the log. The same data make the same bytes.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from smartunion.domains.crisis.models import Decision, RedCase, Referral
from smartunion.domains.crisis.reads import cases, locks
from smartunion.domains.crisis.reads.figures import terms_on
from smartunion.domains.crisis.rules import grounds, refusals
from smartunion.domains.crisis.rules.grounds import Ground, Guardian, Legal
from smartunion.domains.crisis.rules.matrix import Field, Role, may_see
from smartunion.domains.crisis.rules.parts import Part
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.papers.press import Paper, press
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import running, sealing

TEMPLATE = Path(__file__).parents[1] / "templates/crisis/referral.typ"


@dataclass(frozen=True)
class Told:
    """What the doctor writes and the family says; sealed."""

    story: str
    risk: str = ""
    family: str = ""
    relation: str = ""
    family_phone: str = ""


@transaction.atomic
def issue(*, case_id: int, legal: Legal, told: Told, by: Person, at: datetime) -> Referral:
    """Write the referral; the green channel is open from now for its term (R107, R122, R124).

    :raises Refused: no legal ground, no consent where it needs one, family neither told nor why
    """
    case = locks.locked(case_id)
    if cases.is_about(case, by):
        raise refusals.OwnCase(number=case.number)
    if no := grounds.may_issue(legal):
        raise no
    scene = getattr(case, "scene", None)
    if scene is None or scene.decision != Decision.REFER:
        raise refusals.NotReferred(number=case.number, what="开具转介单：现场还没有决定转介")
    known = Referral.objects.filter(case=case).first()
    if known is not None:
        raise refusals.ReferredAlready(number=case.number, at=known.issued_at)
    terms = terms_on(at)
    made = Referral.objects.create(
        case=case, ground=legal.ground, own_consent=legal.own_consent, guardian=legal.guardian,
        family_told_at=legal.family_told_at, family_untold=legal.family_untold,
        hospital=terms.words("hospital"), issued_by=by, issued_at=at,
        channel_until=at + terms.span("channel_hours"),
    )  # fmt: skip
    sealing.keep(
        case=case, part=Part.REFERRAL, data={"story": told.story, "risk": told.risk}, by=by, at=at
    )
    if told.family or told.family_phone:
        sealing.keep(
            case=case, part=Part.FAMILY,
            data={
                "family": told.family, "relation": told.relation, "family_phone": told.family_phone,
            },
            by=by, at=at,
        )  # fmt: skip
    record("crisis.referred", case, by=by, at=at, ground=made.get_ground_display())
    return made


@transaction.atomic
def tell_family(*, case_id: int, guardian: str, by: Person, at: datetime) -> Referral:
    """Note that the family is told, and what the guardian says to a stay (R106)."""
    referral = _of(case_id, by, "登记家属意见")
    referral.family_told_at = referral.family_told_at or at
    referral.guardian = Guardian(guardian)
    referral.save(update_fields=["family_told_at", "guardian"])
    record(
        "crisis.family_told", referral.case, by=by, at=at, answer=referral.get_guardian_display()
    )
    return referral


@transaction.atomic
def deliver(*, case_id: int, by: Person, at: datetime, via: str = "page") -> Referral:
    """Note that the person was handed to the hospital; the thirty minutes end here (R124)."""
    referral = _of(case_id, by, "登记送达")
    if referral.delivered_at is None:
        referral.delivered_at = at
        referral.save(update_fields=["delivered_at"])
        record("crisis.delivered", referral.case, by=by, at=at)
        running.answer(
            case=referral.case, step="handover", outcome="delivered", by=by, at=at, via=via
        )
    return referral


@transaction.atomic
def admit(*, case_id: int, by: Person, at: datetime) -> Referral:
    """Note the stay in hospital by the green channel; refused where the law does not allow one."""
    referral = _of(case_id, by, "登记入院")
    if referral.admitted_at is not None:
        raise refusals.AdmittedAlready(number=referral.case.number, at=referral.admitted_at)
    if no := grounds.may_admit(_legal(referral)):
        raise no
    referral.admitted_at = at
    referral.save(update_fields=["admitted_at"])
    late = int(at > referral.channel_until)
    record("crisis.admitted", referral.case, by=by, at=at, late=late)
    return referral


@transaction.atomic
def print_referral(
    *, case_id: int, roles: list[Role], purpose: str, by: Person, at: datetime
) -> Paper:
    """Press the referral for somebody who may read it; each print is a logged reading."""
    referral = _of(case_id, by, "打印转介单")
    case = referral.case
    told = sealing.open_fields(
        case=case, roles=roles, fields=[Field.REFERRAL], purpose=purpose, by=by, at=at
    )
    shown = [one for one in (Field.NAME, Field.FAMILY) if _sees(case, roles, one)]
    told |= sealing.open_fields(case=case, roles=roles, fields=shown, purpose=purpose, by=by, at=at)
    record("crisis.printed", case, by=by, at=at, because=purpose)
    return press(TEMPLATE, _data(referral, told), at=referral.issued_at)


def _sees(case: RedCase, roles: list[Role], field: Field) -> bool:
    return any(may_see(role, field, cases.stage_of(case)) for role in roles)


def _data(referral: Referral, told: dict[str, str]) -> dict[str, object]:
    def moment(at: datetime | None) -> str:
        return f"{at.astimezone(CAMPUS):%Y-%m-%d %H:%M}" if at else "—"

    return {
        "number": referral.case.number,
        "drill": referral.case.is_drill,
        "name": told.get("姓名", "（打印时已不在处置期间，不显示）"),
        "unit": str(referral.case.unit or "—"),
        "hospital": referral.hospital,
        "ground": Ground(referral.ground).words,
        "own": "本人同意" if referral.own_consent else "本人未表示同意",
        "guardian": Guardian(referral.guardian).words,
        "family_told": moment(referral.family_told_at)
        if referral.family_told_at
        else f"尚未通知：{referral.family_untold}",
        "family": " ".join(told[key] for key in ("家属", "关系", "家属电话") if key in told) or "—",
        "story": told.get("转介事由", "—"),
        "risk": told.get("风险等级", "—") or "—",
        "doctor": referral.issued_by.name,
        "issued": moment(referral.issued_at),
        "until": moment(referral.channel_until),
    }


def _of(case_id: int, by: Person, what: str) -> Referral:
    case = locks.locked(case_id)
    if cases.is_about(case, by):
        raise refusals.OwnCase(number=case.number)
    referral = (
        Referral.objects.select_for_update(of=("self",))
        .select_related("issued_by").filter(case=case).first()
    )  # fmt: skip
    if referral is None:
        raise refusals.NotReferred(number=case.number, what=what)
    referral.case = case
    return referral


def _legal(referral: Referral) -> Legal:
    return Legal(
        number=referral.case.number, ground=referral.ground, own_consent=referral.own_consent,
        guardian=referral.guardian, family_told_at=referral.family_told_at,
        family_untold=referral.family_untold,
    )  # fmt: skip
