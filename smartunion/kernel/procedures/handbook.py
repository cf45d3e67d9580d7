"""The job manual (岗位说明书) of a committee, made from the sheets that run (R027–R034).

Nothing in it is typed by hand: a sheet that changes changes the manual, and each chapter carries
the version and the hash of what it was printed from. Page and paper show the same `Manual`.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string

from smartunion.kernel.papers.press import Paper, press
from smartunion.kernel.people.models import Appointment, Office, Permission, Unit, UnitKind
from smartunion.kernel.people.reads import held_on, unit_named

from . import diagram, six
from .define import Procedure
from .registry import in_force

TEMPLATE = Path(__file__).parent / "templates/procedures/handbook.typ"
PROJECT = "P"
"""P1 is the plan's project 3.1, and so on."""


@dataclass(frozen=True)
class Said:
    """What the plan says of a manual: its number of pages, and where."""

    pages: int
    clause: str

    def differs(self, counted: int) -> int:
        """Return by how many pages a count differs from what is said."""
        return abs(counted - self.pages)


@dataclass(frozen=True)
class Post:
    """岗位: an office of the committee, who holds it and what it is for."""

    title: str
    lead: str
    backup: str
    duty: str
    clause: str
    term: str
    grants: list[str]


@dataclass(frozen=True)
class Matter:
    """事项: one sheet as a chapter."""

    code: str
    name: str
    version: str
    digest: str
    basis: list[str]
    promise: str
    otherwise: str
    confidential: bool
    rows: list[six.Row]
    drawing: str
    described: str


@dataclass(frozen=True)
class Manual:
    """岗位说明书 of one committee."""

    code: str
    name: str
    function: str
    posts: list[Post]
    matters: list[Matter]
    said: Said | None

    @property
    def steps(self) -> int:
        """Return how many steps its matters have together."""
        return sum(len(matter.rows) for matter in self.matters)


def committees() -> list[Unit]:
    """Return whoever has a manual: the six special committees, then the owners of other sheets."""
    special = list(Unit.objects.filter(kind=UnitKind.SPECIAL).order_by("code"))
    others = {unit.pk: unit for sheet in in_force() if (unit := owner_of(sheet))}
    return special + sorted(
        (unit for unit in others.values() if unit not in special), key=lambda unit: unit.code
    )


def owner_of(sheet: Procedure) -> Unit | None:
    """Return the committee whose manual prints the sheet: by its project, else by its owner."""
    if sheet.project:
        number = sheet.project.removeprefix(PROJECT)
        project = number if "." in number else f"3.{number}"
        found = Unit.objects.filter(kind=UnitKind.SPECIAL, project=project).first()
        if found:
            return found
    return unit_named(sheet.owner) or Unit.objects.filter(code=sheet.owner).first()


def manual_of(unit: Unit, *, on: date) -> Manual:
    """Return a committee's manual as of a campus day."""
    sheets = [sheet for sheet in in_force() if owner_of(sheet) == unit]
    offices = offices_on(on, sheets)
    said: dict[str, Said] = import_string(settings.HANDBOOK_SAID)
    return Manual(
        code=unit.code,
        name=unit.name,
        function=unit.function,
        posts=posts(unit, on=on),
        matters=[matter(sheet, offices) for sheet in sheets],
        said=said.get(unit.code),
    )


def matter(sheet: Procedure, offices: six.Offices) -> Matter:
    """Return one sheet as the manual tells it."""
    titles = {
        code: six.office(code, sheet, offices).title
        for step in sheet.steps
        for code in (step.duty.lead, step.duty.backup or step.duty.lead)
    }
    return Matter(
        code=sheet.code,
        name=sheet.matter,
        version=sheet.version,
        digest=sheet.digest(),
        basis=list(sheet.basis),
        promise=six.promise_words(sheet.promise, sheet) if sheet.promise else "",
        otherwise=sheet.promise.otherwise if sheet.promise else "",
        confidential=sheet.confidential,
        rows=six.rows(sheet, offices),
        drawing=diagram.drawing(sheet, names=titles),
        described=diagram.describe(sheet),
    )


def offices_on(on: date, sheets: Iterable[Procedure]) -> dict[str, six.Office]:
    """Return the offices that the sheets name, with who holds each on a day."""
    codes = {
        code
        for sheet in sheets
        for step in sheet.steps
        for code in (
            step.duty.lead,
            step.duty.backup,
            *(one.to for one in step.escalations),
            *(step.vote.offices if step.vote else ()),
        )
        if code
    }
    names: dict[str, list[str]] = {}
    held = held_on(on).filter(office__code__in=codes, part=Appointment.Part.LEAD)
    for one in held.select_related("person", "office").order_by("unit__code", "pk"):
        names.setdefault(one.office.code, []).append(one.person.name)
    return {
        office.code: six.Office(office.title, _few(names.get(office.code, []), office))
        for office in Office.objects.filter(code__in=codes)
    }


MOST_NAMES = 3


def _few(names: list[str], office: Office) -> str:
    """Return the holders by name; an office of every branch is told by how many hold it."""
    if len(names) > MOST_NAMES:
        where = "各分会" if office.kind == UnitKind.BRANCH else "共"
        return f"{where}{len(names)}人"
    return "、".join(names)


def posts(unit: Unit, *, on: date) -> list[Post]:
    """Return the offices held in a unit on a day, as it tells who does what."""
    held = held_on(on).filter(unit=unit).select_related("office__within", "person")
    offices: dict[int, Office] = {}
    who: dict[tuple[int, str], list[str]] = {}
    for one in held.order_by("office__role", "office__code", "part", "seat__number", "pk"):
        offices.setdefault(one.office_id, one.office)
        who.setdefault((one.office_id, one.part), []).append(one.person.name)
    words = dict(Permission.objects.filter(everyday=False).values_list("code", "words"))
    return [
        Post(
            title=office.title,
            lead="、".join(who.get((pk, Appointment.Part.LEAD), [])) or "（空缺）",
            backup="、".join(who.get((pk, Appointment.Part.BACKUP), [])) or "—",
            duty=office.duty,
            clause=office.clause,
            term=f"{office.term_years}年一届" if office.term_years else "随任职",
            grants=[words[code] for code in _granted(office) if code in words],
        )
        for pk, office in offices.items()
    ]


def _granted(office: Office) -> list[str]:
    within = office.within.grants if office.within else []
    return list(dict.fromkeys([*within, *office.grants]))


def paper(manual: Manual, *, at: datetime, printed: str) -> Paper:
    """Return the manual as PDF with its number of pages; `printed` is the date as it shall read.

    The same manual on the same day is printed once.
    """
    return _printed(_Frozen(manual), at.replace(hour=0, minute=0, second=0, microsecond=0), printed)


class _Frozen:
    """A manual as a key: equal where every word of it is."""

    def __init__(self, manual: Manual) -> None:
        self.manual = manual
        self.words = repr(manual)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frozen) and other.words == self.words

    def __hash__(self) -> int:
        return hash(self.words)


@lru_cache(maxsize=32)
def _printed(frozen: _Frozen, day: datetime, printed: str) -> Paper:
    return press(TEMPLATE, {**asdict(frozen.manual), "printed": printed}, at=day)
