"""When sealed data stay closed."""

from smartunion.kernel.base.refusals import Refused


class NothingSealed(Refused):
    """There is no such record, or it has been erased."""

    code = "private.nothing_sealed"
    text = "这里没有封存的资料，或者已经按规定销毁"
    remedy = "需要的话请当事人重新填写"
    status = 404


class NoPurpose(Refused):
    """Whoever opens sealed data says why."""

    code = "private.no_purpose"
    text = "查阅封存资料要写明用途"
    clause = "个人信息保护法第28条"
    remedy = "写一句为什么要看，当事人会看到这句话"
    status = 400


class SealBroken(Refused):
    """The record was changed, moved, or its key is not here: nothing of it is shown."""

    code = "private.seal_broken"
    text = "这份封存资料校验不过，没有显示任何内容"
    remedy = "请联系系统管理员运行核对（smartunion check）"
    status = 409


class NotConsented(Refused):
    """There is no consent in force to take back."""

    code = "private.not_consented"
    text = "没有生效的同意可以撤回"
    remedy = "可能已经撤回过，刷新页面看看"
    status = 404
