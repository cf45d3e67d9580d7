"""What a question is before it is searched: a cry for help, a named article, a known gap. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence

from . import tokens
from .numerals import NUMERAL, value

CRISIS = (
    "自杀", "不想活", "想死", "轻生", "活不下去", "结束生命", "结束自己", "割腕", "跳楼", "自残",
    "自伤",
    "没有活下去", "不如死", "寻短见", "想不开", "遗书", "一了百了", "了结自己", "伤害自己",
    "活着没意思",
    "活着没有意义", "安眠药自", "想从楼上",
)  # fmt: skip
ABOUT_OTHERS = re.compile(r"(?:防|预防|干预|制度|流程|规定|值守|培训|第.{1,5}条)")
_REFERENCE = re.compile(
    rf"《?([\u4e00-\u9fff（）()·]{{2,40}}?)》?\s*(?:的)?第?\s*([{NUMERAL}\d０-９]+)\s*条(?:之([{NUMERAL}\d]+))?"
)
_SHORT = re.compile(r"^《?([\u4e00-\u9fff（）()]{2,40}?)》?\s*[第]?\s*(\d{1,4})$")


_N = rf"(?:\d|[{NUMERAL}])"
MEASURES = (
    (
        re.compile("多少钱|多少元|多少万|多少块|几块钱"),
        re.compile(rf"{_N}+\s*(?:元|万元|倍|%)|百分之|工资"),
    ),
    (
        re.compile("几天|多少天|多久|多长时间|几个月|多少个月|几年|多少年|几个小时"),
        re.compile(rf"{_N}+\s*(?:日|天|个?月|年|周|小时|个工作日|分钟)"),
    ),
    (re.compile("百分之多少|百分之几|几成|比例"), re.compile(rf"{_N}\s*%|百分之|千分之")),
    (re.compile("几点"), re.compile(rf"{_N}+\s*时")),
)
"""What a question wants to have measured, and how an article looks that measures it."""


def measured(question: str, text: str) -> bool:
    """Tell whether an article holds the kind of number that a question asks for, if it asks any."""
    even = tokens.flat(question[: tokens.LONGEST])
    return all(said.search(text) for asked, said in MEASURES if asked.search(even))


def is_crisis(question: str) -> bool:
    """Tell whether somebody needs a person now, not an article (chapter 6)."""
    even = tokens.flat(question).replace(" ", "")
    return any(word in even for word in CRISIS) and not (
        ABOUT_OTHERS.search(even) and "我" not in even
    )


def reference(question: str, titles: Mapping[str, int]) -> list[tuple[int, int, int]]:
    """Return (document, article, 之) of every article that is named: 劳动合同法第39条, 工会法18.

    `titles` holds every name a document goes by; the longest that ends before 第 is meant.
    """
    found = []
    even = tokens.flat(question[: tokens.LONGEST]).strip()
    for match in [*_REFERENCE.finditer(even), *_SHORT.finditer(even)]:
        name = match[1]
        known = [t for t in titles if name.endswith(t) or name == t]
        number = value(match[2])
        sub = value(match[3]) if match.re is _REFERENCE and match[3] else 0
        if known and number:
            found.append((titles[max(known, key=len)], number, sub or 0))
    return list(dict.fromkeys(found))


def gap(question: str, topics: Sequence[tuple[int, Iterable[str]]]) -> int | None:
    """Return the topic of the register that a question is about; `a+b` wants both words."""
    even = tokens.flat(question[: tokens.LONGEST]).replace(" ", "")
    best: tuple[int, int] | None = None
    for key, words in topics:
        for word in words:
            parts = [part.split("|") for part in word.lower().split("+")]
            if all(any(one in even for one in part) for part in parts):
                strength = sum(max(len(o) for o in part if o in even) for part in parts)
                if best is None or strength > best[0]:
                    best = (strength, key)
    return best[1] if best else None


def suffixless(title: str) -> list[str]:
    """Return the short names of a document: 中华人民共和国工会法 is 工会法 to everybody."""
    short = re.sub(r"^中华人民共和国|^国务院关于|^最高人民法院关于", "", title)
    return [name for name in dict.fromkeys((title, short)) if len(name) > 1]
