"""Why the risk desk or a merchant's matter says no: in words, with the figure and what to do."""

from smartunion.kernel.base.refusals import Refused


class ReasonMissing(Refused):
    """A decision without a reason."""

    code = "merchants.reason_missing"
    text = "没有写理由"
    clause = "7.1③"
    remedy = "写一句理由，付款人和商户都会看到"
    status = 422


class OwnMatter(Refused):
    """Nobody decides their own matter."""

    code = "merchants.own_matter"
    text = "这件疑点涉及你本人或你所在的商户，不能由你认定"
    clause = "7.1③"
    remedy = "由另一位有权限的人认定"
    status = 403


class AlreadyDecided(Refused):
    """It has been decided."""

    code = "merchants.already_decided"
    text = "这件疑点已经认定为“{outcome}”"
    clause = "7.1③"
    remedy = "刷新页面看认定的理由；不服的由本人申诉"


class MonthNotOver(Refused):
    """The month still runs."""

    code = "merchants.month_not_over"
    text = "{month} 还没有结束，不能抽取回访样本"
    clause = "7.1③"
    remedy = "次月 1 日起再抽"


class NothingSold(Refused):
    """There is nothing to draw from."""

    code = "merchants.nothing_sold"
    text = "{month} 没有成交，没有可回访的交易"
    clause = "7.1③"
    remedy = "换一个月份"


class NoBlock(Refused):
    """Without a closed block there is no public seed."""

    code = "merchants.no_block"
    text = "账本还没有封存块，抽样没有公开种子"
    clause = "7.1③"
    remedy = "等后台把账本封存（约 5 秒一次），再抽"


class NotSampled(Refused):
    """A number that nobody was asked to call."""

    code = "merchants.not_sampled"
    text = "单号 {number} 不在回访样本里"
    clause = "7.1③"
    remedy = "按下载的名单填单号"
    status = 422


class ResultUnknown(Refused):
    """A result that is none of ours."""

    code = "merchants.result_unknown"
    text = "回访结果“{result}”不认识"
    clause = "7.1③"
    remedy = "填 属实、否认消费、承认套现、未接通 之一"
    status = 422


class AlreadyReported(Refused):
    """The call has another result already."""

    code = "merchants.already_reported"
    text = "单号 {number} 已报为“{result}”"
    clause = "7.1③"
    remedy = "报错了的，请写明情况交福利部更正"


class MomentWrong(Refused):
    """A call before the purchase or in the future."""

    code = "merchants.moment_wrong"
    text = "回访时间 {called} 早于这笔消费，或者在将来"
    clause = "7.1③"
    remedy = "改成实际通话的时间"
    status = 422


class SignatureWrong(Refused):
    """The message is not believed."""

    code = "merchants.signature_wrong"
    text = "签名、密钥号或时间不对；时间差不能超过 {seconds} 秒"
    clause = "7.1③"
    remedy = "按 docs/callback-api.md 重新签名，校准时钟"
    status = 401


class BodyWrong(Refused):
    """The message cannot be read."""

    code = "merchants.body_wrong"
    text = "报文读不了：{why}"
    clause = "7.1③"
    remedy = "按 docs/callback-api.md 改报文"
    status = 422


class OnShopPage(Refused):
    """The step has side effects that only the merchant's page brings about."""

    code = "merchants.on_shop_page"
    text = "这一步要在商户的办理页上办"
    clause = "7.1①"
    remedy = "从待办打开商户页，按页上的按钮办理"
    status = 422


class StepNotOpen(Refused):
    """The matter is not at that point."""

    code = "merchants.step_not_open"
    text = "“{step}”现在不在办理"
    clause = "7.1①"
    remedy = "刷新页面，看办到了哪一步"


class AlreadyUnderWay(Refused):
    """One matter of a kind at a time."""

    code = "merchants.already_under_way"
    text = "{merchant}已有正在办理的{matter}"
    clause = "7.1①"
    remedy = "先办完那一件"


class NotAccepted(Refused):
    """A terminal has not been tried."""

    code = "merchants.not_accepted"
    text = "还有终端没有验收：{missing}"
    clause = "3.1-1②"
    remedy = "逐台试收一笔、试退一笔，记下验收"


class NoTerminal(Refused):
    """Without a terminal there is nothing to accept."""

    code = "merchants.no_terminal"
    text = "{merchant}还没有登记终端"
    clause = "3.1-1②"
    remedy = "先在终端名册登记终端并发放密钥"


class NotTrading(Refused):
    """Only a merchant that was admitted leaves."""

    code = "merchants.not_trading"
    text = "{merchant}现在是“{state}”，不能办理退出"
    clause = "7.1③"
    remedy = "没有准入的商户在名册里停用即可"


class NoGround(Refused):
    """Nobody is disqualified without a finding."""

    code = "merchants.no_ground"
    text = "{merchant}没有认定的套现，不能取消资格"
    clause = "7.1③"
    remedy = "先在套现疑点里认定；商户自己要走的，办主动退出"


class ForfeitWrong(Refused):
    """A forfeit that the deposit does not hold, or that no finding carries."""

    code = "merchants.forfeit_wrong"
    text = "没收 {fen} 元不成立：在册保证金 {held} 元，{why}"
    clause = "7.1①"
    remedy = "主动退出的全额退还；取消资格的在保证金以内决定没收多少"
    status = 422


class NoSuchFinding(Refused):
    """A dispute about what is not the merchant's."""

    code = "merchants.no_such_finding"
    text = "本店没有这件认定"
    clause = "7.1③"
    remedy = "从本店的认定清单里选"
    status = 404


class AlreadyDisputed(Refused):
    """One dispute for a finding."""

    code = "merchants.already_disputed"
    text = "这件认定已经提过异议"
    clause = "7.1③"
    remedy = "等答复；有新材料交福利部"


class OwnDecision(Refused):
    """Who decided does not answer the dispute about it."""

    code = "merchants.own_decision"
    text = "这件异议是对你的认定提的，不能由你答复"
    clause = "7.1③"
    remedy = "由另一位有权限的人答复"
    status = 403


class AlreadyAnswered(Refused):
    """It has been answered."""

    code = "merchants.already_answered"
    text = "这件异议已经答复"
    clause = "7.1③"
    remedy = "刷新页面看答复"


class DayNotOver(Refused):
    """The day still runs."""

    code = "merchants.day_not_over"
    text = "{day} 还没有过完，不能公布热力图"
    clause = "3.1-1④"
    remedy = "次日自动公布"
