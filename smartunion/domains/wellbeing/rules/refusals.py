"""Why a questionnaire is not opened, not taken, not shown: in words, with figures."""

from smartunion.kernel.base.refusals import Refused


class AnswersMissing(Refused):
    """Not ninety answers: nothing is filled in for anybody, a draft is never scored."""

    code = "wellbeing.answers_missing"
    text = "要 {needed} 题全部作答，现有 {given} 题"
    clause = "3.2-2"
    remedy = "补齐没有作答的题；系统不替人补分"
    status = 422


class AnswerOutside(Refused):
    """0, 6, nothing, or something that is no whole number."""

    code = "wellbeing.answer_outside"
    text = "第 {item} 题的答案 {value} 不在 {least}—{most} 之内"
    clause = "3.2-2"
    remedy = "每题从 {least} 到 {most} 选一个整数"
    status = 422


class ScaleUndeclared(Refused):
    """T40: 0–4 and 1–5 are both in use; whoever sends must say which."""

    code = "wellbeing.scale_undeclared"
    text = "没有说明计分是 1–5 还是 0–4，不能评分"
    clause = "3.2-2"
    remedy = "写明 scale；0–4 的数据还要写明 conversion（plus_one：每题加 1）"
    status = 422


class ConversionMissing(Refused):
    """T40: 0–4 data come in only with a declared conversion."""

    code = "wellbeing.conversion_missing"
    text = "0–4 计分的数据没有声明换算方法"
    clause = "3.2-2"
    remedy = "写明 conversion=plus_one（每题加 1 成为 1–5），或直接送 1–5 的原始作答"
    status = 422


class NotInvited(Refused):
    """There is no such invitation for this person."""

    code = "wellbeing.not_invited"
    text = "没有找到给您的这份邀请"
    remedy = "从通知里的链接打开；需要有人说说话，随时拨打 {help}"
    status = 404


class WindowShut(Refused):
    """The campaign has not begun, or it is over."""

    code = "wellbeing.window_shut"
    text = "这次问卷的填写时间是 {opens} 至 {closes}，现在不在时间内"
    clause = "3.2-2"
    remedy = "下次会再邀请您；现在需要有人说说话，随时拨打 {help}"


class CapReached(Refused):
    """As many have begun today as officers can talk to."""

    code = "wellbeing.cap_reached"
    text = "今天的名额已满：每天最多 {cap} 人，这样每位同事都有人及时回应"
    clause = "3.2-2"
    remedy = "明天再来，邀请一直有效；现在需要有人说说话，随时拨打 {help}"


class NoConsent(Refused):
    """Nobody answers without having agreed to this very text."""

    code = "wellbeing.no_consent"
    text = "还没有您对这一版告知书的同意"
    clause = "个人信息保护法第29条"
    remedy = "先读告知书再决定；不同意没有任何影响"
    status = 403


class NothingBegun(Refused):
    """There is no draft to go on with."""

    code = "wellbeing.nothing_begun"
    text = "没有正在填写的问卷，或者草稿已满 {hours} 小时按规定销毁"
    clause = "3.2-2"
    remedy = "从头再填一次；需要有人说说话，随时拨打 {help}"


class GateShut(Refused):
    """Never screen without people on duty: the campaign stays shut."""

    code = "wellbeing.gate_shut"
    text = "还不能开放：{missing}"
    clause = "6"
    remedy = "{todo}。没有人接得住的时候不做测评"


class AlreadyOpen(Refused):
    """The campaign has begun or is over; what was promised to people stays."""

    code = "wellbeing.already_open"
    text = "这一期已经{state}，不能再{what}"
    remedy = "需要改动时另建一期"


class NotYourTask(Refused):
    """Somebody else has this talk or this assessment."""

    code = "wellbeing.not_your_task"
    text = "{number} 由别的同事办理"
    clause = "3.2-2"
    remedy = "需要换人时请联系心理中心负责人"
    status = 403


class OwnMatter(Refused):
    """Nobody cares for themselves by office."""

    code = "wellbeing.own_matter"
    text = "本人的事由别的同事办理"
    clause = "2.1"
    remedy = "已有别的同事会联系您；随时可以拨打 {help}"
    status = 403


class SignedAlready(Refused):
    """This very policy is signed."""

    code = "wellbeing.signed_already"
    text = "这一版规则已由 {by} 签发"
    remedy = "要改内容，先在计划条目里改提案"


class Conflicting(Refused):
    """The outside system sent other answers under the same number."""

    code = "wellbeing.conflicting"
    text = "编号 {key} 已收过不同的内容"
    clause = "6"
    remedy = "更正请用新的编号重新送；已经收下的不会被覆盖"


class PersonUnknown(Refused):
    """The outside system names somebody whom the house does not know."""

    code = "wellbeing.person_unknown"
    text = "没有工号或学号为 {username} 的人"
    clause = "6"
    remedy = "核对工号或学号；新到人员先在人员名册登记"
    status = 422


class RowWrong(Refused):
    """A row of an import cannot be read."""

    code = "wellbeing.row_wrong"
    text = "这一行不能收：{why}"
    clause = "6"
    remedy = "改好这一行再送；其他行不受影响"
    status = 422


class SignatureWrong(Refused):
    """Not signed with the key that we share, or too old."""

    code = "wellbeing.signature_wrong"
    text = "签名不对，或时间与本系统相差超过 {seconds} 秒"
    clause = "6"
    remedy = "核对接入编号、密钥和服务器时间"
    status = 401


class BodyWrong(Refused):
    """The whole message cannot be read."""

    code = "wellbeing.body_wrong"
    text = "正文不能收：{why}"
    clause = "6"
    remedy = "按接口说明组织正文"
    status = 400


class TextWrong(Refused):
    """The licensed file is not the one that its hash names, or is incomplete."""

    code = "wellbeing.text_wrong"
    text = "题目文件不能用：{why}"
    clause = "3.2-2"
    remedy = "请系统管理员核对 WELLBEING_ITEMS 和它的 SHA-256"


class PolicyChanged(Refused):
    """What is signed must be what was read."""

    code = "wellbeing.policy_changed"
    text = "规则提案已经变动，或没有生效的签发"
    clause = "3.2-2"
    remedy = "刷新页面，看过现在的内容再决定"


class HeadOnly(Refused):
    """The floor is a clinical decision."""

    code = "wellbeing.head_only"
    text = "只有心理中心负责人（{heads}）能签发这项规则"
    clause = "3.2-2"
    remedy = "请负责人登录后签发"
    status = 403


class NothingWithdrawn(Refused):
    """There is no response of one's own to take back."""

    code = "wellbeing.nothing_withdrawn"
    text = "没有可以撤回的作答"
    remedy = "可能已经撤回过，刷新页面看看"
    status = 404


class OutcomeWrong(Refused):
    """A talk does not end in what only the centre may decide."""

    code = "wellbeing.outcome_wrong"
    text = "“{outcome}”不是这一步可以得出的结果"
    clause = "3.2-2"
    remedy = "谈心可以结束、转心理中心或报告危险；就医建议由心理中心提出"
    status = 422


class MomentWrong(Refused):
    """A talk that has not been held yet cannot be recorded."""

    code = "wellbeing.moment_wrong"
    text = "谈的时间 {met} 不在任务产生之后、现在之前"
    clause = "3.2-2"
    remedy = "填真正见面或通话的时间"
    status = 422


class AvoidTooMany(Refused):
    """Somebody has to be left who can come."""

    code = "wellbeing.avoid_too_many"
    text = "最多可以指定 {most} 人不来联系您，选了 {given} 人"
    remedy = "只选最不合适的几位"
    status = 422
