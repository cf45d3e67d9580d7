"""When sealed data stay closed."""

from smartunion.kernel.base.refusals import Refused


class NothingSealed(Refused):
    """There is no such record, or it has been erased."""

    code = "private.nothing_sealed"
    text = "这里没有封存的资料，或者已经按规定销毁"
    remedy = "需要的话请当事人重新填写"
    status = 404


class Held(Refused):
    """A hold stands on what the record is about: it is not erased, by nobody and for nothing."""

    code = "private.held"
    text = "这份封存资料正在依法留存，现在不能销毁"
    clause = "个人信息保护法第47条"
    remedy = "留存解除以后，到期的会自动销毁"


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


class NoGlass(Refused):
    """Nobody has broken the glass for this record, or its minutes are over."""

    code = "private.no_glass"
    text = "没有对这份资料的有效破窗，或者时间已过"
    clause = "个人信息保护法第13条"
    remedy = "情况仍然紧急的，重新破窗并写明事由"
    status = 403


class NotByGlass(Refused):
    """This kind of record opens for its own purposes only."""

    code = "private.not_by_glass"
    text = "“{words}”不能破窗查阅"
    clause = "个人信息保护法第28条"
    remedy = "由有权限的岗位按登记的用途查阅"
    status = 403


class ProveYourself(Refused):
    """The second factor was not proven, or too long ago."""

    code = "private.prove_yourself"
    text = "破窗前 {minutes} 分钟内要做一次第二步验证"
    clause = "个人信息保护法第51条"
    remedy = "用验证器或通行密钥验证后再提交"
    status = 403


class Unreviewed(Refused):
    """A glass that the same office broke is not reviewed yet: no further one."""

    code = "private.unreviewed"
    text = "{office}在 {at:%-m月%-d日} 的破窗已满 {days} 天没有复核，本岗位暂不能再破窗"
    clause = "个人信息保护法第54条"
    remedy = "请经审委主任先复核；紧急情况由其他有权岗位破窗"


class OwnGlass(Refused):
    """Nobody reviews their own, and nobody breaks a glass for their own record."""

    code = "private.own_glass"
    text = "{by}与这次破窗有关，不能办理"
    clause = "2.2"
    remedy = "由另一位复核人办理；本人的资料不用破窗即可查看"
    status = 403


class ReviewedAlready(Refused):
    """One review is final."""

    code = "private.reviewed_already"
    text = "这次破窗已于 {at:%-m月%-d日 %H:%M} 复核"
    remedy = "刷新页面看结论"


class ToldAlready(Refused):
    """The person knows already, or there is nobody to tell."""

    code = "private.told_already"
    text = "已经告知当事人，或者没有需要告知的人"
    remedy = "刷新页面看看"


class NotLater(Refused):
    """Telling is put off once at a time, by no more than the term."""

    code = "private.not_later"
    text = "延后告知一次最多 {days} 天，并要写明紧急情况为什么还没有消除"
    clause = "个人信息保护法第18条"
    remedy = "改一个日子；紧急情况已经消除的，现在就告知"


class NoTermsYet(Refused):
    """No adopted plan year says how long a glass stays broken."""

    code = "private.no_terms"
    text = "没有生效的计划年度约定“{key}”"
    remedy = "请常务副主席先通过年度计划"
