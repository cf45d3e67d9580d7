"""What a text is searched by: characters one by one and two by two, words and numbers. Pure.

Characters need no dictionary, so no word is unknown; measured against word segmentation they find
more (docs/adr/0070). Numbers with their units are tokens too, in one spelling.
"""

import re
import unicodedata

from .numerals import quantities

HAN = re.compile(r"[\u3400-\u9fff〇]+")
WORD = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?")
TAGS = re.compile(r"<[^>]{0,200}>")
LONGEST = 400
"""Characters of a question that are read; a longer one says nothing more in its end."""
ASKING = (
    "请问一下", "请问", "我想问", "想问", "想知道", "有没有", "能不能", "可不可以", "可以吗",
    "是不是",
    "该不该", "应不应该", "要不要", "用不用", "会不会", "怎么办", "怎么样", "怎么", "什么时候",
    "什么",
    "为什么", "哪些", "哪个", "哪里", "哪儿", "多少", "几个", "如何", "是否", "吗", "呢", "吧",
    "啊",
    "呀", "嘛", "了", "的", "我们", "他们", "你们", "咱们", "我", "你", "他", "她", "就", "还",
    "都",
    "也", "很", "这", "那", "啥", "咋", "说得过去", "合规", "合理", "合法", "行不行", "行", "得",
)  # fmt: skip
_ASKING = re.compile("|".join(sorted(ASKING, key=len, reverse=True)))
SPEECHLESS = frozenset("的了是在有和与或及不也就都而等对为以于之其者可能要会把被给从到上下个一这那")
"""Single characters that say nothing by themselves; asked only as part of two."""


def flat(text: str) -> str:
    """Return the text in one form: full-width as half-width, lower case, without mark-up."""
    return TAGS.sub(" ", unicodedata.normalize("NFKC", text)).lower()


def runs(text: str) -> list[str]:
    """Return the unbroken runs of Chinese characters in a flat text."""
    return HAN.findall(text)


def of_text(text: str) -> list[str]:
    """Return the tokens of a text, as often as they stand in it."""
    even = flat(text)
    found: list[str] = []
    for run in runs(even):
        found.extend(run)
        found.extend(run[i : i + 2] for i in range(len(run) - 1))
    found.extend(WORD.findall(even))
    found.extend(quantities(even))
    return found


def asked(question: str) -> str:
    """Return the question flat, without what only makes it a question, and cut at its length."""
    return _ASKING.sub(" ", flat(question[: LONGEST * 2])[:LONGEST])


def of_question(question: str, *, single: float) -> dict[str, float]:
    """Return the tokens of a question with their weights; single characters weigh `single`."""
    even = asked(question)
    weights: dict[str, float] = {}
    for run in runs(even):
        for char in run:
            if char not in SPEECHLESS:
                weights[char] = single
        for i in range(len(run) - 1):
            weights[run[i : i + 2]] = 1.0
    for word in [*WORD.findall(even), *quantities(flat(question[:LONGEST]))]:
        weights[word] = 1.0
    return weights


def pairs(phrase: str) -> list[str]:
    """Return what a phrase of the lexicon is searched by: its pairs of characters, its words."""
    even = flat(phrase)
    found = []
    for run in runs(even):
        found.extend([run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)])
    found.extend(WORD.findall(even))
    found.extend(quantities(even))
    return found
