"""How crisis says no: each refusal names its rule, the figures, and what to do now."""

from smartunion.kernel.base.refusals import Refused


class NotOnTheCase(Refused):
    """Need to know: who has no part in a case learns nothing of it."""

    code = "crisis.not_on_the_case"
    text = "你不在个案 {number} 的处置人员之列"
    clause = "6"
    remedy = "需要参与处置的，请值班领导把你加入值班表"
    status = 403


class NotForYou(Refused):
    """The matrix gives this field to another role, or not at this time."""

    code = "crisis.not_for_you"
    text = "{role}在{state}时看不到“{field}”"
    clause = "6"
    remedy = "处置确有需要的，由心理中心按用途查阅后告知"
    status = 403


class OwnCase(Refused):
    """Nobody acts in their own matter."""

    code = "crisis.own_case"
    text = "个案 {number} 与你本人有关，不能由你办理"
    clause = "6"
    remedy = "由副手接手；需要帮助请拨打校心理热线或 12356"
    status = 403


class CaseOver(Refused):
    """A finished case takes no more steps."""

    code = "crisis.case_over"
    text = "个案 {number} 已{state}，不能再{what}"
    clause = "6"
    remedy = "情况有变化的，请立即另开新的个案"


class NoGround(Refused):
    """Nobody is brought anywhere without a ground in law (T49)."""

    code = "crisis.no_ground"
    text = "个案 {number} 没有选定法定依据，不能开具转介单"
    clause = "6"
    remedy = "按现场情形选定：本人自愿、伤害自身的危险、危害他人安全的危险；都没有的，选现场安抚"
    status = 422


class NotVoluntary(Refused):
    """A stay of one's own will needs one's own word."""

    code = "crisis.not_voluntary"
    text = "个案 {number} 依据是本人自愿，但没有勾选本人同意"
    clause = "6"
    remedy = "请当面问清本人；本人不愿去又没有危险的，选现场安抚"
    status = 422


class FamilyUntold(Refused):
    """The family is told, or it is written down why not yet (R106)."""

    code = "crisis.family_untold"
    text = "个案 {number} 没有填写通知家属的时间，也没有写明为何尚未通知"
    clause = "3.2"
    remedy = "请先联系家属；联系不上的写明联系了谁、几点"
    status = 422


class NoGuardian(Refused):
    """Danger to oneself: no stay in hospital against the guardian's will (精神卫生法第31条)."""

    code = "crisis.no_guardian"
    text = "个案 {number} 的依据是伤害自身的危险，须经监护人同意才能住院，现在是：{answer}"
    clause = "6"
    remedy = "请联系监护人；监护人不同意的不能住院，由医院交代看护，个案转心理中心跟进"
    status = 422


class ReferredAlready(Refused):
    """One referral for a case."""

    code = "crisis.referred_already"
    text = "个案 {number} 已开具转介单（{at:%H:%M}）"
    clause = "6"
    remedy = "要更正的，由开单医生作废后重开；现在可以打印或登记送达"


class NotReferred(Refused):
    """What follows a referral needs one."""

    code = "crisis.not_referred"
    text = "个案 {number} 没有转介单，不能{what}"
    clause = "6"
    remedy = "请现场医生先决定转介并开具转介单"


class AdmittedAlready(Refused):
    """A person is admitted once for a referral."""

    code = "crisis.admitted_already"
    text = "个案 {number} 已登记入院（{at:%m-%d %H:%M}）"
    clause = "3.2"
    remedy = "请核对编号；出院后再入院的另开个案"


class SameTwo(Refused):
    """A location is asked for by one and released by another (T50)."""

    code = "crisis.same_two"
    text = "{by} 自己提出的定位申请不能由自己放行"
    clause = "6"
    remedy = "请保卫处指挥中心的另一位值守人员放行"
    status = 403


class NoReason(Refused):
    """A request for whereabouts says on what ground and why."""

    code = "crisis.no_reason"
    text = "定位申请缺少{missing}"
    clause = "6"
    remedy = "请选定法定依据、写明为何必须定位，并至少选一种方式"
    status = 422


class AskedAlready(Refused):
    """One request at a time."""

    code = "crisis.asked_already"
    text = "个案 {number} 的定位申请已在 {at:%H:%M:%S} 提出，现在是：{state}"
    clause = "6"
    remedy = "请等保卫处放行；已到期的可以重新申请"


class NotReleased(Refused):
    """Nothing is entered on a request that was not released, or no longer holds."""

    code = "crisis.not_released"
    text = "个案 {number} 的定位申请现在是：{state}，不能登记位置"
    clause = "6"
    remedy = "未放行的请保卫处放行；已失效的由联系人B重新申请"


class NotArrived(Refused):
    """A decision on the scene needs somebody on the scene."""

    code = "crisis.not_arrived"
    text = "个案 {number} 还没有医生到场，不能作现场决定"
    clause = "6"
    remedy = "到场后先点“已到场”；人已平安的，由联系人A或值班领导写明理由解除"


class DecidedAlready(Refused):
    """The decision stands; what changes later is another case."""

    code = "crisis.decided_already"
    text = "个案 {number} 的现场决定已作出：{decision}（{at:%H:%M}）"
    clause = "6"
    remedy = "情况又有变化的，请立即另开新的个案"


class VehicleAlready(Refused):
    """One vehicle of a kind for a case."""

    code = "crisis.vehicle_already"
    text = "个案 {number} 已派{kind}（{at:%H:%M}）"
    clause = "6"
    remedy = "请登记到达；车坏了的，改叫 120"


class NoVehicle(Refused):
    """Only what was sent can arrive."""

    code = "crisis.no_vehicle"
    text = "个案 {number} 没有派过{kind}"
    clause = "6"
    remedy = "请先登记派车或拨打 120"


class Unfunded(Refused):
    """No fund, no advance (T18)."""

    code = "crisis.unfunded"
    text = "计划年度没有给资金来源“{source}”安排金额，不能垫付"
    clause = "4.1"
    remedy = "请财务处长确认爱心基金利息后再付；家属急需的先由医院记账"


class AdvanceOutside(Refused):
    """An advance is at most the deposit of the plan."""

    code = "crisis.advance_outside"
    text = "垫付 {asked} 元不在 0—{most} 元之内"
    clause = "6"
    remedy = "超出的部分由家属或医院记账，或另走困难救助"
    status = 422


class FundShort(Refused):
    """The fund no longer has it."""

    code = "crisis.fund_short"
    text = (
        "{fund}全年 {whole} 元，已用 {used} 元，垫付未收回 {out} 元，余 {left} 元，"
        "不够垫 {asked} 元"
    )
    clause = "4.1"
    remedy = "请先催收到期的垫付，或请常委会调剂资金"


class AdvancedAlready(Refused):
    """One deposit for a case."""

    code = "crisis.advanced_already"
    text = "个案 {number} 已在 {at:%m-%d %H:%M} 垫付 {amount} 元"
    clause = "6"
    remedy = "每案垫付一次；请核对是否付重"


class NothingAdvanced(Refused):
    """What was not advanced cannot come back."""

    code = "crisis.nothing_advanced"
    text = "个案 {number} 还没有垫付"
    clause = "6"
    remedy = "请先由财务登记垫付"


class MoreThanAdvanced(Refused):
    """No more comes back than went out."""

    code = "crisis.more_than_advanced"
    text = "垫付还剩 {left} 元未结，登记的 {asked} 元不在 0—{left} 元之内"
    clause = "6"
    remedy = "请核对金额；多退的部分另行登记"
    status = 422


class NotSettled(Refused):
    """An advance is over when all of it came back or was charged."""

    code = "crisis.not_settled"
    text = "个案 {number} 的垫付还有 {left} 元未报销也未追回"
    clause = "6"
    remedy = "请登记医院退费、家属归还，或凭票报销"


class NotSteady(Refused):
    """After-care begins when the person is safe or handed over."""

    code = "crisis.not_steady"
    text = "个案 {number} 还在处置中，不能{what}"
    clause = "6"
    remedy = "请先完成现场处置或移交"


class NoDetail(Refused):
    """A stand-down says how it was confirmed, a loss of control what happened."""

    code = "crisis.no_detail"
    text = "个案 {number} 没有写明经过，不能登记"
    clause = "6"
    remedy = "写清与谁通话或见面、人在哪里、怎么确认的；内容会封存"
    status = 422


class OnlyDrill(Refused):
    """A drill comes to no harm and is held for nobody."""

    code = "crisis.only_drill"
    text = "{number} 是演练，不能登记失控，也不留存"
    clause = "6"
    remedy = "演练中发现的问题写进演练报告"


class HeldAlready(Refused):
    """One hold stands on a case at a time."""

    code = "crisis.held_already"
    text = "个案 {number} 已于 {at:%-m月%-d日 %H:%M} 登记留存（{ground}）"
    clause = "6"
    remedy = "先前的留存解除以后，才能另行登记"


class NotHeld(Refused):
    """There is no hold at this stage."""

    code = "crisis.not_held"
    text = "个案 {number} 的留存不在这一步，不能{what}"
    clause = "6"
    remedy = "刷新个案页，看留存现在到了哪一步"


class SameTwoHold(Refused):
    """Putting a hold and ending it take two (2.2)."""

    code = "crisis.same_two_hold"
    text = "{by} 自己提出的，不能由自己{what}"
    clause = "6"
    remedy = "请审计或心理中心的另一位办理"
    status = 403


class LookOver(Refused):
    """A release ends by itself (T50)."""

    code = "crisis.look_over"
    text = "个案 {number} 的定位授权没有放行或已经失效，位置资料不再打开"
    clause = "6"
    remedy = "仍须查找的，由联系人B重新申请，保卫处放行"
    status = 403


class TracesLeft(Refused):
    """A card's words could lead to somebody."""

    code = "crisis.traces_left"
    text = "案例卡里还有 {count} 处可能认出人来：{findings}"
    clause = "6"
    remedy = "改写成通用说法：不写人名、单位、日期、地点、号码"
    status = 422


class ReviewsMissing(Refused):
    """Two others have read a card before it is shown."""

    code = "crisis.reviews_missing"
    text = "案例卡要 {need} 位起草人以外的人审过，现有 {have} 位"
    clause = "6"
    remedy = "请另一位心理中心人员或健康守护委员会主任审阅"


class OwnCard(Refused):
    """Nobody releases or reviews what they have written."""

    code = "crisis.own_card"
    text = "自己起草的案例卡不能由自己审阅或放行"
    clause = "6"
    remedy = "请心理中心的另一位同事办理"
    status = 403


class CardEmbargoed(Refused):
    """A pattern of few cases waits."""

    code = "crisis.card_embargoed"
    text = (
        "同一模式只有 {cases} 件（须满 {need} 件），最近一件才过 {months} 个月（须满 {wait} 个月）"
    )
    clause = "6"
    remedy = "等同类个案够数或时间够长；急需培训的，用不涉及个案的通用教材"


class CardTooThin(Refused):
    """The k check over the whole library says no."""

    code = "crisis.card_too_thin"
    text = "放行后案例库里有 {count} 组组合不足 {need} 件，可能认出人来"
    clause = "6"
    remedy = "把触发类别改得更粗，或与别的案例卡合并"


class CardMixed(Refused):
    """One card is one pattern, of real cases that are over, each on one card only."""

    code = "crisis.card_mixed"
    text = "选中的个案不能合成一张卡：{why}"
    clause = "6"
    remedy = "只选已结案、处置结果和来源相同、还没有入卡的个案"
    status = 422


class CardState(Refused):
    """What was released or withdrawn is no draft."""

    code = "crisis.card_state"
    text = "案例卡现在是“{state}”，不能{what}"
    clause = "6"
    remedy = "要更正已放行的，先撤下再另行起草"
