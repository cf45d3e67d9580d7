"""How procurement says no: the figure, the clause, the way on."""

from smartunion.kernel.base.refusals import Refused


class TooFewQuotes(Refused):
    code = "procurement.too_few_quotes"
    text = "有效报价只有 {there} 家，三方报价至少要 {least} 家，不能评审"
    clause = "2.2"
    remedy = "按“采购失败”结束本轮并重新公告；不得在两家里选优"


class TooLate(Refused):
    code = "procurement.too_late"
    text = "报价已于 {closed:%-m月%-d日 %H:%M:%S} 截止，现在是 {now:%-m月%-d日 %H:%M:%S}"
    clause = "2.2"
    remedy = "截止后一秒也不收；如本轮失败会重新公告"


class NotOpenYet(Refused):
    code = "procurement.not_open_yet"
    text = "报价到 {closes:%-m月%-d日 %H:%M} 才截止，之前谁也不能开标"
    clause = "2.2"
    remedy = "到时由两位持钥人当众开标"


class OverCeiling(Refused):
    code = "procurement.over_ceiling"
    text = "合计 {total} 元，超过最高限价 {ceiling} 元"
    clause = "2.2"
    remedy = "改到最高限价以内再密封"
    status = 422


class OpenedAlready(Refused):
    code = "procurement.opened_already"
    text = "{tender}已于 {at:%-m月%-d日 %H:%M} 开标"
    clause = "2.2"
    remedy = "刷新页面，看清标结果"


class KeyWrong(Refused):
    code = "procurement.key_wrong"
    text = "{holder}的开标口令不对"
    clause = "2.2"
    remedy = "请本人重新输入；口令忘了，由另外两位持钥人开标"
    status = 422


class KeysTooFew(Refused):
    code = "procurement.keys_too_few"
    text = "开标要 {needed} 位持钥人到场，现在只有 {there} 位"
    clause = "2.2"
    remedy = "请另一位持钥人到场输入口令"


class HoldersTooFew(Refused):
    code = "procurement.holders_too_few"
    text = "开标要有三位持钥人，现在只有 {there} 位设了口令"
    clause = "2.2"
    remedy = "请{missing}先设开标口令，再发公告"


class NotHolder(Refused):
    code = "procurement.not_holder"
    text = "{by}不是持钥人"
    clause = "2.2"
    remedy = "持钥人是福利保障委员会主任、采购中心、经审委主任"
    status = 403


class PassphraseShort(Refused):
    code = "procurement.passphrase_short"
    text = "开标口令至少 {least} 个字"
    remedy = "写一句只有你自己知道的话"
    status = 422


class LinksUndecided(Refused):
    code = "procurement.links_undecided"
    text = "{suppliers}有关联（{kinds}），开价之前评审小组要先定以哪一家计"
    clause = "2.2"
    remedy = "评审小组先就关联的几家作出决定，再开标"


class NotLinked(Refused):
    code = "procurement.not_linked"
    text = "{supplier}不在关联的几家里"
    clause = "2.2"
    remedy = "从关联的几家里选一家"
    status = 422


class Blacklisted(Refused):
    code = "procurement.blacklisted"
    text = "{supplier}在黑名单上，{until:%Y年%-m月%-d日}前不能参加采购"
    clause = "2.2"
    remedy = "期满后可再参加；对列入有异议，请向经审委提出"


class NotInvited(Refused):
    code = "procurement.not_invited"
    text = "{supplier}不在本次邀请的供应商里"
    clause = "2.2"
    remedy = "请联系福利保障委员会，或参加下一次公告"


class InvitedTooFew(Refused):
    code = "procurement.invited_too_few"
    text = "只邀请了 {there} 家供应商，至少要 {least} 家"
    clause = "2.2"
    remedy = "再邀请几家；供应商名册里没有的先登记"
    status = 422


class NoAccount(Refused):
    code = "procurement.no_account"
    text = "{by}没有绑定供应商，不能报价"
    clause = "2.2"
    remedy = "请采购中心在供应商名册里绑定你的账号"
    status = 403


class WindowTooShort(Refused):
    code = "procurement.window_too_short"
    text = "报价截止要在公告之后"
    clause = "2.2"
    remedy = "把截止时间改到公告之后"
    status = 422


class OwnMatter(Refused):
    code = "procurement.own_matter"
    text = "{by}与{what}有关，须回避"
    clause = "2.2"
    remedy = "由评审小组的其他成员决定"
    status = 403


class NotPanel(Refused):
    code = "procurement.not_panel"
    text = "{by}不是这次采购评审小组的成员"
    clause = "2.2"
    remedy = "由评审小组成员决定"
    status = 403


class PanelTooSmall(Refused):
    code = "procurement.panel_too_small"
    text = "评审小组只有 {there} 人，至少要 {least} 人，且不重复"
    clause = "2.2"
    remedy = "再请几位评审"
    status = 422


class OnHold(Refused):
    code = "procurement.on_hold"
    text = "清标有 {count} 处疑点（{codes}），要两位评审写明理由才能中选，现在有 {there} 位"
    clause = "2.2"
    remedy = "请评审小组另一位成员写明理由；疑点不会自动淘汰任何人"


class DecidedAlready(Refused):
    code = "procurement.decided_already"
    text = "{by}已经写过理由"
    clause = "2.2"
    remedy = "请评审小组另一位成员写"


class ReasonMissing(Refused):
    code = "procurement.reason_missing"
    text = "决定要写明理由"
    clause = "2.2"
    remedy = "写一句理由，留痕后公开"
    status = 422


class ExplanationPending(Refused):
    code = "procurement.explanation_pending"
    text = "{supplier}的报价低于下限，书面说明还没有作出决定（{until:%-m月%-d日 %H:%M} 截止）"
    clause = "2.2"
    remedy = "等说明期满或作出决定后再定中选人"


class NoSuchExplanation(Refused):
    code = "procurement.no_such_explanation"
    text = "{tender} 里没有这份低价说明"
    clause = "2.2"
    remedy = "刷新页面，看有哪些报价要说明"
    status = 404


class ExplanationClosed(Refused):
    code = "procurement.explanation_closed"
    text = "低价说明已于 {until:%-m月%-d日 %H:%M} 截止"
    clause = "2.2"
    remedy = "期满没有说明的，不再参加排序"


class NoCandidate(Refused):
    code = "procurement.no_candidate"
    text = "没有一家报价在区间内，不能确定中选人"
    clause = "2.2"
    remedy = "重新公告，或转竞争性谈判"


class NotCandidate(Refused):
    code = "procurement.not_candidate"
    text = "{supplier}不是清标得出的候选人"
    clause = "2.2"
    remedy = "中选人只能是区间内的最低价"


class WrongState(Refused):
    code = "procurement.wrong_state"
    text = "“{what}”现在是“{state}”，不能{do}"
    clause = "2.2"
    remedy = "刷新页面，看走到了哪一步"


class ExpertsMissing(Refused):
    code = "procurement.experts_missing"
    text = (
        "单一来源要 {experts} 位不同的专家出具意见、其中至少 {outside} 位校外，"
        "与供应商没有关联；现在有 {there} 位、校外 {there_outside} 位"
    )
    clause = "5.1§7"
    remedy = "补足专家意见再往下走"


class ExpertTwice(Refused):
    code = "procurement.expert_twice"
    text = "{expert}已经出具过意见，三位专家必须是不同的人"
    clause = "5.1§7"
    remedy = "请另一位专家论证"


class ExpertLinked(Refused):
    code = "procurement.expert_linked"
    text = "{expert}与供应商或采购单位有关联，不能作论证专家"
    clause = "5.1§7"
    remedy = "请没有关联的专家论证"


class NotAsked(Refused):
    code = "procurement.not_asked"
    text = "没有请{by}论证这件采购"
    clause = "5.1§7"
    remedy = "由福利保障委员会邀请的专家论证"
    status = 403


class BelowLimit(Refused):
    code = "procurement.below_limit"
    text = "{amount} 元不到 {limit} 元，不适用第7条的专家论证"
    clause = "5.1§7"
    remedy = "按比选办理，或在审议时说明单一来源的理由"


class Irreversible(Refused):
    code = "procurement.irreversible"
    text = "有效质疑已成立，本采购已转为竞争性谈判，不能回到单一来源"
    clause = "5.1§7"
    remedy = "按竞争性谈判继续办理"


class PanelWrong(Refused):
    code = "procurement.panel_wrong"
    text = (
        "谈判小组要 {least} 人以上的单数、专家不少于 {share}；现在 {members} 人、专家 {experts} 人"
    )
    clause = "5.1§7"
    remedy = "调整谈判小组成员"
    status = 422


class NoEmergency(Refused):
    code = "procurement.no_emergency"
    text = "“{cause}”不是应急采购的事由；第12条只有：{causes}"
    clause = "5.1§12"
    remedy = "按比选或单一来源办理"
    status = 422


class EmergencyBlocked(Refused):
    code = "procurement.emergency_blocked"
    text = "上一次应急采购 {number} 的手续到 {due:%-m月%-d日} 还没有补齐，不能再用应急采购"
    clause = "5.1§12"
    remedy = "先补齐手续；已报经审委"


class SignedAlready(Refused):
    code = "procurement.signed_already"
    text = "{by}已经在这次应急采购上签过字，三个人必须各签各的"
    clause = "5.1§12"
    remedy = "由三人小组的另一位成员签字"


class TrioOnly(Refused):
    code = "procurement.trio_only"
    text = "这一步要在三人小组页面由{office}本人签字"
    clause = "5.1§12"
    remedy = "打开应急审批页面签字"


class PriceDiffers(Refused):
    code = "procurement.price_differs"
    text = "合同价 {contract} 元与中选价 {award} 元不符"
    clause = "2.2"
    remedy = "按中选价签订；要改价就重新采购"
    status = 422


class NotAwarded(Refused):
    code = "procurement.not_awarded"
    text = "还没有中选人，不能签合同"
    clause = "2.2"
    remedy = "先完成清标和审议"


class PaidOnDeskOnly(Refused):
    code = "procurement.paid_on_desk_only"
    text = "付款要经总账列支 {price} 元，不能只填表"
    clause = "2.2"
    remedy = "在采购页面按“付款”"


class SignedOnDeskOnly(Refused):
    code = "procurement.signed_on_desk_only"
    text = "签合同要同时在预算里预留，不能只填表"
    clause = "2.2"
    remedy = "在采购页面按“签订合同”"


class AnnouncedOnDeskOnly(Refused):
    code = "procurement.announced_on_desk_only"
    text = "公告要先冻结清标参数，不能只填表"
    clause = "2.2"
    remedy = "在采购页面按“发公告”"


class NotAccepted(Refused):
    code = "procurement.not_accepted"
    text = "还没有两人验收合格，不能付款"
    clause = "2.2"
    remedy = "先验收"


class BudgetShort(Refused):
    code = "procurement.budget_short"
    text = "预算项 {line} 只剩 {left} 元，不够 {amount} 元"
    clause = "4.1"
    remedy = "调整预算，或减少采购数量"


class BudgetUnknown(Refused):
    code = "procurement.budget_unknown"
    text = "年度预算里没有 {line}"
    clause = "4.1"
    remedy = "从预算表里选一项"
    status = 422


class SealTampered(Refused):
    code = "procurement.seal_tampered"
    text = "{supplier}的密封件与截止前登记的哈希不符"
    clause = "2.2"
    remedy = "停止开标，报经审委"
