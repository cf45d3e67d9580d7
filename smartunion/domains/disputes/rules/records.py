"""What is sealed of a dispute, as the house's registry of sealed records knows it. Pure."""

from enum import StrEnum

from smartunion.kernel.private.define import BY_CASE, CLOCK, Purpose, RecordKind, Sort


class Part(StrEnum):
    """The sealed parts of a dispute, by the kind of record that each is."""

    CLAIM = "disputes.claim"
    MINUTES = "disputes.minutes"
    AGREEMENT = "disputes.agreement"
    LETTER = "disputes.letter"

    @property
    def words(self) -> str:
        """Return what the part is called."""
        return LOG_WORDS[self]


LOG_WORDS = {
    Part.CLAIM: "调解申请的事由和请求",
    Part.MINUTES: "调解笔录",
    Part.AGREEMENT: "调解协议",
    Part.LETTER: "权利告知书",
}
FIELDS = {
    "story": "事由", "demand": "请求", "evidence": "证据", "minutes": "笔录",
    "agreement": "协议", "letter": "告知",
}  # fmt: skip
"""What the fields of all parts are called, in the order in which they are shown."""

MEDIATE, WRITE = "mediate", "write"
PURPOSES = {
    MEDIATE: Purpose("办理调解", can=BY_CASE),
    WRITE: Purpose("到时限写告知书", can=CLOCK),
}

RECORDS = tuple(
    RecordKind(
        code=part.value, words=words, sort=Sort.LABOUR, keeps="disputes", purposes=PURPOSES,
        fields=FIELDS, glass=False,
    )
    for part, words in LOG_WORDS.items()
)  # fmt: skip
"""No glass: a dispute of work is no emergency of life."""
