"""Words that mean the same to whoever asks: `alike.txt`, one group a line. Pure.

Each group is one more token of every text and question that holds one of its words, so that a
question about 媳妇 meets what is written of 妻子 without either being rewritten.
"""

import re
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "alike.txt"


@cache
def _shipped() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    groups: dict[str, list[str]] = {}
    for number, raw in enumerate(FILE.read_text(encoding="utf-8").splitlines()):
        for word in raw.partition("#")[0].split():
            groups.setdefault(word.lower(), []).append(f"={number}")
    longest = sorted(groups, key=len, reverse=True)
    told = {word: tuple(dict.fromkeys(names)) for word, names in groups.items()}
    return re.compile("|".join(map(re.escape, longest))), told


def groups_of(flat: str) -> list[str]:
    """Return the groups of a flat text's words, as often as they stand in it."""
    pattern, groups = _shipped()
    return [name for word in pattern.findall(flat) for name in groups[word]]
