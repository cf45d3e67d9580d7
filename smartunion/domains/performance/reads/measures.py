"""The measures: for each indicator that is counted today, the query of rows behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from smartunion.domains.performance.rules.counting import Kind, Row, Tally, tally
from smartunion.domains.performance.rules.periods import Period


@dataclass(frozen=True)
class Column:
    """A column of the rows: its head, and what its cells are (text, fen, day, moment, number)."""

    title: str
    what: str = "text"


Rows = Callable[[Period, date], Sequence[Row]]


@dataclass(frozen=True)
class Measure:
    """How one indicator is counted.

    `rows` gives the rows of a period as of a day; whether its tally, too, can be had without
    them, `quick` says, and a test holds the two equal. `cumulative` figures grow until the
    indicator's cut-off day and are judged unmet only then; others close with their period.
    `mendable` is false where a miss can never be made good (a count that must stay at zero).
    `gate` answers why a period does not count at all, or nothing.
    """

    code: str
    version: int
    kind: Kind
    counted: str
    of: str
    noun: str
    columns: tuple[Column, ...]
    rows: Rows
    how: str
    source: str
    quick: Callable[[Period, date], Tally] | None = None
    gate: Callable[[Period, date], str] = lambda period, on: ""
    cumulative: bool = False
    mendable: bool = True
    personal: bool = False
    hit: tuple[str, str] = ("ok", "命中")
    miss: tuple[str, str] = ("na", "未命中")
    """How a row in the numerator, and one outside it, is shown: state and word."""
    terms: tuple[tuple[str, str, str], ...] = ()
    """Terms of the plan year that the count reads: group, key and the words shown beside them."""

    def tally(self, period: Period, on: date) -> Tally:
        """Return what the rows add up to."""
        if self.quick is not None:
            return self.quick(period, on)
        return tally(self.kind, self.rows(period, on))


MODULES: dict[str, str] = {
    "survey_response": "满意度调查",
    "ledger_entry": "绩效合同与经费归集",
    "wallet_txn": "福利商城",
    "labour_case": "劳动争议台账",
    "proposal": "教代会提案",
    "evaluation": "教代会评议",
    "election": "代表选举",
    "bulletin": "绩效公报",
    "subsidy_line": "补贴结算对账",
    "settlement": "补贴结算对账",
    "acceptance": "商户升级验收",
    "publication": "公示",
    "publicity": "公示",
    "meeting": "例会与决议",
    "milestone": "里程碑登记",
    "care_seat": "托育中心",
    "care_bill": "托育中心",
    "inspection": "卫健委抽检登记",
    "inspection_list": "活动踏勘",
    "case": "困难救助",
    "step_run": "办件流程",
    "callback": "第三方回访",
    "checkup_order": "体检 1+X",
    "questionnaire": "体检 1+X",
    "abnormal_case": "体检随访",
    "health_record": "健康档案",
    "alert": "心理预警",
    "incident": "突发事件",
    "camp_member": "成长赋能营",
    "outcome": "成长赋能营",
    "session": "成长赋能营",
    "voucher": "科研券",
    "course": "速训营",
    "audit_round": "双随机审查",
    "audit_finding": "双随机审查",
    "run_session": "悦动108",
    "run_fraud": "悦动108",
    "coupon": "悦动108",
    "event": "文体活动",
    "certificate": "持证上岗",
    "qa_session": "政策问答",
}
"""Which module delivers the rows of an indicator, by the first table of its evidence."""


def module_of(evidence: Sequence[str]) -> str:
    """Return the module whose records an indicator waits for."""
    return next((MODULES[table] for table in evidence if table in MODULES), "对应业务模块")
