"""What is sealed of a case, as the house's registry of sealed records knows it. Pure."""

from smartunion.kernel.private.define import RecordKind, Sort

from .persons import PARTS, Sealed

LOG_WORDS = {
    Sealed.CIRCUMSTANCES: "救助申请的情况和材料",
    Sealed.ACCOUNT: "收款账号",
    Sealed.VERIFICATION: "分会核实意见",
    Sealed.VISIT: "入户调查报告",
    Sealed.LETTER: "不予救助告知书",
    Sealed.REVISIT: "回访记录",
}
"""What a part is called where the person concerned reads who has opened it."""

FILERS = frozenset({Sealed.CIRCUMSTANCES})
"""Parts that whoever filed for a colleague may read again."""

RECORDS = tuple(
    RecordKind(
        code=PARTS[part],
        words=words,
        sort=Sort.AID,
        keeps="aid",
        own_words=("aid.sealed", "aid.help") if part in FILERS else ("aid.sealed",),
    )
    for part, words in LOG_WORDS.items()
)
