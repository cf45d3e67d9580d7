"""Cut a rule's text into its pieces by its own numbering: a state machine over lines. Pure.

Every line of the text goes into exactly one piece, so that the pieces in their order are the text.
A heading counts only at the start of a line and if it continues the numbering; anything else that
looks like one is a cross-reference. What a person should look at before publishing is a finding.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .kinds import PieceKind
from .numerals import NUMERAL, value

_N = rf"[{NUMERAL}\d０-９]+"
ARTICLE = re.compile(rf"^\s*第\s*({_N})\s*条(?:\s*之\s*({_N}))?(.?)")
DIVISION = re.compile(rf"^\s*(#+\s*)?第\s*({_N})\s*(编|分编|章|节)(?:[\s:：、]+|$)(.*)$")
MARKDOWN = re.compile(r"^(#{1,6})\s*(\S.*)$")
ITEMS = (
    re.compile(rf"^\s*([{NUMERAL}]+)[、．.]\s*(.*)$"),
    re.compile(rf"^\s*[（(]([{NUMERAL}]+)[）)]\s*(.*)$"),
    re.compile(r"^\s*(\d+(?:\.\d+)*)[、．.\s]\s*(.*)$"),
)
"""一、 （一） 1. and 5.1: in a text without articles these begin its sections."""
APPENDIX = re.compile(rf"^\s*(附件|附表|附录)\s*(?:{_N})?\s*[:：]?")
DEPTHS = {"编": 1, "分编": 2, "章": 3, "节": 4}
LONGEST_HEADING = 40
LONGEST_STEP = 20
"""A number that skips more than this is a cross-reference, not a gap."""
LONG_ARTICLE = 4000


@dataclass(frozen=True)
class Finding:
    """What somebody should look at before publishing: what it is, where, and its line."""

    kind: str
    words: str
    line: str = ""


@dataclass
class Piece:
    """One piece, its lines verbatim."""

    kind: PieceKind
    path: tuple[str, ...] = ()
    number: int | None = None
    sub: int = 0
    label: str = ""
    anchor: str = ""
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the piece's text as it stands in the source."""
        return "\n".join(self.lines)


@dataclass(frozen=True)
class Cut:
    """A text in pieces, and what was noticed."""

    pieces: tuple[Piece, ...]
    findings: tuple[Finding, ...]

    @property
    def articles(self) -> list[Piece]:
        """Return the pieces that are searched."""
        return [p for p in self.pieces if p.kind in (PieceKind.ARTICLE, PieceKind.SECTION)]


def kept_lines(text: str) -> list[str]:
    """Return the lines that are kept: without blank ones and without blanks at their ends."""
    flat = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    return [line.strip() for line in flat.split("\n") if line.strip()]


def cut(text: str) -> Cut:
    """Return the text's pieces; joined by line ends they are `kept_lines` joined by line ends."""
    lines = kept_lines(text)
    by_article = sum(1 for line in lines if ARTICLE.match(line)) > 0
    machine = _Machine(by_article=by_article, contents=_contents_of(lines))
    for at, line in enumerate(lines):
        machine.take(at, line)
    pieces = tuple(_named(machine.pieces))
    return Cut(pieces, (*machine.findings, *_long(pieces), *_empty(pieces)))


def _contents_of(lines: list[str]) -> frozenset[int]:
    """Return the lines of a table of contents: a heading that stands again after it."""
    seen: dict[str, int] = {}
    last: dict[str, int] = {}
    for at, line in enumerate(lines):
        if DIVISION.match(line):
            key = re.sub(r"[\s#.·…\d]+", "", line)
            seen.setdefault(key, at)
            last[key] = at
    first_article = next((at for at, line in enumerate(lines) if ARTICLE.match(line)), len(lines))
    return frozenset(at for key, at in seen.items() if at < last[key] and at < first_article)


class _Machine:
    def __init__(self, *, by_article: bool, contents: frozenset[int]) -> None:
        self.by_article = by_article
        self.contents = contents
        self.pieces: list[Piece] = [Piece(PieceKind.PREAMBLE)]
        self.findings: list[Finding] = []
        self.stack: list[tuple[int, str]] = []
        self.last = 0
        self.counts: dict[int, tuple[int, ...]] = {}
        self.after_heading = False

    def take(self, at: int, line: str) -> None:
        """Put one line into the piece that it belongs to."""
        if at in self.contents:
            self.pieces[-1].lines.append(line)
        elif self._article(line) or self._heading(line) or self._section(line):
            pass
        else:
            self._go_on(line)

    def _path(self) -> tuple[str, ...]:
        return tuple(title for _, title in self.stack)

    def _begin(self, piece: Piece, line: str) -> bool:
        piece.lines.append(line)
        self.pieces.append(piece)
        self.after_heading = piece.kind is PieceKind.HEADING
        return True

    def _article(self, line: str) -> bool:
        found = ARTICLE.match(line)
        if found is None:
            return False
        number, sub = value(found[1]) or 0, value(found[2] or "0") or 0
        set_off = found[3] == "" or found[3].isspace() or found[3] in ":：【[（(*"
        label = found[0][: len(found[0]) - len(found[3])]
        goes_on = (number == self.last + 1 and not sub) or (number == self.last and bool(sub))
        if not goes_on:
            anew = number == 1 and self.after_heading
            skips = set_off and self.last < number <= self.last + LONGEST_STEP
            if set_off and not skips and not anew and self.last:
                self.findings.append(
                    Finding("duplicate", f"{label.strip()}重复或倒退，未当作新的一条", line[:60])
                )
            if not (skips or anew):
                return False
            if skips and number > self.last + 1:
                missing = "、".join(str(n) for n in range(self.last + 1, number))
                self.findings.append(Finding("gap", f"缺第 {missing} 条", line[:60]))
        self.last = number
        clean = re.sub(r"\s", "", label)
        return self._begin(Piece(PieceKind.ARTICLE, self._path(), number, sub, clean), line)

    def _heading(self, line: str) -> bool:
        division, marked = DIVISION.match(line), MARKDOWN.match(line)
        if division is None and marked is None:
            return False
        if marked and not division and len(self.pieces) == 1 and len(marked[1]) == 1:
            return False  # the title of the whole
        if division and len(line) > LONGEST_HEADING + 10:
            return False  # a sentence that begins with "第三章 …规定的"
        if marked:
            depth, title = len(marked[1]), marked[2].strip()
        else:
            assert division is not None
            depth, title = DEPTHS[division[3]], line.strip()
        title = re.sub(r"\s+", " ", title.strip("* "))
        self.stack = [(d, t) for d, t in self.stack if d < depth]
        self.stack.append((depth, title))
        return self._begin(Piece(PieceKind.HEADING, self._path(), label=title), line)

    def _section(self, line: str) -> bool:
        if APPENDIX.match(line) and len(line) <= LONGEST_HEADING and len(self.pieces) > 1:
            self.stack = [(0, line)]
            self.counts = {}
            return self._begin(Piece(PieceKind.SECTION, self._path(), label=line), line)
        if self.by_article:
            return False
        for rank, pattern in enumerate(ITEMS):
            found = pattern.match(line)
            if found and self._counts_on(rank, found[1]):
                self.stack = [(d, t) for d, t in self.stack if d < 10 + rank]
                path = self._path()
                title = found[2]
                if len(title) <= LONGEST_HEADING and not re.search("[。；;，,]", title):
                    self.stack.append((10 + rank, line))
                label = line[: found.start(2)].strip() or found[1]
                return self._begin(Piece(PieceKind.SECTION, path, label=label), line)
        return False

    def _counts_on(self, rank: int, label: str) -> bool:
        """Tell whether an item's number goes on where its own kind stands, or begins anew."""
        steps = tuple(value(part) or 0 for part in label.split("."))
        before = self.counts.get(rank)
        begins = steps[-1] == 1 or before is None
        goes_on = before is not None and (
            steps == (*before[:-1], before[-1] + 1)
            or steps == (*before, 1)
            or any(steps == (*before[:n], before[n] + 1) for n in range(len(before)))
        )
        if not (begins or goes_on):
            return False
        self.counts[rank] = steps
        for lower in [r for r in self.counts if r > rank]:
            del self.counts[lower]
        return True

    def _go_on(self, line: str) -> None:
        newest = self.pieces[-1]
        if newest.kind is PieceKind.HEADING and not self.by_article:
            self._begin(Piece(PieceKind.SECTION, self._path(), label=newest.label), line)
        elif newest.kind is PieceKind.PREAMBLE and not self.by_article and len(newest.lines) > 0:
            self._begin(Piece(PieceKind.SECTION, self._path(), label="正文"), line)
        else:
            newest.lines.append(line)


def _named(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the pieces that hold something, each with an anchor of its own."""
    used: dict[str, int] = {}
    for piece in pieces:
        if not piece.lines:
            continue
        if piece.kind is PieceKind.ARTICLE:
            stem = f"article-{piece.number}" + (f"-{piece.sub}" if piece.sub else "")
        else:
            stem = {"heading": "part", "section": "section"}.get(piece.kind, "preamble")
            used[stem] = used.get(stem, 0) + 1
            piece.anchor = stem if stem == "preamble" else f"{stem}-{used[stem]}"
            yield piece
            continue
        used[stem] = used.get(stem, 0) + 1
        piece.anchor = stem if used[stem] == 1 else f"p{used[stem]}-{stem}"
        yield piece


def _long(pieces: tuple[Piece, ...]) -> Iterator[Finding]:
    for piece in pieces:
        if piece.kind is PieceKind.ARTICLE and len(piece.text) > LONG_ARTICLE:
            yield Finding(
                "tail", f"{piece.label}有 {len(piece.text)} 字，可能有没认出的后续条文", ""
            )


def _empty(pieces: tuple[Piece, ...]) -> Iterator[Finding]:
    for piece in pieces:
        if piece.kind is PieceKind.ARTICLE and len(piece.text) <= len(piece.label) + 1:
            yield Finding("empty", f"{piece.label}没有内容", piece.text)
