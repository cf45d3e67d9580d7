"""How the ledger says no."""

from smartunion.kernel.base.refusals import Refused


class AccountUnknown(Refused):
    code = "ledger.account_unknown"
    text = "科目表里没有「{account}」"
    remedy = "请先在科目表登记"
    status = 400


class AmountNotPositive(Refused):
    code = "ledger.amount_not_positive"
    text = "分录金额须为大于零的整数分"
    remedy = "请核对金额；冲回请借贷互换"
    status = 400


class FundMissing(Refused):
    code = "ledger.fund_missing"
    text = "动用预算项{budget_code}须写明资金来源"
    clause = "3.1"
    remedy = "请填写资金来源"
    status = 400


class EncumbranceShort(Refused):
    code = "ledger.encumbrance_short"
    text = "凭据{document}的预留只剩{left_fen}分"
    remedy = "请先追加预留，或改小金额"
    status = 409
