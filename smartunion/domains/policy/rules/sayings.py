"""What people say when an article is the answer: `sayings/*.txt`, read once. Pure.

`@law` begins a statute; below it a line is `number:mark words…`: the article's number, a mark of
its text and everyday words for what it answers. The mark keeps words from an article that has
changed or moved: they go with the text, wherever in its statute it now stands, or nowhere.
"""

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "sayings"
LABEL = re.compile(r"^\s*第\S{1,9}?条(?:之\S{1,3})?\s")
HAN = re.compile(r"[\u4e00-\u9fff]")
MARKED = 48
"""Characters of an article that its mark is made of: an amendment further down leaves the topic."""


def mark(text: str) -> str:
    """Return four digits for the beginning of an article, however it is spaced or punctuated."""
    begins = "".join(HAN.findall(LABEL.sub("", text, count=1))[:MARKED])
    return hashlib.sha256(begins.encode()).hexdigest()[:4]


def parse(text: str) -> dict[str, dict[str, str]]:
    """Return a file's words by statute and `number:mark`; `#` begins a comment."""
    said: dict[str, dict[str, str]] = {}
    law = ""
    for raw in text.splitlines():
        row = raw.partition("#")[0].strip()
        if row.startswith("@"):
            law = row[1:]
        elif row:
            key, _, words = row.partition(" ")
            said.setdefault(law, {})[key] = words
    return said


@cache
def shipped() -> dict[str, dict[str, str]]:
    """Return the words that come with the house, by statute and `number:mark`."""
    said: dict[str, dict[str, str]] = {}
    for path in sorted(FOLDER.glob("*.txt")):
        for law, rows in parse(path.read_text(encoding="utf-8")).items():
            said.setdefault(law, {}).update(rows)
    return said


def words_of(title: str, articles: Iterable[tuple[int | None, str]]) -> list[str]:
    """Return for each (number, text) of one version what people say; "" where nothing is known."""
    rows = shipped().get(title.removeprefix("中华人民共和国"), {})
    moved: dict[str, list[str]] = {}
    for key, words in rows.items():
        moved.setdefault(key.partition(":")[2], []).append(words)
    told = []
    for number, text in articles:
        seen = mark(text)
        exact = rows.get(f"{number}:{seen}")
        told.append(exact if exact is not None else " ".join(moved.get(seen, ())[:1]))
    return told
