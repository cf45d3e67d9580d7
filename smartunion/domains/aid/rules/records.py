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

FIELDS = {
    "cause": "事由", "story": "情况说明", "family": "家庭", "address": "住址",
    "opinion": "核实意见", "seen": "看到的情况", "said": "本人说的", "money": "收支核对",
    "because": "理由", "number": "账号", "bank": "开户行",
}  # fmt: skip
"""What the fields of all parts are called, in the order in which they are shown."""

RECORDS = tuple(
    RecordKind(
        code=PARTS[part],
        words=words,
        sort=Sort.AID,
        keeps="aid",
        fields=FIELDS,
        own_words=("aid.sealed", "aid.help") if part in FILERS else ("aid.sealed",),
    )
    for part, words in LOG_WORDS.items()
)
