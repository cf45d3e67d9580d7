"""What the notices say no to."""

from smartunion.kernel.base.refusals import Refused


class LinkForged(Refused):
    """The signature does not fit the link."""

    code = "notices.link_forged"
    text = "这个链接不完整或被改动过"
    remedy = "请从原消息重新点开，或登录后到“通知”里查看"
    status = 404


class LinkExpired(Refused):
    """A one-tap link after its end."""

    code = "notices.link_expired"
    text = "这个链接已过有效期"
    remedy = "请登录后到“通知”里办理"
    status = 410


class ReceiptForged(Refused):
    """A receipt whose signature is wrong or whose clock is off."""

    code = "notices.receipt_forged"
    text = "回执签名不正确或时间戳相差超过{seconds}秒"
    remedy = "请核对回执密钥与时钟后重发"
    status = 401


class ReceiptMalformed(Refused):
    """A receipt of another shape."""

    code = "notices.receipt_malformed"
    text = "回执格式不对：{why}"
    remedy = "请按接口文档的字段重发"
    status = 422


class UnknownMessage(Refused):
    """A receipt of a message that we never sent."""

    code = "notices.unknown_message"
    text = "没有这条消息：{name}"
    remedy = "请核对 out_id 或服务商编号"
    status = 404


class AddressTaken(Refused):
    """The address is another person's."""

    code = "notices.address_taken"
    text = "{address} 已登记为别人的{channel}"
    remedy = "请核对号码；确属本人的，请先更正对方的登记"


class AddressMalformed(Refused):
    """The address cannot be one of the channel."""

    code = "notices.address_malformed"
    text = "“{address}”不像{channel}号码"
    remedy = "手机号为11位数字；邮箱形如 name@campus.cn"
    status = 422


class WrongCode(Refused):
    """The code that was typed is not the one that was sent."""

    code = "notices.wrong_code"
    text = "校验码不正确或已过{minutes}分钟"
    remedy = "请重新获取校验码"
    status = 422


class TooManyCodes(Refused):
    """Codes are asked for or guessed too often."""

    code = "notices.too_many_codes"
    text = "{minutes}分钟内最多{times}次"
    remedy = "请{minutes}分钟后再试，或请通知管理员核对"
    status = 429


class NotLost(Refused):
    """A message that is not lost is not sent again by hand."""

    code = "notices.not_lost"
    text = "这条消息{state}，不需要重发"
    remedy = "只有未送达的消息可以核对号码后重发"
