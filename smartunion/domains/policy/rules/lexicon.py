"""Everyday words and the rules' words for them: `words/*.txt`, read once. Pure.

A line is `everyday … = legal … @law …`. On the left, words parted by blanks: any of them brings
what stands on the right; `a+b` wants both, `a+b|c` wants a and one of b and c, `a+!b` forbids b. On
the right, phrases as a statute writes them; `@` names documents in whose titles the answer lies.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from . import tokens

FOLDER = Path(__file__).parent / "words"


@dataclass(frozen=True)
class Line:
    """One line of the lexicon; `needs`: every group must have one of its words in the question."""

    needs: tuple[tuple[tuple[str, ...], ...], ...]
    phrases: tuple[str, ...]
    laws: tuple[str, ...]


@dataclass
class Expansion:
    """What a question means in the rules' words: phrases and laws with their weights."""

    phrases: dict[str, float] = field(default_factory=dict)
    laws: dict[str, float] = field(default_factory=dict)


class Lexicon:
    """The lines, found by the rarest word of each."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.lines = list(lines)
        self.by_word: dict[str, list[tuple[Line, tuple[tuple[str, ...], ...]]]] = {}
        for line in self.lines:
            for groups in line.needs:
                for word in groups[0]:
                    self.by_word.setdefault(word, []).append((line, groups))
        self.lengths = sorted({len(word) for word in self.by_word})

    def expand(self, question: str) -> Expansion:
        """Return what the question's words bring; each line counts once, the strongest way."""
        even = tokens.flat(question[: tokens.LONGEST]).replace(" ", "")
        brought: dict[int, float] = {}
        lines: dict[int, Line] = {}
        for start in range(len(even)):
            for length in self.lengths:
                word = even[start : start + length]
                for line, groups in self.by_word.get(word, ()):
                    if all(_one_of(group, even) for group in groups[1:]):
                        strength = 1.0 if len(groups) == 1 else 1.3
                        mark = id(line)
                        brought[mark] = max(brought.get(mark, 0.0), strength)
                        lines[mark] = line
        found = Expansion()
        for mark, strength in brought.items():
            for phrase in lines[mark].phrases:
                found.phrases[phrase] = max(found.phrases.get(phrase, 0.0), strength)
            for law in lines[mark].laws:
                found.laws[law] = min(2.0, found.laws.get(law, 0.0) + strength)
        return found


def _one_of(group: tuple[str, ...], even: str) -> bool:
    if group[0].startswith("!"):
        return not any(word.lstrip("!") in even for word in group)
    return any(word in even for word in group)


def parse(text: str) -> list[Line]:
    """Return the lines of a lexicon's text; `#` begins a comment."""
    lines = []
    for raw in text.splitlines():
        row = raw.partition("#")[0].strip()
        if not row:
            continue
        left, _, right = row.partition("=")
        needs = tuple(
            tuple(tuple(alternative.split("|")) for alternative in word.lower().split("+"))
            for word in left.split()
        )
        words = right.split()
        phrases = tuple(w for w in words if not w.startswith("@"))
        laws = tuple(w[1:] for w in words if w.startswith("@"))
        lines.append(Line(needs, phrases, laws))
    return lines


@cache
def shipped() -> Lexicon:
    """Return the lexicon that comes with the house."""
    return Lexicon(
        line
        for path in sorted(FOLDER.glob("*.txt"))
        for line in parse(path.read_text(encoding="utf-8"))
    )
