"""What the rosters say no to."""

from smartunion.kernel.base.refusals import Refused


class NotEligible(Refused):
    """Somebody who holds none of the offices that fit the post."""

    code = "duty.not_eligible"
    text = "{name} 不能值{post}：要由{offices}值班"
    clause = "6"
    remedy = "请另选一人，或先任命岗位"


class OnDutyElsewhere(Refused):
    """A person cannot be at two posts at once."""

    code = "duty.on_duty_elsewhere"
    text = "{name} 在 {since:%-m月%-d日 %H:%M} 起已有{post}的班"
    clause = "6"
    remedy = "请另选一人，或先为那个班安排替班"


class AwayThen(Refused):
    """A person who is away takes no shift."""

    code = "duty.away_then"
    text = "{name} 在这段时间离岗，不能值班"
    clause = "6"
    remedy = "请另选一人，或改选时间"


class NoLength(Refused):
    """A stretch that ends before it begins, or is over."""

    code = "duty.no_length"
    text = "这段时间没有长度或已经过去：{since:%-m月%-d日 %H:%M} 至 {until:%-m月%-d日 %H:%M}"
    remedy = "请把结束时间改到开始时间和现在之后"
    status = 422


class NobodyInTurn(Refused):
    """A rotation without persons, or with one twice in a row of two lines."""

    code = "duty.nobody_in_turn"
    text = "轮班至少要有一人"
    clause = "6"
    remedy = "请按轮到的次序选人"
    status = 422


class RosterTaken(Refused):
    """Somebody else changed the same roster in the same moment."""

    code = "duty.roster_taken"
    text = "这段时间刚刚被别人排了班"
    remedy = "请刷新值班表后再试"


class NotYourShift(Refused):
    """Only who has a shift may give it away."""

    code = "duty.not_your_shift"
    text = "这不是您的班，或已经被换走、开始或过去"
    remedy = "请在“我的值班”里选一个将来的班"


class SwapOver(Refused):
    """A swap that was answered, or whose shift has begun."""

    code = "duty.swap_over"
    text = "这次换班已经有了结果，或要换的班已经开始"
    remedy = "请重新提出换班，或请值班管理员安排替班"


class HotlinePlaceholder(Refused):
    """The plan's 400xxxxxxx is no number."""

    code = "duty.hotline_placeholder"
    text = "“{number}”不是能打通的号码"
    clause = "6"
    remedy = "请填写校心理中心24小时热线的真实号码，只用数字"
    status = 422


class NoCheckOpen(Refused):
    """A test message that was answered already, or never sent."""

    code = "duty.no_check_open"
    text = "没有等您应答的号码核对"
    remedy = "号码已核对过，不需要再点"


class SwapWaiting(Refused):
    """A shift is offered to one person at a time."""

    code = "duty.swap_waiting"
    text = "这个班已经在等 {name} 答复"
    remedy = "先在“我的值班”里撤回，再请别人"


class SwapWithSelf(Refused):
    """One's own shift is given to somebody else."""

    code = "duty.swap_with_self"
    text = "不能和自己换班"
    remedy = "请选另一位能值这个岗的同事"
    status = 422


class PatternOver(Refused):
    """A rotation that was ended or replaced meanwhile."""

    code = "duty.pattern_over"
    text = "这个轮班已经停用，或刚刚被新的轮班代替"
    remedy = "刷新轮班页，看现在生效的轮班"
