"""The statement of 7.2③: made from a template, told without anybody's name. Pure."""

import re
from collections.abc import Iterable
from datetime import datetime

from smartunion.kernel.base.days import CAMPUS

TEMPLATE = (
    "{at:%m月%d日%H时%M分}，托育中心{where}发生一起幼儿意外伤害。工作人员当即{care}，"
    "{escort}，监护人已获告知。当日录像已全部保全。学校工会两小时内召开家长说明会，"
    "二十四小时内邀请区教育局、卫健委联合调查，结论将在隐去个人信息后公布。"
    "请不要传播、猜测幼儿和家庭的信息。"
)
WHERES = ("室内活动区", "户外活动区", "午睡室", "盥洗室", "接送区")
CARES = ("停止活动并施救", "施救并联系校医院")
ESCORTS = ("已由校医院检查", "已送医院检查", "正在送医院检查")
CLASSES = re.compile("乳儿班|托小班|托大班|混合班|[一二三四甲乙丙丁]班")
NUMBERS = re.compile(r"\d{6,}")


def statement(at: datetime, *, where: str, care: str, escort: str) -> str:
    """Return the statement; each word of it is one of a few, so that nobody can be told by it."""
    assert where in WHERES
    assert care in CARES
    assert escort in ESCORTS
    return TEMPLATE.format(at=at.astimezone(CAMPUS), where=where, care=care, escort=escort)


def frame(at: datetime) -> str:
    """Return the words between what is chosen: whoever signs first sees what will be published."""
    return TEMPLATE.format(
        at=at.astimezone(CAMPUS), where="〔在哪里〕", care="〔当即〕", escort="〔送医〕"
    )


def leaks(text: str, names: Iterable[str]) -> list[str]:
    """Return what in a text tells of a person: names, classes, long numbers."""
    found = [name for name in names if len(name) > 1 and name in text]
    return [*found, *CLASSES.findall(text), *NUMBERS.findall(text)]
