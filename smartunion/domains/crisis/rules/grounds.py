"""On which legal ground somebody is located, brought to hospital, admitted. Pure.

The system never orders a measure against a person. It asks for the ground, refuses without one,
and leaves diagnosis, admission and restraint to the hospital's doctors (精神卫生法 28–31, 40).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from smartunion.kernel.base.refusals import Refused

from . import refusals


class LocationBasis(StrEnum):
    """Why a person's whereabouts may be looked up without asking them first, or after asking."""

    EMERGENCY = "emergency"
    CONSENT = "consent"

    @property
    def words(self) -> str:
        """Return the ground as the request shows it, by article."""
        return {
            "emergency": "紧急情况下为保护本人生命健康所必需（个人信息保护法第13条第1款第4项）",
            "consent": "本人单独同意（个人信息保护法第13条第1款第1项、第29条）",
        }[self.value]


class Ground(StrEnum):
    """Why a person is brought to a hospital."""

    VOLUNTARY = "voluntary"
    SELF = "self"
    OTHERS = "others"

    @property
    def words(self) -> str:
        """Return the ground as the referral shows it, by article."""
        return {
            "voluntary": "本人自愿就诊、自愿住院（精神卫生法第30条第1款）",
            "self": "已有伤害自身的行为或危险（精神卫生法第28条第2款、第30条第2款第1项）",
            "others": "已有危害他人安全的行为或危险（精神卫生法第28条第2款、第30条第2款第2项）",
        }[self.value]


class Guardian(StrEnum):
    """What the guardian says to a stay in hospital (精神卫生法第31条)."""

    AGREED = "agreed"
    REFUSED = "refused"
    PENDING = "pending"
    NONE = "none"

    @property
    def words(self) -> str:
        """Return the answer in words."""
        return {
            "agreed": "监护人已同意",
            "refused": "监护人不同意",
            "pending": "正在联系监护人",
            "none": "本人自愿，不需监护人同意",
        }[self.value]


@dataclass(frozen=True)
class Legal:
    """What the law asks of a referral: ground, the person's own word, guardian, family notice."""

    number: str
    ground: str
    own_consent: bool
    guardian: str
    family_told_at: datetime | None
    family_untold: str = ""
    """Why the family is not told yet; empty once it is."""


def may_issue(legal: Legal) -> Refused | None:
    """Return why no referral may be written: no ground, or one that its own facts deny."""
    if legal.ground not in set(Ground):
        return refusals.NoGround(number=legal.number)
    if legal.ground == Ground.VOLUNTARY and not legal.own_consent:
        return refusals.NotVoluntary(number=legal.number)
    if legal.family_told_at is None and not legal.family_untold.strip():
        return refusals.FamilyUntold(number=legal.number)
    return None


def may_admit(legal: Legal) -> Refused | None:
    """Return why a person may not be taken in as an inpatient yet (T49).

    Voluntary: the person's own word. Danger to self: only with the guardian's consent (第31条).
    Danger to others: the hospital's diagnosis decides; the family is told in every case.
    """
    if no := may_issue(legal):
        return no
    if legal.family_told_at is None:
        return refusals.FamilyUntold(number=legal.number)
    if legal.ground == Ground.SELF and legal.guardian != Guardian.AGREED:
        answer = Guardian(legal.guardian).words if legal.guardian in set(Guardian) else "未填写"
        return refusals.NoGuardian(number=legal.number, answer=answer)
    return None
