"""Who may: who keeps out of a case, who may read what is sealed. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from smartunion.kernel.base.refusals import Refused

from . import refusals

LEAST_PURPOSE = 4


class Sealed(StrEnum):
    """What is sealed of a case, each part under its own seal."""

    CIRCUMSTANCES = "circumstances"
    ACCOUNT = "account"
    VERIFICATION = "verification"
    VISIT = "visit"
    LETTER = "letter"
    REVISIT = "revisit"

    @property
    def words(self) -> str:
        """Return the part in words."""
        return WORDS[self]


WORDS = {
    Sealed.CIRCUMSTANCES: "病情、家庭情况和证明材料",
    Sealed.ACCOUNT: "收款账号",
    Sealed.VERIFICATION: "核实意见",
    Sealed.VISIT: "入户报告和照片",
    Sealed.LETTER: "不予救助的理由",
    Sealed.REVISIT: "回访记录",
}

PARTS = {part: f"aid.{part.value}" for part in Sealed}
"""The kind under which kernel/private keeps a part."""

_WELFARE = frozenset({"visit", "vote", "revisit", "reject"})

READERS: dict[Sealed, frozenset[str]] = {
    Sealed.CIRCUMSTANCES: _WELFARE | {"accept", "verify", "agenda"},
    Sealed.VERIFICATION: _WELFARE | {"verify"},
    Sealed.VISIT: _WELFARE,
    Sealed.LETTER: frozenset({"reject"}),
    Sealed.REVISIT: frozenset({"revisit"}),
    Sealed.ACCOUNT: frozenset({"pay"}),
}
"""In whose steps' hands a part may be opened; finance never sees the illness."""


@dataclass(frozen=True)
class Involved:
    """Who has to do with a case: whose it is, who filed it, who else keeps out."""

    number: str
    beneficiary_id: int
    filed_by_id: int | None = None
    kept_out: tuple[int, ...] = ()

    def why(self, person_id: int) -> str:
        """Return why the person is no stranger to the case; empty for a stranger."""
        if person_id == self.beneficiary_id:
            return "本人的救助"
        if person_id == self.filed_by_id:
            return "代为申请"
        return "已登记回避" if person_id in self.kept_out else ""


def may_handle(involved: Involved, person_id: int, name: str) -> Refused | None:
    """Return the refusal of handling one's own matter, one's own filing, or a kin's (2.2)."""
    if why := involved.why(person_id):
        return refusals.OwnAid(by=name, number=involved.number, why=why)
    return None


def may_read(
    part: Sealed, involved: Involved, person_id: int, name: str, steps_in_hand: Collection[str]
) -> Refused | None:
    """Return the refusal of opening a sealed part; the person helped may always read their own."""
    if person_id == involved.beneficiary_id:
        return None
    if part is Sealed.CIRCUMSTANCES and person_id == involved.filed_by_id:
        return None  # who wrote it knows it; still every reading is logged
    if no := may_handle(involved, person_id, name):
        return no
    if READERS[part].isdisjoint(steps_in_hand):
        return refusals.SealStays(what=part.words, by=name)
    return None


def said_purpose(purpose: str) -> Refused | None:
    """Return the refusal of a reading that says nothing of its purpose."""
    if len(purpose.strip()) < LEAST_PURPOSE:
        return refusals.PurposeMissing(least=LEAST_PURPOSE)
    return None
