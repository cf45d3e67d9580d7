"""Why a survey does not go on: in words, with what to do."""

from smartunion.kernel.base.refusals import Refused


class NobodyInvited(Refused):
    """A survey needs people."""

    code = "surveys.nobody_invited"
    text = "调查对象只有 {count} 人，少于 {least} 人不开：答卷会认得出人"
    clause = "1.2"
    remedy = "换一个范围更大的对象"
    status = 422


class UnknownParents(Refused):
    """A roster with a wrong number would ask somebody else."""

    code = "surveys.unknown_parents"
    text = "名单里有 {count} 个工号不对：{numbers}"
    clause = "4.2③"
    remedy = "照托育中心的在册名单核对工号，改好再发"
    status = 422


class AudienceWrong(Refused):
    """An indicator is about somebody: their answers count, nobody else's."""

    code = "surveys.audience_wrong"
    text = "{indicator} 只能问{audience}"
    clause = "1.2"
    remedy = "换成对应的对象，或者选“不对应指标”"
    status = 422


class NotInvited(Refused):
    """Only the frozen sample draws a slip."""

    code = "surveys.not_invited"
    text = "这次调查没有邀请你，或者名单已经销毁"
    clause = "1.2"
    remedy = "名单在发出前冻结，发出后不加人"
    status = 403


class DrawnAlready(Refused):
    """One person, one slip: nobody knows which, so there is no second."""

    code = "surveys.drawn_already"
    text = "你已经领过答题码；谁领了哪个码没有记录，不能补发"
    clause = "1.2"
    remedy = "用领到的答题码答题"


class Closed(Refused):
    """It is over."""

    code = "surveys.closed"
    text = "调查已经结束"
    clause = "1.2"
    remedy = "看结果"


class CodeWrong(Refused):
    """No such slip, or one that was used."""

    code = "surveys.code_wrong"
    text = "答题码不对，或者已经用过"
    clause = "1.2"
    remedy = "核对 32 位答题码；每个码只能用一次"
    status = 422
