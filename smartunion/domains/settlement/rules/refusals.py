"""How settlement says no: which rule, which figure, what to do. Nothing is thrown away."""

from smartunion.kernel.base.refusals import Refused

ASK = "原件已留存；请银行更正后补发下一序号的文件"


class FileSignatureWrong(Refused):
    code = "settlement.file_signature_wrong"
    text = "{name} 的签名与银行公钥对不上，一行也没有采用"
    clause = "3.1-1①"
    remedy = "原件已留存；请向银行核实文件来源和公钥，再取补发的文件"
    status = 422


class FileMalformed(Refused):
    code = "settlement.file_malformed"
    text = "{name} 第 {line} 行不合格式：{what}；一行也没有采用"
    clause = "3.1-1"
    remedy = ASK
    status = 422


class AmountNotWholeFen(Refused):
    code = "settlement.amount_not_whole_fen"
    text = "{name} 第 {line} 行的金额是「{amount}」，须为整数分；一行也没有采用"
    clause = "3.1-1"
    remedy = ASK
    status = 422


class FileOfAnotherDay(Refused):
    code = "settlement.file_of_another_day"
    text = "要的是 {asked} 的文件，文件头写的是 {told}；一行也没有采用"
    clause = "3.1-1"
    remedy = ASK
    status = 422


class TrailerWrong(Refused):
    code = "settlement.trailer_wrong"
    text = "{name} 的文件尾与明细不符：{what}，文件尾写 {told}，明细算得 {counted}"
    clause = "3.1-1"
    remedy = ASK
    status = 422


class LineTwice(Refused):
    code = "settlement.line_twice"
    text = "{name} 第 {line} 行与前面一行是同一笔（{key}）；一行也没有采用"
    clause = "3.1-1"
    remedy = ASK
    status = 422


class MerchantUnknown(Refused):
    code = "settlement.merchant_unknown"
    text = "{name} 第 {line} 行的商户「{merchant}」不在名册；一行也没有采用"
    clause = "3.1-1②"
    remedy = "原件已留存；请核对商户名册，再请银行补发下一序号的文件"
    status = 422


class ResendNumberWrong(Refused):
    code = "settlement.resend_number_wrong"
    text = "{day} 已采用第 {last} 号文件，这一份是第 {number} 号；一行也没有采用"
    clause = "3.1-1"
    remedy = "补发的序号须大于已采用的；请向银行取更新的一份"


class StatementDoesNotAdd(Refused):
    code = "settlement.statement_does_not_add"
    text = "{day} 对公账户对账单不平：{what}，应为 {due_fen} 分，对账单写 {told_fen} 分"
    clause = "3.1-1①"
    remedy = "先请银行更正对账单；账户不平的日子不逐笔对账"
    status = 422


class NothingToReconcile(Refused):
    code = "settlement.nothing_to_reconcile"
    text = "{day} 还没有可用的银行对账文件"
    clause = "3.1-1"
    remedy = "等银行出文件后再对；当日结束之后才有当日的文件"


class CaseClosed(Refused):
    code = "settlement.case_closed"
    text = "这件差错已于 {at:%Y-%m-%d} 办结（{outcome}）"
    clause = "3.1-1"
    remedy = "请打开对账页看其他未办结的差错"


class ReasonMissing(Refused):
    code = "settlement.reason_missing"
    text = "没有写明查到了什么、依据哪张凭据"
    clause = "3.1-1"
    remedy = "请写明原因和凭据号再提交"
    status = 400


class OwnExplanation(Refused):
    code = "settlement.own_explanation"
    text = "差错的说明是你自己写的，不能由你自己核准"
    clause = "3.1-1"
    remedy = "请另一位财务人员核准"
    status = 403


class NotExplained(Refused):
    code = "settlement.not_explained"
    text = "这件差错还没有写明查明的情况，不能核准"
    clause = "3.1-1"
    remedy = "请经办人先写明查到了什么、依据哪张凭据"


class MoneyStillApart(Refused):
    code = "settlement.money_still_apart"
    text = "我方 {ours_fen} 分，银行 {bank_fen} 分，还差 {apart_fen} 分，不能只凭说明办结"
    clause = "3.1-1"
    remedy = "请银行查明并补发文件，再对一次；对平后自动办结"


class NotRecomputed(Refused):
    code = "settlement.not_recomputed"
    text = "这一步在月度结算页上办：先按银行文件全量重算，或先下付款指令"
    clause = "3.1-1⑤"
    remedy = "请打开“对账与结算”的月度结算页，按页上的按钮办"


class MonthNotFrozen(Refused):
    code = "settlement.month_not_frozen"
    text = "{month} 还没有定格，不能审议或付款"
    clause = "3.1-1⑤"
    remedy = "审议日（5日，遇休息日顺延）由后台月结并定格"


class StepNotOpen(Refused):
    code = "settlement.step_not_open"
    text = "{month} 的「{step}」现在不能办"
    clause = "3.1-1⑤"
    remedy = "请看事项页上现在轮到哪一步"


class ClawBackWrong(Refused):
    code = "settlement.claw_back_wrong"
    text = "扣回金额须为大于零的整数分，写的是 {amount_fen}"
    clause = "7.1"
    remedy = "请核对金额和凭据"
    status = 400


class ClawBackTooLarge(Refused):
    code = "settlement.claw_back_too_large"
    text = "要扣回 {asked} 元，已定格的结算单给这家商户的补贴只有 {granted} 元没有扣过"
    clause = "7.1③"
    remedy = "扣回以给过的补贴为限；保证金另由取消资格的决定没收"


class OwnCourse(Refused):
    code = "settlement.own_course"
    text = "这笔付款按预授权、记账两步走，由后台向银行查询后自己了结"
    clause = "3.1-1③"
    remedy = "请等后台查询银行后再对一次；逾期仍不明的请与银行核实"
