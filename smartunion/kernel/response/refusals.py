"""What the engine says no to."""

from smartunion.kernel.base.refusals import Refused


class NotAsked(Refused):
    """Somebody answers who was not asked in this run."""

    code = "response.not_asked"
    text = "您不在 {number} 的被通知人里"
    remedy = "请由被通知人应答；情况紧急请拨打保卫处指挥中心"
    status = 403


class LinkOfAnother(Refused):
    """A one-tap link in the hands of somebody who is signed in as another person."""

    code = "response.link_of_another"
    text = "这个链接是发给别人的，不能替人应答"
    remedy = "请用您自己收到的链接；没有收到时登录后从“通知”打开"
    status = 403


class NoSuchOutcome(Refused):
    """A step is answered with a word that it does not know."""

    code = "response.no_such_outcome"
    text = "“{step}”没有“{outcome}”这个结果"
    remedy = "请在页面上选一个按钮"
    status = 422


class NoteMissing(Refused):
    """An outcome that must be explained comes without a word."""

    code = "response.note_missing"
    text = "选“{outcome}”要写一句情况"
    remedy = "请写明地点或情况，例如楼栋和房号"
    status = 422


class ReasonMissing(Refused):
    """A run is ended by hand without a reason."""

    code = "response.reason_missing"
    text = "解除 {number} 要写明理由"
    remedy = "请写明依据，例如“已与本人通话，确认安全”"
    status = 422


class NotYours(Refused):
    """Somebody ends a run who may not."""

    code = "response.not_yours"
    text = "解除 {number} 要由{who}来做"
    remedy = "请联系他们，或写明情况请值班领导处理"
    status = 403


class OwnMatter(Refused):
    """Somebody acts in a run from which they were kept out."""

    code = "response.own_matter"
    text = "{number} 与您本人有关，按回避规则不能由您办理"
    remedy = "由候补或值班领导接手，您不需要做什么"
    status = 403


class TermMissing(Refused):
    """The plan has no number for a limit: nobody may guess in an emergency."""

    code = "response.term_missing"
    text = "本年度计划没有“{section}”的条款 {names}"
    remedy = "请先在年度计划的条款里补上，再启用“{title}”"


class Over(Refused):
    """Something is to begin in a run that has ended."""

    code = "response.over"
    text = "{number} 已于 {at:%m-%d %H:%M:%S} 结束"
    remedy = "请查看处置记录；情况又起变化时另行发起"


class DrillMixed(Refused):
    """A drill is to be held on a real matter, or the reverse."""

    code = "response.drill_mixed"
    text = "{number} 与它所关联的事项，演练标记不一致"
    remedy = "演练只能用演练对象，真实事项不能当作演练"


class CorrectionDone(Refused):
    """A number that has been put right already."""

    code = "response.correction_done"
    text = "这个号码已于 {at:%m-%d %H:%M} 改正"
    remedy = "请刷新后再看"


class RunOver(Refused):
    """It has ended: nobody is located any more."""

    code = "response.run_over"
    text = "{number} 已结束，不再定位"
    clause = "5.3"
    remedy = "不用再做什么；又有情况会另外叫您"
    status = 410


class NotLocated(Refused):
    """Whoever has nothing to do with a run is located by nobody."""

    code = "response.not_located"
    text = "{by} 没有被叫到 {number}，不定位"
    clause = "5.3"
    remedy = "被叫到的人才共享位置；要帮忙，请联系保卫处指挥中心"
    status = 403


class PositionConsentMissing(Refused):
    """Nobody is located without their own yes (PIPL 29)."""

    code = "response.position_consent_missing"
    text = "共享位置要先单独同意"
    clause = "5.3"
    remedy = "点同意后再共享；不同意的照常处置，用电话报告位置"
    status = 422


class NotAPlace(Refused):
    """No such point on earth."""

    code = "response.not_a_place"
    text = "经纬度 {latitude}，{longitude} 不是一个地点"
    clause = "5.3"
    remedy = "打开手机定位后再试"
    status = 422
