"""The broadcaster's answers of "no"."""

from smartunion.kernel.base.refusals import Refused


class NotSignedIn(Refused):
    code = "live.not_signed_in"
    text = "登录后才能接收实时更新"
    remedy = "请重新登录"
    status = 401


class Forbidden(Refused):
    code = "live.forbidden"
    text = "您的岗位不能接收“{topic}”的实时更新"
    remedy = "如工作需要，请向本单位负责人申请相应岗位"
    status = 403


class NoSuchTopic(Refused):
    code = "live.no_such_topic"
    text = "没有名为“{topic}”的实时主题"
    remedy = "请刷新页面"
    status = 404


class NotNow(Refused):
    code = "live.not_now"
    text = "数据库没有答复，实时更新暂时不能接入；页面内容可手动刷新"
    remedy = "稍后会自动重连"
    status = 503


class TooMany(Refused):
    code = "live.too_many"
    text = "实时连接已达 {limit} 个，本次没有接入；页面内容可手动刷新"
    remedy = "请稍后自动重连"
    status = 503
