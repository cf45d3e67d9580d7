"""What curators keep beside the rules: cases with their articles, topics no rule answers."""

from dataclasses import dataclass

from smartunion.domains.policy.models import CaseLink, CaseNote, NoAnswer
from smartunion.kernel.people.models import Office

from .tickets import office_title

ANSWERS = "policy.answer"


@dataclass(frozen=True)
class Cited:
    """One citation of a case: as it was written, and where it leads; empty while nowhere."""

    quoted: str
    url: str


@dataclass(frozen=True)
class Case:
    """A case and what it cites."""

    note: CaseNote
    cited: list[Cited]

    @property
    def waits(self) -> bool:
        """Test if a citation leads nowhere yet."""
        return any(not one.url for one in self.cited)


@dataclass(frozen=True)
class Topic:
    """A topic that the rules do not answer, and which office does."""

    row: NoAnswer
    office: str


def cases() -> list[Case]:
    """Return every case, the newest first."""
    links = CaseLink.objects.select_related("piece__version__document").order_by("pk")
    cited: dict[int, list[Cited]] = {}
    for link in links:
        url = ""
        if (piece := link.piece) is not None:
            url = f"/policy/{piece.version.document.slug}/v/{piece.version.number}/#{piece.anchor}"
        cited.setdefault(link.case_id, []).append(Cited(link.quoted, url))
    return [Case(one, cited.get(one.pk, [])) for one in CaseNote.objects.order_by("-pk")]


def topics() -> list[Topic]:
    """Return the register of topics without a rule, by name."""
    return [Topic(row, office_title(row.desk)) for row in NoAnswer.objects.order_by("topic")]


def topic(said: str) -> NoAnswer | None:
    """Return the topic of a number as an address says it; None for any other word."""
    return NoAnswer.objects.filter(pk=int(said)).first() if said.isdecimal() else None


def desks() -> list[tuple[str, str]]:
    """Return the offices that answer, as a form offers them."""
    rows = Office.objects.filter(grants__contains=ANSWERS).order_by("title")
    return list(rows.values_list("code", "title"))
