"""Read from a posting's page what it says, as the public was served it. Pure."""

from dataclasses import dataclass
from html.parser import HTMLParser

from .rules import canonical

MARK = "data-posting"
"""The attribute of the element that holds a posting and nothing else; its value is the number."""

VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)


@dataclass(frozen=True)
class Seen:
    """What a look at a page brought: the answer's status, and the posting's canonical text."""

    status_code: int | None
    text: str = ""
    trouble: str = ""


class _Reader(HTMLParser):
    """Collects the pieces of text inside the marked element."""

    def __init__(self, number: str) -> None:
        super().__init__(convert_charrefs=True)
        self.number = number
        self.depth = 0
        self.pieces: list[str] = []
        self.fresh = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter the marked element, or go deeper in it."""
        if tag in VOID:
            return
        if self.depth or (MARK, self.number) in attrs:
            self.depth += 1
            self.fresh = True

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag not in VOID and self.depth:
            self.depth -= 1
            self.fresh = True

    def handle_data(self, data: str) -> None:
        """Take the text; what is not parted by tags is one piece."""
        if not self.depth:
            return
        if self.fresh or not self.pieces:
            self.pieces.append(data)
        else:
            self.pieces[-1] += data
        self.fresh = False


def posting_text(html: str, number: str) -> str:
    """Return the canonical text of the posting on a page, empty where the page has none."""
    reader = _Reader(number)
    reader.feed(html)
    reader.close()
    return canonical(reader.pieces)
