"""The answers of "no" of this domain: each names its figures, its clause and what to do now."""

from smartunion.kernel.base.refusals import Refused


class NoTerms(Refused):
    """No adopted plan year covers the day."""

    code = "planning.no_terms"
    text = "{day} 没有已通过的年度计划，“{group}”没有约定可依"
    clause = "R001"
    remedy = "请工会办公室先导入并通过 {year} 年度计划"


class NoPlan(Refused):
    """There is no such plan year."""

    code = "planning.no_plan"
    text = "{year} 年度计划尚未导入"
    clause = "R001"
    remedy = "打开“导入年度计划”上传 Excel，或由上一年度结转"
    status = 404


class PlanMoved(Refused):
    """Between preview and writing the plan year has changed."""

    code = "planning.plan_moved"
    text = "预览之后 {year} 年度计划又改过，没有写入"
    clause = "R001"
    remedy = "请重新上传同一份文件，再看一遍会改哪些行"


class PreviewStale(Refused):
    """What the preview carried has gone stale or is not the house's own."""

    code = "planning.preview_stale"
    text = "预览放得太久，没有写入"
    clause = "R001"
    remedy = "请重新上传同一份文件"


class NothingLikeThat(Refused):
    """The plan has no row of this code."""

    code = "planning.nothing_like_that"
    text = "{year} 年度计划里没有 {what} {code}"
    remedy = "请从计划树重新打开"
    status = 404


class SumsDiffer(Refused):
    """Income and spending do not add up to the same total."""

    code = "planning.sums_differ"
    text = "收入合计 {income} 元，支出合计 {spending} 元，总额 {total} 元，三者必须相等，没有保存"
    clause = "4.1"
    remedy = "有增必有减：请在同一次修订里把差额 {difference} 元调平"


class LineOverdrawn(Refused):
    """A project's detail lines add up to more than the project has."""

    code = "planning.line_overdrawn"
    text = "{line} 的明细合计 {details} 元，超过该工程经费 {budget} 元，没有保存"
    clause = "4.1"
    remedy = "请减少明细，或先修订工程经费"


class FundingDiffers(Refused):
    """The matrix of who pays what does not add up on one side."""

    code = "planning.funding_differs"
    text = "{line} 为 {amount} 元，来源矩阵里合计 {funded} 元，没有保存"
    clause = "4.1"
    remedy = "请在同一次修订里调平经费来源"


class Stale(Refused):
    """Somebody has changed the plan since the form was opened."""

    code = "planning.stale"
    text = "您打开这一页之后，{year} 年度计划被别人改过，没有保存"
    clause = "R208"
    remedy = "请重新打开“修订预算”，看过现在的数再改"


class NotAdopted(Refused):
    """The plan year is still a draft."""

    code = "planning.not_adopted"
    text = "{year} 年度计划还是草案，尚未通过"
    clause = "R001"
    remedy = "请先通过年度计划"


class AlreadyAdopted(Refused):
    """An adopted plan changes by amendments only."""

    code = "planning.already_adopted"
    text = "{year} 年度计划已于 {day} 通过（第 {version} 版），与这份文件不同，不能整份覆盖"
    clause = "R210"
    remedy = "请在计划页面逐项修订并写明事由；修订会留下新版本"


class ReasonMissing(Refused):
    """An amendment without a reason."""

    code = "planning.reason_missing"
    text = "修订年度计划要写明事由"
    clause = "R210"
    remedy = "请写明依据，例如“常委会5月6日会议纪要”"


class RowsWrong(Refused):
    """An imported file has wrong rows; nothing was written."""

    code = "planning.rows_wrong"
    text = "文件有 {count} 处不对，一行都没有写入。第一处：{first}"
    remedy = "请按逐行提示改好后重新导入"
    status = 422


class StillToCome(Refused):
    """A milestone cannot be met tomorrow."""

    code = "planning.still_to_come"
    text = "完成日 {done_on} 在今天 {today} 之后，不能先记"
    clause = "1.2"
    remedy = "完成之后再来登记"


class EvidenceMissing(Refused):
    """A milestone is met by evidence, not by a click."""

    code = "planning.evidence_missing"
    text = "登记完成要写明凭据"
    clause = "2.2"
    remedy = "请写明合同号、验收单号、公示地址或会议纪要"


class AlreadyMet(Refused):
    """A milestone is met once."""

    code = "planning.already_met"
    text = "{code} 已于 {done_on} 由 {by} 登记完成"
    remedy = "如登记有误，请撤回原登记并写明事由"


class NotMet(Refused):
    """There is nothing to withdraw."""

    code = "planning.not_met"
    text = "{code} 没有完成登记，无可撤回"
    remedy = "刷新页面，看里程碑现在的登记"


class NotOwner(Refused):
    """Only the owner office of the sub-task records, or who may edit the plan."""

    code = "planning.not_owner"
    text = "{code} 由 {owners} 登记，您今天不在这些岗位上"
    clause = "2.2"
    remedy = "请责任岗位登记，或请工会办公室代为登记"
    status = 403


class DayPast(Refused):
    """The calendar of the past stands, because deadlines have been counted by it."""

    code = "planning.day_past"
    text = "{day} 已经过去，期限已按原校历计算，不能改"
    clause = "T30"
    remedy = "只能改今天以后的日子"


class YearPublished(Refused):
    """The state has published the year already; there is nothing to confirm."""

    code = "planning.year_published"
    text = "{year} 年放假安排国家已公布，不必确认"
    clause = "T30"
    remedy = "需要校定放假时，逐日修改并写明事由"


class PlaceholdersRemain(Refused):
    """Going live with blanks of the plan's text is refused."""

    code = "planning.placeholders_remain"
    text = "计划里还有 {count} 处空白没有填：{which}"
    clause = "第六章"
    remedy = "请在“缺口与空白”页逐处填好再正式启用"


class FundSourceMissing(Refused):
    """Money may not move before it is known whose it is (T06)."""

    code = "planning.fund_source_missing"
    text = "{line} 没有写明经费来源"
    clause = "4.1"
    remedy = "请先在预算页选定由哪一项收入列支"
