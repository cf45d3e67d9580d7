"""Numbers as the rules and people write them: 三十日, 30天, １２个月. Pure."""

import re
import unicodedata

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
TENS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
NUMERAL = "零〇一二两三四五六七八九十百千万"
UNITS = {
    "日": "日", "天": "日", "个月": "月", "月": "月", "年": "年", "周岁": "岁", "岁": "岁",
    "周": "周", "星期": "周", "礼拜": "周", "小时": "小时", "钟头": "小时", "个小时": "小时",
    "个钟头": "小时", "分钟": "分", "倍": "倍", "元": "元", "块": "元", "万元": "万元",
    "万": "万元",
    "人": "人", "名": "人", "个人": "人", "个工作日": "工作日", "工作日": "工作日", "次": "次",
    "%": "%", "成": "成",
}  # fmt: skip
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_QUANTITY = re.compile(rf"(\d+|[{NUMERAL}]+)(?:多|几)?({_UNIT})")
_PERCENT = re.compile(rf"百分之(\d+|[{NUMERAL}]+)")


def value(numeral: str) -> int | None:
    """Return what a Chinese, Arabic or full-width numeral says; None where it says nothing."""
    text = unicodedata.normalize("NFKC", numeral)
    if text.isdecimal():
        return int(text)
    if not text or any(c not in DIGITS and c not in TENS for c in text):
        return None
    if not any(c in TENS for c in text):
        return int("".join(str(DIGITS[c]) for c in text))
    total, part, digit = 0, 0, 0
    for c in text:
        if c in DIGITS:
            digit = DIGITS[c]
        elif c == "万":
            total, part, digit = (part + digit or 1) * TENS[c], 0, 0
        else:
            part, digit = part + (digit or 1) * TENS[c], 0
    return total + part + digit


def quantities(text: str) -> list[str]:
    """Return the measured numbers in a text in one spelling: 三十天 and 30日 are both `30日`."""
    found = []
    for number, unit in _QUANTITY.findall(text):
        counted = value(number)
        if counted is not None:
            found.append(f"{counted}{UNITS[unit]}")
    for number in _PERCENT.findall(text):
        counted = value(number)
        if counted is not None:
            found.append(f"{counted}%")
    return found
