"""Why a file is not taken or a version not published: in words, with what to do."""

from smartunion.kernel.base.refusals import Refused


class UnknownForm(Refused):
    """An ending that is none of those that are read."""

    code = "policy.unknown_form"
    text = "「{name}」不能导入：只读 docx、pdf、md、html、txt"
    clause = "3.6-2"
    remedy = "旧格式 .doc、.wps 请用文字软件另存为 .docx 再上传"
    status = 422


class Broken(Refused):
    """The content is not what the ending says, or cannot be read."""

    code = "policy.broken"
    text = "「{name}」打不开：内容损坏，或与后缀不符（{why}）"
    clause = "3.6-2"
    remedy = "在原来的软件里打开，另存一份再上传"
    status = 422


class Scanned(Refused):
    """A pdf of pictures: it has no text."""

    code = "policy.scanned"
    text = "「{name}」有 {pages} 页，只有 {characters} 个文字：是扫描件，没有可引用的原文"
    clause = "3.6-2"
    remedy = "向发文单位要文字版；只有纸件的，先做文字识别并逐条校对，再存为 docx 上传"
    status = 422


class Garbled(Refused):
    """Characters that no rule is written in."""

    code = "policy.garbled"
    text = "「{name}」是乱码：{share}% 的字不是常用字，例如「{sample}」"
    clause = "3.6-2"
    remedy = "用 UTF-8 或 GB18030 编码重新保存，打开看一眼再上传"
    status = 422


class TooLong(Refused):
    """More than a rule has."""

    code = "policy.too_long"
    text = "「{name}」有 {megabytes} MB，最多 {most} MB"
    clause = "3.6-2"
    remedy = "去掉图片，或分成几个文件"
    status = 413


class NothingInIt(Refused):
    """No piece that could be quoted."""

    code = "policy.nothing_in_it"
    text = "「{name}」里没有能引用的条文或段落"
    clause = "3.6-2"
    remedy = "确认文件里有正文"
    status = 422


class InForceTogether(Refused):
    """Two versions of one document on one day."""

    code = "policy.in_force_together"
    text = "《{title}》的{other}从 {since} 起施行，与这一版的施行期重叠"
    clause = "3.6-2"
    remedy = "改这一版的施行日：新版从施行日起自动接替旧版，不能早于旧版的施行日"


class OwnVersion(Refused):
    """Who imports does not publish."""

    code = "policy.own_version"
    text = "这一版是您导入的，要由另一个人复核"
    clause = "3.6-2"
    remedy = "请有复核权限的同事打开这一页"
    status = 403


class NotADraft(Refused):
    """It has been decided already."""

    code = "policy.not_a_draft"
    text = "《{title}》{label}已经{state}，不能再改"
    clause = "3.6-2"
    remedy = "要更正，导入新的一版"


class OwnProposal(Refused):
    """Who proposes does not decide."""

    code = "policy.own_proposal"
    text = "这一条是您提出的，要由另一个人复核"
    clause = "3.6-2"
    remedy = "请同事复核"
    status = 403


class Decided(Refused):
    """Somebody has decided it before."""

    code = "policy.decided"
    text = "这一条已经复核过：{state}"
    clause = "3.6-2"
    remedy = "要改，另提一条"


class SameText(Refused):
    """The file is there already, word for word."""

    code = "policy.same_text"
    text = "这个文件与《{title}》{label}逐字相同，已经导入过"
    clause = "3.6-2"
    remedy = "在登记簿里打开那一版"


class CaseThere(Refused):
    """Another case goes by this title."""

    code = "policy.case_there"
    text = "已经有叫“{title}”的案例，内容不同"
    clause = "3.6-2"
    remedy = "换一个案名再收录"


class NothingToReplace(Refused):
    """The document whose place is to be taken is not in the register, or is this one itself."""

    code = "policy.nothing_to_replace"
    text = "登记簿里没有可以取代的“{title}”"
    clause = "3.6-2"
    remedy = "照登记簿里的名称写；同一文件的新版不用写，发布后自动接替旧版"
    status = 422
