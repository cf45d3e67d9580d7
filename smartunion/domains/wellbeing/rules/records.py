"""What is sealed of wellbeing, as the house's registry of sealed records knows it. Pure."""

from smartunion.kernel.private.define import BY_CASE, CLOCK, Purpose, RecordKind, Sort

_ASSESS = {
    "assess": Purpose("专业评估", can="wellbeing.assess"),
    "rescore": Purpose("系统复核计分", can=CLOCK),
}

REREAD = "reread"
"""Whoever wrote a record reads it back, and who has the case in hand now reads what came before."""

_CARE = {**_ASSESS, REREAD: Purpose("查看自己写的或先前的记录", can=BY_CASE)}

DRAFT = RecordKind("wellbeing.draft", "问卷的草稿", Sort.MIND, "drafts", glass=False)
AVOID = RecordKind("wellbeing.avoid", "不希望来联系的人", Sort.MIND, "drafts", glass=False)
LINK = RecordKind("wellbeing.link", "问卷与关怀的对应", Sort.MIND, "answers", glass=False)
ANSWERS = RecordKind("wellbeing.answers", "问卷的作答", Sort.MIND, "answers", _ASSESS)
RESULT = RecordKind("wellbeing.result", "问卷的结果", Sort.MIND, "scores", _ASSESS, own=False)
WHOM = RecordKind(
    "wellbeing.whom",
    "关怀任务的对象",
    Sort.MIND,
    "reports",
    {
        "talk": Purpose("办理关心谈心", can=BY_CASE),
        "assessment": Purpose("办理专业评估", can=BY_CASE),
        "review": Purpose("办理红色前复核", can=BY_CASE),
        "contact": Purpose("办理当日联系", can=BY_CASE),
        "lapse": Purpose("到时限无人复核，转红色处置", can=CLOCK),
    },
)
TALK = RecordKind("wellbeing.talk", "谈心记录", Sort.MIND, "reports", _CARE)
ASSESSMENT = RecordKind("wellbeing.assessment", "评估记录", Sort.MIND, "reports", _CARE)
REVIEW = RecordKind("wellbeing.review", "红色前复核记录", Sort.MIND, "reports", _CARE)
CONTACT = RecordKind("wellbeing.contact", "当日联系记录", Sort.MIND, "reports", _CARE)

RECORDS = (DRAFT, AVOID, LINK, ANSWERS, RESULT, WHOM, TALK, ASSESSMENT, REVIEW, CONTACT)
OF_A_RESPONSE = (DRAFT, AVOID, LINK, ANSWERS, RESULT)
"""What is destroyed when the person takes their answers back."""
