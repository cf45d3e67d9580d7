"""Why aid is not given, not yet given, or not by this person: in words, with figures."""

from smartunion.kernel.base.refusals import Refused


class OutsideRange(Refused):
    """4,999 or 50,001 yuan: outside what the plan allows at all."""

    code = "aid.outside_range"
    text = "救助金额 {asked} 元不在 {least}—{most} 元之内"
    clause = "5.2"
    remedy = "按标准表填 {least} 元到 {most} 元之间的金额"
    status = 422


class OutsideBand(Refused):
    """The amount does not belong to the band that was proposed."""

    code = "aid.outside_band"
    text = "“{category}”{band}是 {least}—{most} 元，填的是 {asked} 元"
    clause = "5.2"
    remedy = "改金额，或改档次并在入户报告里写明理由"
    status = 422


class NoSuchBand(Refused):
    """The table has no such line."""

    code = "aid.no_such_band"
    text = "标准表里“{category}”没有“{band}”"
    clause = "5.2"
    remedy = "从标准表里选一档"
    status = 422


class OncePerCause(Refused):
    """The same person has had, or is having, aid for the very same cause."""

    code = "aid.once_per_cause"
    text = "同一事由只救助一次：{number} 已为这一事由申请（{state}）"
    clause = "5.2"
    remedy = "有新的困难时另选事由；对 {number} 的结果有疑问，请联系分工会复核"


class Incomplete(Refused):
    """Something is missing in the application."""

    code = "aid.incomplete"
    text = "申请还缺：{missing}"
    clause = "5.2"
    remedy = "补齐后再交；已经填的都在，不会丢"
    status = 422


class ConsentMissing(Refused):
    """Nobody applies behind a colleague's back."""

    code = "aid.consent_missing"
    text = "这是代{name}填的申请，还没有本人同意"
    clause = "5.2"
    remedy = "请{name}在手机上点同意；本人不能操作的，上传签了字的同意书"


class NotAMember(Refused):
    """Aid is for the union's members."""

    code = "aid.not_a_member"
    text = "{name}不是在册会员，不能申请救助"
    clause = "5.2"
    remedy = "先到分工会办理入会登记"
    status = 403


class NotYourColleague(Refused):
    """A branch officer helps members of the own branch."""

    code = "aid.not_your_colleague"
    text = "{name}不在你任职的分会，不能代为申请"
    clause = "5.2"
    remedy = "请{name}所在分会的主席或委员代填"
    status = 403


class NotADraft(Refused):
    """The application has been handed in."""

    code = "aid.not_a_draft"
    text = "{number} 已经交了，不能再改"
    clause = "5.2"
    remedy = "要补材料请在进度页补交；不想申请了可以撤回"


class SameVisitor(Refused):
    """Two must go, and two different ones."""

    code = "aid.same_visitor"
    text = "入户要两个不同的人，两栏填的都是{name}"
    clause = "5.2"
    remedy = "另选一位同行的人，由那位在自己的手机上再签"
    status = 422


class NoVisitor(Refused):
    """The one who is named did not go on behalf of the welfare department."""

    code = "aid.no_visitor"
    text = "{name}不是工会福利部的入户人员，或与本件有关"
    clause = "5.2"
    remedy = "从入户人员里选：{holders}"
    status = 422


class VisitDiffers(Refused):
    """The second visitor signs what the first has written, or says what is wrong."""

    code = "aid.visit_differs"
    text = "入户报告已由{name}写好，第二位只签字，不另写一份"
    clause = "5.2"
    remedy = "看过报告后签字；有不同意见，请{name}改后再签"


class PhotosMissing(Refused):
    """A visit without pictures did not happen."""

    code = "aid.photos_missing"
    text = "入户照片有 {have} 张，至少要 {least} 张"
    clause = "5.2"
    remedy = "补拍住处和谈话现场；不拍证件、药品和病历"
    status = 422


class FundShort(Refused):
    """The interest of the love fund has an end."""

    code = "aid.fund_short"
    text = "爱心基金利息全年 {fund} 元，已用和已定 {used} 元，只剩 {left} 元，不够 {asked} 元"
    clause = "4.1"
    remedy = "请常务副主席调整预算，或改按剩余金额票决"


class NotApproved(Refused):
    """No vote, no money."""

    code = "aid.not_approved"
    text = "{number} 没有票决通过的金额，不能放款"
    clause = "5.2"
    remedy = "先由常委会票决、公示期满"


class PaidAlready(Refused):
    """Paying twice is not possible."""

    code = "aid.paid_already"
    text = "{number} 已于 {at} 放款 {amount} 元"
    clause = "5.2"
    remedy = "同一事由只救助一次"


class NotPaid(Refused):
    """Nothing to reclaim."""

    code = "aid.not_paid"
    text = "{number} 没有放过款，没有可追回的钱"
    clause = "5.2"
    remedy = "未放款的件请退回或不予救助"


class ReclaimedAlready(Refused):
    """Money is reclaimed once."""

    code = "aid.reclaimed_already"
    text = "{number} 已于 {at} 决定追回"
    clause = "5.2"
    remedy = "到账后登记退回即可"


class MoreThanOwed(Refused):
    """More has come back than was reclaimed."""

    code = "aid.more_than_owed"
    text = "还应退回 {left} 元，登记的是 {asked} 元"
    clause = "5.2"
    remedy = "核对银行回单后再登记"
    status = 422


class OwnAid(Refused):
    """Nobody decides on their own aid, nor on what they filed for another."""

    code = "aid.own_matter"
    text = "{by}与 {number} 有关（{why}），不能办理"
    clause = "2.2"
    remedy = "由 B角或另一位有权限的人办理"
    status = 403


class SealStays(Refused):
    """The sealed part is for those who have the case in hand."""

    code = "aid.seal_stays"
    text = "{what}只有正在办理本件的人能看，{by}现在没有本件的步骤"
    clause = "5.2"
    remedy = "轮到你办理时再打开；需要统计请看不含个人信息的登记簿"
    status = 403


class PurposeMissing(Refused):
    """A reader of what is sealed says what for."""

    code = "aid.purpose_missing"
    text = "打开前要写明用途，至少 {least} 个字"
    clause = "5.2"
    remedy = "写清为办理哪一步而看；本人会看到谁在什么时候为什么看过"
    status = 422


class GiftTwice(Refused):
    """A gift of condolence or congratulation is given once for one event."""

    code = "aid.gift_twice"
    text = "{name}的“{kind}”已登记过（{on}）"
    clause = "5.2"
    remedy = "同一件事只慰问一次；另有其事请改日期"


class GiftTooLate(Refused):
    """Gifts belong near the event."""

    code = "aid.gift_too_late"
    text = "“{kind}”发生在 {on}，已超过 {days} 天"
    clause = "5.2"
    remedy = "超期的请先与福利部商量，写明理由另行报批"
    status = 422


class GiftInFuture(Refused):
    """A gift follows the event."""

    code = "aid.gift_in_future"
    text = "日期 {on} 还没有到"
    clause = "5.2"
    remedy = "事情发生以后再登记"
    status = 422
