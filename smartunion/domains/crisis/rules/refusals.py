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
