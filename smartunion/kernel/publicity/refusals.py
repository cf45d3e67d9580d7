"""How publicity says no."""

from smartunion.kernel.base.refusals import Refused


class PostedAlready(Refused):
    code = "publicity.posted_already"
    text = "这件事已经公示过：{number}"
    remedy = "打开 {number} 查看；内容有误请用「更正」，公示期重新起算"


class NothingShown(Refused):
    code = "publicity.nothing_shown"
    text = "公示没有内容"
    remedy = "至少写一段正文，或列出一项公示内容"
    status = 422


class WindowOver(Refused):
    """An objection after the window's end: 00:00 of the next day is too late."""

    code = "publicity.window_over"
    text = "公示期已于 {closed} 结束，现在不能再提异议"
    clause = "5.1§7"
    remedy = "发现问题仍可向经审委反映，或走纪委渠道"
    status = 409


class TooMany(Refused):
    """A flood from nobody in particular; whoever signs in is heard."""

    code = "publicity.too_many"
    text = "这一小时内未登录提交的异议已有 {count} 条"
    clause = "5.1§7"
    remedy = "请登录后提交；登录的不受此限"
    status = 429


class NotOpen(Refused):
    code = "publicity.not_open"
    text = "{number} 已经结束（{state}），不能再{verb}"
    remedy = "打开 {number} 查看结果；需要时另发新的公示"


class NoFacts(Refused):
    code = "publicity.no_facts"
    text = "异议要写明事实和理由"
    clause = "5.1§7"
    remedy = "写清事实，至少一条可查的线索"
    status = 422


class NoName(Refused):
    code = "publicity.no_name"
    text = "异议要实名，并留下联系方式；对外不公开"
    clause = "5.1§7"
    remedy = "填写姓名和电话或邮箱；匿名线索请走纪委渠道"
    status = 422


class OwnMatter(Refused):
    """Whoever posted it, decided on it or objects does not judge the objection."""

    code = "publicity.own_matter"
    text = "{name}是{part}，不能{verb}这条异议"
    clause = "2.1"
    remedy = "请由没有经手这件事的人办理"
    status = 403


class Decided(Refused):
    code = "publicity.decided"
    text = "这条异议已由 {name} 裁定：{state}"
    remedy = "裁定不可撤回；对裁定不服请向经审委反映"


class NoWords(Refused):
    code = "publicity.no_words"
    text = "{verb}要写明理由，理由会公开"
    clause = "5.1§7"
    remedy = "写一两句事实和依据，不要写出异议人是谁"
    status = 422


class OffCampus(Refused):
    code = "publicity.off_campus"
    text = "公示只在校园网内公开，您现在的网络地址 {address} 不在校园网"
    clause = "5.1§7"
    remedy = "连上校园网或学校 VPN 再打开；登录后在校外也可以查看"
    status = 403
