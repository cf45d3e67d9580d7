"""May a model's sentence be shown? Six questions to each, answered by what it cites. Pure.

A model explains and never quotes: what it says is shown only if a stored article bears it. The
answer of a check is its code, so that what was dropped can be counted (T38).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

OVERLAP = 0.6
"""How much of a sentence's content must stand in what it cites; less is talk."""

MOST_DROPPED = 0.4
"""Above this share of dropped sentences nothing of the explanation stays (docs/policy-api.md)."""

LONGEST = 300
"""Characters of a sentence; a model that writes longer ones is not explaining."""


class Fault(StrEnum):
    """Why a sentence is dropped."""

    UNCITED = "uncited"
    NUMBER = "number"
    QUOTE = "quote"
    LAW = "law"
    MODAL = "modal"
    FAR = "far"

    @property
    def words(self) -> str:
        """Return the reason as the curators read it."""
        return WORDS[self]


WORDS = {
    Fault.UNCITED: "没有出处，或出处不存在",
    Fault.NUMBER: "数字、日期或期限不在所引条文里",
    Fault.QUOTE: "引号里的话不在所引条文里",
    Fault.LAW: "法规名称或条号与所引条文不符",
    Fault.MODAL: "应当、可以、不得与所引条文不符",
    Fault.FAR: "说的不是所引条文的内容",
}


@dataclass(frozen=True)
class Source:
    """One article as the model was given it: `key` is A1, A2 …"""

    key: str
    title: str
    label: str
    text: str
    aliases: tuple[str, ...] = ()

    @property
    def paragraphs(self) -> list[str]:
        """Return its 款, verbatim."""
        return [line.strip() for line in self.text.splitlines() if line.strip()]


CITED = re.compile(r"[\[【](A\d{1,2})(?:\.\d{1,2})?[\]】]")
PLACE = re.compile(r"\{\{引[:：](A\d{1,2})(?:\.(\d{1,2}))?\}\}")
ENDS = re.compile(r"[。；！？!?;\n]")
TAIL = re.compile(r"\s*(?:[”’」』\"）)]|[\[【]A\d{1,2}(?:\.\d{1,2})?[\]】])+")
FINISHED = re.compile(r"(?:[。；！？!?;]|[\]】]|\}\})\s*$")
THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)

QUOTED = re.compile(r"[“\"「『]([^”\"」』]+)[”\"」』]")
NAMED = re.compile(r"《([^》]+)》")
ARTICLE = re.compile(
    r"第\s*([零〇一二三四五六七八九十百千\d]+)\s*条(?:之([一二三四五六七八九十\d]+))?"
)
PART = re.compile(r"第\s*([一二三四五六七八九十\d]+)\s*[款项]")
MODALS = (
    "不得", "不能", "不可以", "不需要", "不必", "不用", "无需", "无须", "无权", "禁止", "严禁",
    "应当", "应该", "必须", "可以", "有权", "免除", "免于", "不予", "不应", "只能",
    "至少", "最多",
    "不超过", "不低于", "不少于", "以上", "以下", "以内",
)  # fmt: skip
"""Words that turn a duty into a right or a bound around; whoever uses one must have found it."""

DIGITS = dict(zip("零〇一二三四五六七八九两", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2), strict=True))
TENS = {"十": 10, "百": 100, "千": 1000}
UNITS = {"天": "日", "日": "日", "个月": "个月", "月": "月", "年": "年", "周年": "年",
         "小时": "小时", "周": "周", "倍": "倍", "元": "元", "万元": "万元", "%": "%",
         "次": "次", "人": "人",
         "周岁": "岁", "岁": "岁", "分钟": "分钟", "学时": "学时", "名": "人", "号": "日",
         "工作日": "工作日", "个工作日": "工作日"}  # fmt: skip
_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
ARABIC = re.compile(rf"(\d+(?:\.\d+)?)\s*({_UNIT})?")
CHINESE = re.compile(rf"([零〇一二三四五六七八九两十百千]+)\s*({_UNIT})")
PERCENT = re.compile(r"百分之([零〇一二三四五六七八九十百]+)")
FRACTION = re.compile(r"([一二三四五六七八九十百]+)分之([零〇一二三四五六七八九十百]+)")
IDLE = frozenset(
    "的了是和与在有为于也就都而及着或之其这那您你我它此请按照根据依据规定条件情况因此所以"
)
"""Characters that say nothing of what is ruled."""

LEADS = re.compile(r"原文(?:是|如下|为)|条文(?:写明|规定)|规定(?:是|如下)|具体(?:是|为)|这件事")
"""Words that only lead to what follows them."""


def value_of(said: str) -> float:
    """Return a Chinese or Arabic number; 二十三 is 23."""
    if said.replace(".", "", 1).isdecimal():
        return float(said)
    if not any(one in TENS for one in said):  # 二〇二五
        return float("".join(str(DIGITS[one]) for one in said))
    total = section = 0
    for one in said:
        if one in DIGITS:
            section = DIGITS[one]
        else:
            total += (section or 1) * TENS[one]
            section = 0
    return float(total + section)


def plain(text: str) -> str:
    """Return a text for comparison: one form of each character, no spaces."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def figures(text: str) -> set[tuple[float, str]]:
    """Return every number of a text with its unit ("" where it has none); 三十天 is (30, 日)."""
    said = PART.sub("", ARTICLE.sub("", unicodedata.normalize("NFKC", text)))
    found = {(value_of(one), "%") for one in PERCENT.findall(said)}
    said = PERCENT.sub("", said)
    for whole, part in FRACTION.findall(said):
        found.add((value_of(part) / value_of(whole), "分之"))
    said = FRACTION.sub("", said)
    for number, unit in ARABIC.findall(said):
        found.add((float(number), UNITS.get(unit, "")))
    for number, unit in CHINESE.findall(ARABIC.sub("", said)):
        found.add((value_of(number), UNITS[unit]))
    return found


def sentences(pieces: Iterator[str]) -> Iterator[str]:
    """Put a stream together into whole sentences, each with the citations that follow its end.

    What a model thinks aloud is left out; what it breaks off in the middle is not a sentence.
    """
    kept = ""
    for piece in pieces:
        kept += piece
        said = THINKING.sub("", kept)
        if "<think>" in kept and "</think>" not in kept:
            continue
        kept = said
        while (cut := _end(kept)) is not None:
            one, kept = kept[:cut].strip(), kept[cut:]
            if one:
                yield one
    rest = THINKING.sub("", kept).strip()
    if rest and _whole(rest):
        yield rest


def _whole(rest: str) -> bool:
    """Test if what an ended stream leaves is a sentence: with its mark, or with its source."""
    return bool(FINISHED.search(rest))


def _end(text: str) -> int | None:
    """Return where the first sentence ends for sure: what follows it has begun."""
    for found in ENDS.finditer(text):
        end = found.end()
        tail = TAIL.match(text, end)
        end = tail.end() if tail else end
        if (left := text[end:].lstrip(" ")) and not left.startswith(("[", "【")):
            return end
    return None


@dataclass(frozen=True)
class Checked:
    """A sentence that may be shown, as parts: our own verbatim text, and the model's words."""

    parts: tuple[tuple[str, str], ...]
    """(kind, text): kind is "said" for the model's words, "quoted" for the stored article's."""
    cites: tuple[str, ...]


def check(sentence: str, sources: Mapping[str, Source]) -> Checked | Fault:
    """Return the sentence with its quotations filled in from the store, or why it is dropped."""
    named = [*CITED.findall(sentence), *(key for key, _ in PLACE.findall(sentence))]
    cites = tuple(dict.fromkeys(named))
    if not cites or any(key not in sources for key in cites) or len(sentence) > LONGEST:
        return Fault.UNCITED
    filled = _filled(sentence, sources)
    if filled is None:
        return Fault.UNCITED
    cited = [sources[key] for key in cites]
    said = CITED.sub("", PLACE.sub("", sentence))
    for asked in (_law, _number, _quote, _modal, _far):
        if fault := asked(said, cited, bool(PLACE.search(sentence))):
            return fault
    return Checked(tuple(filled), cites)


def _filled(sentence: str, sources: Mapping[str, Source]) -> list[tuple[str, str]] | None:
    """Put the stored text in the place of each placeholder; None for a 款 that is not there."""
    parts: list[tuple[str, str]] = []
    at = 0
    for place in PLACE.finditer(sentence):
        key, number = place.groups()
        paragraphs = sources[key].paragraphs
        if number and not 1 <= int(number) <= len(paragraphs):
            return None
        before = CITED.sub("", sentence[at : place.start()])
        if before.strip():
            parts.append(("said", before))
        parts.append(("quoted", paragraphs[int(number) - 1] if number else sources[key].text))
        at = place.end()
    if after := CITED.sub("", sentence[at:]).strip():
        parts.append(("said", after))
    return parts


def _law(said: str, cited: Sequence[Source], quotes: bool) -> Fault | None:
    """Laws and articles that are named are those that are cited; a 款 is one that is there."""
    names = {plain(n) for one in cited for n in (one.title, *one.aliases)}
    if any(plain(name) not in names for name in NAMED.findall(said)):
        return Fault.LAW
    labels = {_label(match) for one in cited for match in ARTICLE.finditer(one.label)}
    labels |= {_label(match) for one in cited for match in ARTICLE.finditer(one.text)}
    if any(_label(match) not in labels for match in ARTICLE.finditer(said)):
        return Fault.LAW
    most = max(len(one.paragraphs) for one in cited)
    if any(value_of(n) > most for n in re.findall(r"第\s*([一二三四五六七八九十\d]+)\s*款", said)):
        return Fault.LAW
    return None


def _label(match: re.Match[str]) -> tuple[float, float]:
    number, sub = match.groups()
    return value_of(number), value_of(sub) if sub else 0.0


def _number(said: str, cited: Sequence[Source], quotes: bool) -> Fault | None:
    """Each number stands in a cited article, with its unit where it has one."""
    there = set().union(*(figures(f"{one.text} {one.title}") for one in cited))
    values = {value for value, _ in there}
    for value, unit in figures(NAMED.sub("", said)):
        if (value, unit) not in there and (unit or value not in values):
            return Fault.NUMBER
    return None


def _quote(said: str, cited: Sequence[Source], quotes: bool) -> Fault | None:
    """What stands in quotation marks stands so in a cited article; marks are closed."""
    texts = [plain(one.text) for one in cited]
    found = QUOTED.findall(said)
    if any(all(plain(one) not in text for text in texts) for one in found):
        return Fault.QUOTE
    left = QUOTED.sub("", said)
    return Fault.QUOTE if any(mark in left for mark in '“”「」『』"') else None


def _modal(said: str, cited: Sequence[Source], quotes: bool) -> Fault | None:
    """What must, may or must not be done is so in a cited article."""
    texts = [plain(one.text) for one in cited]
    said = plain(said)
    if any(word in said and all(word not in text for text in texts) for word in MODALS):
        return Fault.MODAL
    return None


def _far(said: str, cited: Sequence[Source], quotes: bool) -> Fault | None:
    """Enough of the content stands in the cited articles, their names and labels."""
    said = LEADS.sub("", plain(said))
    body = [c for c in said if "\u4e00" <= c <= "\u9fff" and c not in IDLE]
    if not body:
        return None if quotes else Fault.FAR
    there = set().union(*(set(plain(f"{s.title}{s.label}{s.text}")) for s in cited))
    return None if sum(c in there for c in body) / len(body) >= OVERLAP else Fault.FAR


@dataclass
class Watch:
    """Counts what a stream brought; says at the end whether anything of it may stay."""

    kept: int = 0
    dropped: dict[str, int] = field(default_factory=dict)

    def drop(self, fault: Fault) -> None:
        """Count a sentence that is not shown."""
        self.dropped[fault.value] = self.dropped.get(fault.value, 0) + 1

    @property
    def fails(self) -> bool:
        """Test if too much was dropped: then articles only."""
        gone = sum(self.dropped.values())
        return not self.kept or gone / (gone + self.kept) > MOST_DROPPED


def human_fault(text: str, sources: Sequence[Source]) -> tuple[str, Fault] | None:
    """Return the first sentence of a person's answer that misquotes or misnames, and why.

    A person may say more than an article; but a quotation, a law and the number of an article
    must be right, and a sentence without any of these is theirs to answer for.
    """
    for sentence in (one.strip() for one in re.findall(r"[^。；！？\n]+[。；！？]?", text)):
        claims = NAMED.search(sentence) or ARTICLE.search(sentence)
        if claims and (not sources or _law(sentence, sources, False)):
            return sentence, Fault.LAW
        if QUOTED.search(sentence) and (not sources or _quote(sentence, sources, False)):
            return sentence, Fault.QUOTE
    return None
