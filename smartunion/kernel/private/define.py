"""What kinds of sealed records there are: whose class, who may open one, for what, and how long.

Pure: a domain's rules declare their kinds with it, site/wiring.py lists them. A kind that is not
listed cannot be sealed or opened, a purpose that it does not name opens nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

BY_CASE = ""
"""No office grants it: the caller's own rule has just found that the reader is on the case."""

CLOCK = "clock"
"""Nobody reads: a job does, `by` is None, and the log says 系统."""

GLASS = "glass"
"""The purpose of whoever has broken the glass for this one record (kernel/private/glass.py)."""

COLON = "："


class Sort(StrEnum):
    """The classes of what is sealed."""

    MIND = "mind"
    HEALTH = "health"
    LOCATION = "location"
    CHILD = "child"
    AID = "aid"
    LABOUR = "labour"

    @property
    def words(self) -> str:
        """Return the class in words."""
        return SORTS[self]


SORTS = {
    Sort.MIND: "心理",
    Sort.HEALTH: "健康",
    Sort.LOCATION: "位置",
    Sort.CHILD: "儿童",
    Sort.AID: "救助",
    Sort.LABOUR: "争议",
}


@dataclass(frozen=True)
class Purpose:
    """One reason to open a record, as the person concerned reads it, and who may have it.

    `can` is a permission that the reader's offices grant on the day, or BY_CASE, or CLOCK.
    """

    words: str
    can: str


@dataclass(frozen=True)
class RecordKind:
    """One kind of sealed record.

    `keeps` names a term of the plan year's group `private` without its unit ("answers" for
    `answers_years`). Holders of one of `own_words` say the purpose in their own words. `fields`
    is what its fields are called where an emergency shows the whole record. `own`: the person
    concerned may always read it themself. `glass`: it may be opened by breaking the glass.
    """

    code: str
    words: str
    sort: Sort
    keeps: str
    purposes: Mapping[str, Purpose] = field(default_factory=dict)
    own_words: Collection[str] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    own: bool = True
    glass: bool = True

    def __post_init__(self) -> None:
        wrong = [code for code in self.purposes if COLON in code or not code or code == GLASS]
        if wrong:
            raise ValueError(f"{self.code}: not the code of a purpose: {wrong}")

    def named(self, purpose: str) -> tuple[Purpose | None, str]:
        """Return the purpose that a text names by its code, and the words that the log keeps."""
        code, colon, said = purpose.strip().partition(COLON)
        found = self.purposes.get(code.strip())
        if found is None:
            return None, purpose.strip()
        return found, f"{found.words}{colon}{said.strip()}" if said.strip() else found.words
