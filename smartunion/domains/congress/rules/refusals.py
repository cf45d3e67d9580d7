"""Why the congress says no: in words, with the figure and what to do."""

from smartunion.kernel.base.refusals import Refused


class FewNames(Refused):
    """The differential is not there (R155, T60)."""

    code = "congress.few_names"
    text = "应选 {seats} 人要 {need} 名候选人，现有 {names} 名：差额不足 {percent}%，不能开箱"
    clause = "3.4-1①"
    remedy = "补提 {missing} 名候选人，再定名单"


class NoQuorum(Refused):
    """Too few are present."""

    code = "congress.no_quorum"
    text = "应到 {entitled} 人，实到 {present} 人，不足三分之二（{need} 人），不能开箱"
    clause = "3.4-1①"
    remedy = "再等 {missing} 名代表签到，或改期开会"


class NotNow(Refused):
    """It is not the turn of this act."""

    code = "congress.not_now"
    text = "现在是“{state}”，不能{act}"
    clause = "3.4-1①"
    remedy = "按会场页上的次序办"


class MayNot(Refused):
    """Nobody acts in their own matter, and only who serves acts."""

    code = "congress.may_not"
    text = "{person}不能{act}：{why}"
    clause = "3.4-1①"
    remedy = "换一位既不是候选人、也不是其近亲属的代表"
    status = 403


class NeedsScrutineers(Refused):
    """Three hold the key."""

    code = "congress.needs_scrutineers"
    text = "要 {need} 名监票人，现有 {there} 名"
    clause = "3.4-1①"
    remedy = "从代表中另推监票人"


class NotDelegate(Refused):
    """Only delegates of this congress sit, vote and scrutinize."""

    code = "congress.not_delegate"
    text = "{person}今天不是{congress}的代表"
    clause = "3.4-1①"
    remedy = "请资格审查小组核对代表名册"
    status = 403


class NotPresent(Refused):
    """A slip is for who is there."""

    code = "congress.not_present"
    text = "{person}还没有签到，不能领票"
    clause = "3.4-1①"
    remedy = "先在会场签到"


class SlipTaken(Refused):
    """One slip for one delegate."""

    code = "congress.slip_taken"
    text = "{person}已经领过票，一人一票"
    clause = "3.4-1①"
    remedy = "票丢了的，由监票人当众作废后另议"


class NoSlipLeft(Refused):
    """The printed slips are all out."""

    code = "congress.no_slip_left"
    text = "印了 {printed} 张票，已全部发出"
    clause = "3.4-1①"
    remedy = "核对领票名单"


class SlipUnknown(Refused):
    """A credential that was never published."""

    code = "congress.slip_unknown"
    text = "这张票的票号不在开会前公布的名单里"
    clause = "3.4-1①"
    remedy = "请监票人核对纸票"
    status = 422


class SlipUsed(Refused):
    """A slip casts once."""

    code = "congress.slip_used"
    text = "这张票已经投过，追踪码 {code}"
    clause = "3.4-1①"
    remedy = "到公布的名单里找这个追踪码"


class BallotWrong(Refused):
    """A copied or altered ballot."""

    code = "congress.ballot_wrong"
    text = "这张选票的证明不成立：抄自别的票，或者被改动过"
    clause = "3.4-1①"
    remedy = "重新扫票上的二维码再投，或用纸票"
    status = 422


class NotOpen(Refused):
    """The box is not open."""

    code = "congress.not_open"
    text = "票箱没有打开：{state}"
    clause = "3.4-1①"
    remedy = "听主持人宣布开箱"


class KeyWrong(Refused):
    """A commitment, a share or an acceptance that does not hold."""

    code = "congress.key_wrong"
    text = "监票人 {number} 的{what}不成立，钥匙没有生成"
    clause = "3.4-1①"
    remedy = "在原来那台电脑上重做这一步"
    status = 422


class GivenTwice(Refused):
    """Each scrutineer acts once."""

    code = "congress.given_twice"
    text = "监票人 {number} 已经{act}过，不能再来一次"
    clause = "3.4-1①"
    remedy = "由另一位监票人来做"


class ShuffleWrong(Refused):
    """A shuffle that changed something."""

    code = "congress.shuffle_wrong"
    text = "洗牌的证明不成立：洗出的票不是洗进的票"
    clause = "3.4-1①"
    remedy = "这一次不算；由监票人重洗"
    status = 422


class PartWrong(Refused):
    """A part of the opening by another key."""

    code = "congress.part_wrong"
    text = "监票人 {number} 的开启不成立：不是用生成钥匙时的那一份"
    clause = "3.4-1①"
    remedy = "换回生成钥匙的电脑，或由另外两位开启"
    status = 422


class CountDiffers(Refused):
    """Slips out and slips left do not make the slips printed."""

    code = "congress.count_differs"
    text = "印 {printed} 张，发出 {issued} 张，应剩 {should} 张，点出 {counted} 张"
    clause = "3.4-1①"
    remedy = "当众重点一遍；仍不符的写入会议记录并重开票"


class NotMember(Refused):
    """Somebody of another unit."""

    code = "congress.not_member"
    text = "{person}不是{unit}的会员，不能作{congress}的代表"
    clause = "3.4-1①"
    remedy = "从本单位会员中产生"


class Sealed(Refused):
    """What was frozen stays."""

    code = "congress.sealed"
    text = "会议已经闭会，记录不再改动"
    clause = "3.4-1"
    remedy = "在下一次会议上更正"


class SumsForMotions(Refused):
    """Only yes and no of one text can be summed under the key."""

    code = "congress.sums_for_motions"
    text = "只开合计的办法只用于一件议案的表决：选举和评议要逐张唱票"
    clause = "3.4-1①"
    remedy = "类别选议案表决、只写一件议案，或改为逐张开启"


class TextMissing(Refused):
    """Something must be said."""

    code = "congress.text_missing"
    text = "没有写{what}"
    clause = "3.4-1"
    remedy = "写上再保存"
    status = 422
