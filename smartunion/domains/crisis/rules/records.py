"""What is sealed of a case, as the house's registry of sealed records knows it. Pure."""

from smartunion.kernel.private.define import BY_CASE, Purpose, RecordKind, Sort

SUBJECT = RecordKind(
    code="crisis.subject",
    words="关怀服务的联系资料",
    sort=Sort.MIND,
    keeps="reports",
    purposes={
        "call": Purpose("电话联系", can=BY_CASE),
        "find": Purpose("寻找", can=BY_CASE),
        "meet": Purpose("到场", can=BY_CASE),
        "transfer": Purpose("转送", can=BY_CASE),
        "care": Purpose("善后", can=BY_CASE),
    },
)
"""Whom the case is about and how to reach them; who is on the case, the matrix decides."""

RECORDS = (SUBJECT,)
