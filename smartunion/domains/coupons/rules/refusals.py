"""Why a coupon is not issued or not taken: in words, with the figure and what to do."""

from smartunion.kernel.base.refusals import Refused


class NotForOneself(Refused):
    """Nobody issues a coupon to themself, nor takes their own."""

    code = "coupons.not_for_oneself"
    text = "不能给自己发券、核销自己的券"
    clause = "3.4-2"
    remedy = "请另一位经办人办理"
    status = 403


class HolderUnknown(Refused):
    """No such member of staff."""

    code = "coupons.holder_unknown"
    text = "没有工号为“{username}”的在册教职工"
    clause = "3.5-1②"
    remedy = "核对工号后再发"
    status = 422


class TooMany(Refused):
    """The plan has no more of them."""

    code = "coupons.too_many"
    text = "{kind}全年最多 {most} 张{each}，已经发了 {issued} 张"
    clause = "3.5-1②"
    remedy = "核对名单；名额由年度约定规定，改约定须常委会审议"


class FundWrong(Refused):
    """Union dues must not pay for a research coupon (T70)."""

    code = "coupons.fund_wrong"
    text = "科研券不能由“{fund}”列支"
    clause = "3.3-1"
    remedy = "请财务处核定这条预算的资金来源"


class BudgetShort(Refused):
    """The budget line has less left."""

    code = "coupons.budget_short"
    text = "{line}只剩 {left} 元，发这张券要 {needed} 元"
    clause = "4.1"
    remedy = "先按程序调整预算"


class DocumentUsed(Refused):
    """The same document issued something else."""

    code = "coupons.document_used"
    text = "凭据“{document}”已经发过另一张券"
    clause = "4.1"
    remedy = "一份凭据发一张券，核对凭据号"


class CodeWrong(Refused):
    """The code is none of ours, or too old."""

    code = "coupons.code_wrong"
    text = "这个券码无效或已过 {seconds} 秒"
    clause = "3.5-1②"
    remedy = "请持有人打开「我的券」，扫当前的码"
    status = 422


class CodeUsed(Refused):
    """The code was used for something else."""

    code = "coupons.code_used"
    text = "这个券码已经核销过 {yuan} 元"
    clause = "3.5-1②"
    remedy = "还要用请持有人换一个码"


class NotHere(Refused):
    """The shop is no venue where this coupon is taken."""

    code = "coupons.not_here"
    text = "{kind}不能在{shop}使用"
    clause = "3.5-1②"
    remedy = "体育消费券抵校内场馆（{venues}类商户）的费用"


class NotInFinance(Refused):
    """Finance takes research coupons only, and for their uses only."""

    code = "coupons.not_in_finance"
    text = "{kind}不能在财务处核销为“{item}”"
    clause = "3.3-1"
    remedy = "科研券用于：{items}"
    status = 422


class Over(Refused):
    """The coupon has expired."""

    code = "coupons.over"
    text = "这张券 {day} 到期，已不能使用"
    clause = "3.5-1②"
    remedy = "过期的余额已收回预算"


class TooMuch(Refused):
    """Less is left on the coupon."""

    code = "coupons.too_much"
    text = "这张券还剩 {left} 元，不够核销 {asked} 元"
    clause = "3.5-1②"
    remedy = "改为不超过余额，差额由持有人另付"


class InvoiceUsed(Refused):
    """The invoice was redeemed already."""

    code = "coupons.invoice_used"
    text = "发票“{invoice}”已经核销过"
    clause = "3.3-1"
    remedy = "核对发票号；一张发票只核销一次"


class NothingToPay(Refused):
    """The venue is owed nothing."""

    code = "coupons.nothing_to_pay"
    text = "{shop}没有待结算的券"
    clause = "3.5-1②"
    remedy = "刷新页面看待结算清单"


class ReasonMissing(Refused):
    """Undoing without a reason."""

    code = "coupons.reason_missing"
    text = "没有写理由"
    clause = "3.5-1②"
    remedy = "写一句哪里收错了，持有人看得到"
    status = 422


class AlreadyUndone(Refused):
    """It was taken back."""

    code = "coupons.already_undone"
    text = "这笔 {yuan} 元的核销已经撤销"
    clause = "3.5-1②"
    remedy = "请持有人换一个新码，重新收券"


class UndoneByHerself(Refused):
    """Who redeemed does not undo."""

    code = "coupons.own_redemption"
    text = "这笔核销是你办的，不能由你撤销"
    clause = "3.5-1②"
    remedy = "请另一位有权限的人当天撤销"
    status = 403


class TooLateToUndo(Refused):
    """The day is over, or the venue has its money."""

    code = "coupons.too_late_to_undo"
    text = "{day}的核销{why}，不能撤销"
    clause = "3.5-1②"
    remedy = "当天没结算的才能撤销；之后写明情况交财务处调账"


class SlipUsed(Refused):
    """The bank's slip paid something else."""

    code = "coupons.slip_used"
    text = "回单“{slip}”已经登记过"
    clause = "4.1"
    remedy = "核对回单号"
