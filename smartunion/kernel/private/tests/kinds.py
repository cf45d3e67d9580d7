"""Kinds of sealed records that tests seal."""

from datetime import date

from smartunion.kernel.private.define import BY_CASE, CLOCK, Purpose, RecordKind, Sort

INCOME = RecordKind(
    code="aid.income",
    words="家庭收入",
    sort=Sort.AID,
    keeps="aid",
    purposes={"核实收入": Purpose("核实收入", can=BY_CASE)},
)
ANSWERS = RecordKind(
    code="test.answers",
    words="测评答卷",
    sort=Sort.MIND,
    keeps="answers",
    purposes={
        "assess": Purpose("中心评估", can="test.assess"),
        "rescore": Purpose("复核计分", can=CLOCK),
    },
)
DRAFT = RecordKind(code="test.draft", words="测评草稿", sort=Sort.MIND, keeps="drafts")
PLACE = RecordKind(
    code="test.place",
    words="位置",
    sort=Sort.LOCATION,
    keeps="location",
    purposes={"find": Purpose("寻找", can=BY_CASE)},
    own=False,
)
REPORT = RecordKind(
    code="test.report",
    words="个案报告",
    sort=Sort.MIND,
    keeps="reports",
    purposes={"act": Purpose("处置", can=BY_CASE)},
    glass=False,
)
RECORDS = (INCOME, ANSWERS, DRAFT, PLACE, REPORT)


def no_terms(on: date) -> None:
    """Say that no plan year covers any day."""
