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


class UnknownKind(Refused):
    """Nobody has declared this kind of record: it is neither sealed nor opened."""

    code = "private.unknown_kind"
    text = "没有登记过“{kind}”这种封存资料，不能封存也不能打开"
    clause = "个人信息保护法第51条"
    remedy = "请系统管理员先登记资料种类、用途和保存期"


class UnknownPurpose(Refused):
    """The kind of record does not name this purpose."""

    code = "private.unknown_purpose"
    text = "“{words}”不能为“{purpose}”打开"
    clause = "个人信息保护法第6条"
    remedy = "按登记的用途查阅；登记的用途见隐私说明"
    status = 403


class NotForYou(Refused):
    """The purpose is a registered one, but not this reader's."""

    code = "private.not_for_you"
    text = "为“{purpose}”打开“{words}”，{by}没有这项权限"
    clause = "个人信息保护法第51条"
    remedy = "由有权限的岗位办理；危及生命的紧急情况，按破窗程序查阅"
    status = 403
