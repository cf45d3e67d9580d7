"""Why a dispute does not go on: in words, with what to do."""

from smartunion.kernel.base.refusals import Refused


class NotStaff(Refused):
    """The committee mediates between the school and who works here."""

    code = "disputes.not_staff"
    text = "调解委员会办理教职工与本校的争议，你的账号不属于任何单位"
    clause = "1.2"
    remedy = "请人事处核对你的所属单位"
    status = 403


class KnownLater(Refused):
    """Limits count from a day that has been."""

    code = "disputes.known_later"
    text = "“知道权利被侵害的日子”是 {known}，晚于今天 {today}"
    clause = "1.2"
    remedy = "填你知道或者应当知道的那一天；时限从那天起算"
    status = 422


class Incomplete(Refused):
    """A claim says what happened and what is asked for."""

    code = "disputes.incomplete"
    text = "还缺：{missing}"
    clause = "1.2"
    remedy = "写明发生了什么、请求什么"
    status = 422


class FiledAlready(Refused):
    """One matter, one case."""

    code = "disputes.filed_already"
    text = "同一类争议 {number} 还在办理"
    clause = "1.2"
    remedy = "在那一件里补充；另有不同的争议请选对应的类别"


class OnPage(Refused):
    """The step's work is done on the dispute's own page only."""

    code = "disputes.on_page"
    text = "这一步在争议页上办理"
    clause = "1.2"
    remedy = "打开这件争议办理"


class StepNotOpen(Refused):
    """It is not this step's turn."""

    code = "disputes.step_not_open"
    text = "“{step}”现在不在办理"
    clause = "1.2"
    remedy = "刷新页面看办到哪一步"


class NotYours(Refused):
    """Only the parties to it and who has it in hand."""

    code = "disputes.not_yours"
    text = "{number} 不在你手里办理"
    clause = "1.2"
    remedy = "调解保密：申请人本人和在办的调解员才能打开；本单位的和本人的事回避"
    status = 403


class AgreementMissing(Refused):
    """What was agreed stands in writing (调解仲裁法 14)."""

    code = "disputes.agreement_missing"
    text = "达成协议的要写明协议内容"
    clause = "1.2"
    remedy = "写谁、在哪一天前、做什么；请申请人本人确认"
    status = 422


class MinutesMissing(Refused):
    """A talk that nobody wrote down has not been."""

    code = "disputes.minutes_missing"
    text = "没有写调解笔录"
    clause = "1.2"
    remedy = "写时间、参加的人、各说了什么；笔录封存"
    status = 422


class EventWrong(Refused):
    """What happens outside has an order, and happens once."""

    code = "disputes.event_wrong"
    text = "{what}不能填 {on}：{why}"
    clause = "1.2"
    remedy = "照文书上的日期填；填错了请找调解委员会更正"
    status = 422


class YearThere(Refused):
    """A baseline stands once two people have held it to the register."""

    code = "disputes.year_there"
    text = "{year} 年的登记数已由两人核对，不再改"
    clause = "1.2"
    remedy = "确有错误的，由主席会议决定后在计划里更正"


class SameHand(Refused):
    """Two people hold a figure that nothing computes."""

    code = "disputes.same_hand"
    text = "{year} 年的登记数是你填的，要由另一个人核对"
    clause = "1.2"
    remedy = "请另一位调解员照登记簿核对"
    status = 403
