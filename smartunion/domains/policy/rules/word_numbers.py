"""The numbers that Word counts by itself and writes into no text: 第一章, 第三条, 5.1. Pure.

A docx keeps for each paragraph only which list and which level it belongs to; numbering.xml says
how a level is written, from where it counts and what starts it anew. The lists that share a
pattern (abstractNum) count together, except where one of them starts over.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DIGITS = "〇一二三四五六七八九"
PLACES = ("", "十", "百", "千", "万")
FORMAL = str.maketrans("零一二三四五六七八九十百千", "零壹贰叁肆伍陆柒捌玖拾佰仟")
STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
         (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
LEVELS = 9
HUNDRED, TOO_MANY = 100, 100_000
LONGEST_CHAIN = 20
"""Styles that are based on each other; a ring in a damaged file ends here."""


def chinese(n: int) -> str:
    """Return a number as it is read: 十, 二十一, 一百零三."""
    if not 0 < n < TOO_MANY:
        return str(n)
    told, gap = "", False
    for place in range(len(str(n)) - 1, -1, -1):
        digit = n // 10**place % 10
        if digit == 0:
            gap = bool(told)
            continue
        told += ("零" if gap else "") + DIGITS[digit] + PLACES[place]
        gap = False
    return told.removeprefix("一") if told.startswith("一十") else told


def _digits(n: int) -> str:
    return "".join(DIGITS[int(c)] for c in str(n))


def _counted(n: int) -> str:
    """Return a number as chineseCounting writes it: read up to 99, by its digits above."""
    return chinese(n) if n < HUNDRED else _digits(n)


def _formal(n: int) -> str:
    """Return a number as money is written: 壹拾贰."""
    told = chinese(n)
    return (f"一{told}" if told.startswith("十") else told).translate(FORMAL)


def _letters(n: int) -> str:
    """Return a, b, … z, aa, bb …"""
    return chr(ord("a") + (n - 1) % 26) * ((n - 1) // 26 + 1) if n > 0 else "0"


def _roman(n: int) -> str:
    told = ""
    for value, sign in ROMAN:
        told += sign * (n // value)
        n %= value
    return told


def _of(signs: str) -> Callable[[int], str]:
    return lambda n: signs[(n - 1) % len(signs)] if n > 0 else str(n)


def _ring(first: str, last: int) -> Callable[[int], str]:
    """Return numbers in signs of their own (①, ⑴); beyond the last one plainly."""
    return lambda n: chr(ord(first) + n - 1) if 0 < n <= last else str(n)


WRITTEN: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda n: f"{n:02}",
    "decimalFullWidth": lambda n: str(n).translate(
        str.maketrans("0123456789", "０１２３４５６７８９")
    ),
    "decimalEnclosedCircle": _ring("①", 20),
    "decimalEnclosedCircleChinese": _ring("①", 20),
    "decimalEnclosedParen": _ring("⑴", 20),
    "decimalEnclosedFullstop": _ring("⒈", 20),
    "ideographEnclosedCircle": _ring("㊀", 10),
    "chineseCounting": _counted,
    "taiwaneseCounting": _counted,
    "chineseCountingThousand": chinese,
    "taiwaneseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "ideographDigital": _digits,
    "japaneseDigitalTenThousand": _digits,
    "taiwaneseDigital": _digits,
    "chineseLegalSimplified": _formal,
    "ideographLegalTraditional": _formal,
    "ideographTraditional": _of(STEMS),
    "ideographZodiac": _of(BRANCHES),
    "lowerLetter": _letters,
    "upperLetter": lambda n: _letters(n).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda n: _roman(n).upper(),
    "none": lambda n: "",
}
"""How each kind of number is written; a bullet, or a kind that is not here, is no number."""


@dataclass
class Level:
    """One level of a pattern: how it is written, from where, and what starts it anew."""

    form: str = "decimal"
    text: str = ""
    start: int = 1
    after: str = " "
    legal: bool = False
    restart: int | None = None
    """After which level (1 is the first) it starts anew; 0 for none, None for any above it."""
    style: str = ""


@dataclass
class _List:
    """One list (num): its pattern, and where it starts over."""

    pattern: str
    starts: dict[int, int] = field(default_factory=dict)
    levels: dict[int, Level] = field(default_factory=dict)


def _value(node: Any, name: str) -> str | None:
    found = node.find(f"{W}{name}") if node is not None else None
    return None if found is None else found.get(f"{W}val")


def _whole(said: str | None, otherwise: int) -> int:
    try:
        return int(said) if said is not None else otherwise
    except ValueError:
        return otherwise


def _on(node: Any, name: str) -> bool:
    """Test a switch of the file: there and not said to be off."""
    found = node.find(f"{W}{name}")
    return found is not None and found.get(f"{W}val") not in ("0", "false", "off")


def _level(node: Any) -> Level:
    restart = _value(node, "lvlRestart")
    return Level(
        form=_value(node, "numFmt") or "decimal",
        text=_value(node, "lvlText") or "",
        start=_whole(_value(node, "start"), 0),
        after="" if _value(node, "suff") == "nothing" else " ",
        legal=_on(node, "isLgl"),
        restart=None if restart is None else _whole(restart, 0),
        style=_value(node, "pStyle") or "",
    )


def _levels(node: Any) -> Iterator[tuple[int, Level]]:
    for one in node.findall(f"{W}lvl"):
        yield _whole(one.get(f"{W}ilvl"), 0), _level(one)


class Numbers:
    """Counts through a document, paragraph by paragraph, as Word does."""

    def __init__(self, numbering: Any, styles: Any) -> None:
        """Take the roots of numbering.xml and styles.xml, None where the file has none."""
        self.patterns: dict[str, dict[int, Level]] = {}
        self.lists: dict[str, _List] = {}
        self.styles: dict[str, Any] = {}
        self.default = ""
        self.counts: dict[str, dict[int, int]] = {}
        self.started: set[tuple[str, int]] = set()
        self.written = 0
        self.unknown = 0
        """How many paragraphs got their number, and how many point to a list that is not there."""
        for style in styles.findall(f"{W}style") if styles is not None else ():
            self.styles[style.get(f"{W}styleId") or ""] = style
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true"):
                self.default = style.get(f"{W}styleId") or ""
        if numbering is not None:
            self._read(numbering)

    def _read(self, root: Any) -> None:
        linked: dict[str, str] = {}
        wanted: dict[str, str] = {}
        for node in root.findall(f"{W}abstractNum"):
            key = node.get(f"{W}abstractNumId") or ""
            self.patterns[key] = dict(_levels(node))
            if name := _value(node, "styleLink"):
                linked[name] = key
            if name := _value(node, "numStyleLink"):
                wanted[key] = name
        for key, name in wanted.items():
            if name in linked:
                self.patterns[key] = self.patterns[linked[name]]
        same = {key: linked.get(name, key) for key, name in wanted.items()}
        for node in root.findall(f"{W}num"):
            pattern = _value(node, "abstractNumId") or ""
            one = _List(same.get(pattern, pattern))
            for over in node.findall(f"{W}lvlOverride"):
                at = _whole(over.get(f"{W}ilvl"), 0)
                if (start := _value(over, "startOverride")) is not None:
                    one.starts[at] = _whole(start, 1)
                for _, level in _levels(over):
                    one.levels[at] = level
            self.lists[node.get(f"{W}numId") or ""] = one

    def before(self, properties: Any) -> str:
        """Return what stands before a paragraph's text; its pPr says which list it is in."""
        number, at = self._list_of(properties)
        if number in ("", "0"):
            return ""
        one = self.lists.get(number)
        levels = {**self.patterns.get(one.pattern, {}), **one.levels} if one else {}
        if one is None or at not in levels:
            self.unknown += 1
            return ""
        self._count(number, one, levels, at)
        if levels[at].form not in WRITTEN:
            return ""
        self.written += 1
        told = self._text(levels, self.counts[one.pattern], at)
        return f"{told}{levels[at].after}" if told else ""

    def _list_of(self, properties: Any) -> tuple[str, int]:
        """Return the list and the level of a paragraph: its own, else its style's."""
        own = properties.find(f"{W}numPr") if properties is not None else None
        number, level = _value(own, "numId"), _value(own, "ilvl")
        style = (_value(properties, "pStyle") if properties is not None else None) or self.default
        named = style
        for _ in range(LONGEST_CHAIN):
            found = self.styles.get(style)
            if found is None or (number is not None and level is not None):
                break
            given = found.find(f"{W}pPr/{W}numPr")
            if number is None:
                number = _value(given, "numId")
            if level is None:
                level = _value(given, "ilvl")
            style = _value(found, "basedOn") or ""
        number = number or ""
        return number, self._level_of(number, level, named)

    def _level_of(self, number: str, level: str | None, style: str) -> int:
        if level is not None:
            return min(_whole(level, 0), LEVELS - 1)
        one = self.lists.get(number)
        for at, known in self.patterns.get(one.pattern, {}).items() if one else ():
            if known.style == style and style:
                return at
        return 0

    def _count(self, number: str, one: _List, levels: dict[int, Level], at: int) -> None:
        counts = self.counts.setdefault(one.pattern, {})
        over = one.starts.get(at)
        if over is not None and (number, at) not in self.started:
            counts[at] = over
        elif at in counts:
            counts[at] += 1
        else:
            counts[at] = levels[at].start
        self.started.add((number, at))
        for above in range(at):
            if above in levels:
                counts.setdefault(above, one.starts.get(above, levels[above].start))
        for below in [level for level in counts if level > at]:
            restart = levels[below].restart if below in levels else None
            if restart is None or (restart and at < restart):
                del counts[below]

    def _text(self, levels: dict[int, Level], counts: dict[int, int], at: int) -> str:
        told = levels[at].text
        for n in range(at, -1, -1):
            if f"%{n + 1}" not in told:
                continue
            form = levels.get(n, Level()).form
            if levels[at].legal and form != "none":
                form = "decimal"
            told = told.replace(f"%{n + 1}", WRITTEN.get(form, str)(counts.get(n, 1)))
        return told.strip()
