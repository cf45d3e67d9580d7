"""What is sealed of a case, as the house's registry of sealed records knows it. Pure.

The words are read by the person concerned: none of them says red, danger or mind.
"""

from smartunion.kernel.private.define import BY_CASE, CLOCK, Purpose, RecordKind, Sort

from .parts import LABELS, Part

ACT, FILE = "act", "file"
"""The purposes: acting on a case (its matrix has just said yes), and the house's own filing."""

PURPOSES = {
    ACT: Purpose("处置", can=BY_CASE),
    FILE: Purpose("归入本人名下", can=CLOCK),
}

LOG_WORDS = {
    Part.SUBJECT: "关怀服务的联系资料",
    Part.CALL: "关怀服务的通话记录",
    Part.WHY: "查找申请的理由",
    Part.LOCATION: "查找时登记的位置",
    Part.SCENE: "现场关怀记录",
    Part.REFERRAL: "转诊资料",
    Part.FAMILY: "家属联系方式",
    Part.REPORT: "服务复盘报告",
    Part.STANDDOWN: "服务结束说明",
    Part.HARM: "服务中的意外说明",
}

WHEREABOUTS = frozenset({Part.WHY, Part.LOCATION})
"""Kept as location data are: the shortest of all."""

RECORDS = tuple(
    RecordKind(
        code=part.value,
        words=words,
        sort=Sort.LOCATION if part in WHEREABOUTS else Sort.MIND,
        keeps="location" if part in WHEREABOUTS else "reports",
        purposes=PURPOSES,
        fields={**LABELS, "basis": "来源依据"},
    )
    for part, words in LOG_WORDS.items()
)
