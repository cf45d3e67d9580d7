"""What is sealed with a case, part by part, and which fields each part holds. Pure."""

from enum import StrEnum
from types import MappingProxyType

from .matrix import Field


class Part(StrEnum):
    """A sealed record of a case."""

    SUBJECT = "crisis.subject"
    CALL = "crisis.call"
    WHY = "crisis.location_ask"
    LOCATION = "crisis.location"
    SCENE = "crisis.scene"
    REFERRAL = "crisis.referral"
    FAMILY = "crisis.family"
    REPORT = "crisis.report"
    STANDDOWN = "crisis.standdown"
    HARM = "crisis.harm"


HOLDS = MappingProxyType({
    Field.NAME: (Part.SUBJECT, ("name",)),
    Field.PHONE: (Part.SUBJECT, ("phone",)),
    Field.PHOTO: (Part.LOCATION, ("photo",)),
    Field.LAST_PLACE: (Part.LOCATION, ("place", "seen")),
    Field.WHY: (Part.WHY, ("reason",)),
    Field.CALL: (Part.CALL, ("safe", "place", "note")),
    Field.SCENE: (Part.SCENE, ("risk", "findings")),
    Field.REFERRAL: (Part.REFERRAL, ("story", "risk")),
    Field.FAMILY: (Part.FAMILY, ("family", "relation", "family_phone")),
    Field.REPORT: (Part.REPORT, ("report",)),
    Field.STANDDOWN: (Part.STANDDOWN, ("how",)),
    Field.HARM: (Part.HARM, ("harm",)),
})  # fmt: skip
"""Field -> the part that holds it, and under which names."""

LABELS = MappingProxyType({
    "name": "姓名",
    "phone": "电话",
    "photo": "衣着与外貌",
    "place": "在哪里",
    "seen": "何时看到",
    "reason": "为何必须定位",
    "safe": "是否平安",
    "note": "通话情况",
    "risk": "风险等级",
    "findings": "现场所见",
    "story": "转介事由",
    "family": "家属",
    "relation": "关系",
    "family_phone": "家属电话",
    "report": "干预报告",
    "how": "怎么确认的",
    "harm": "失控经过",
})  # fmt: skip
"""What each name is called on a page."""

PART_WORDS = MappingProxyType({
    Part.SUBJECT: "联系资料",
    Part.CALL: "通话记录",
    Part.WHY: "定位理由",
    Part.LOCATION: "位置资料",
    Part.SCENE: "现场记录",
    Part.REFERRAL: "转介单内容",
    Part.FAMILY: "家属联系方式",
    Part.REPORT: "干预报告",
    Part.STANDDOWN: "解除说明",
    Part.HARM: "失控经过",
})  # fmt: skip
"""What each part is called in the journal and on the timeline."""
