"""Questions to the register: what there is, one version whole, what waits, what was noticed."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from smartunion.domains.policy.models import Lineage, Piece, Version
from smartunion.domains.policy.rules.kinds import PieceKind, VersionState
from smartunion.kernel.files import reads as files
from smartunion.kernel.files.models import File
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate

from .searching import SEARCHED, scopes_of

MAY_OPEN = ("policy.keep", "policy.accept", "policy.curate")
"""Who may open the file that a version was read from."""

SHOWN = 60
"""Pieces of a draft that are shown whole; its importer has the file beside it."""


@dataclass(frozen=True)
class Row:
    """A document of the register with the version in force, or the newest one."""

    version: Version
    articles: int
    in_force: bool
    versions: int


@dataclass(frozen=True)
class Paper:
    """One version as it is read: its pieces, its neighbours, what became of its articles."""

    version: Version
    pieces: list[Piece]
    others: list[Version]
    in_force: bool
    to_come: bool
    follower: Version | None
    replaced_by: list[str]
    became: dict[int, Lineage]


def register(*, day: date, viewer: Person | None) -> list[Row]:
    """Return the documents that somebody may see, by level and name."""
    rows = (
        Version.objects.filter(
            state=VersionState.PUBLISHED, document__scope__in=scopes_of(viewer, day=day)
        )
        .select_related("document")
        .order_by("document__level", "document__title", "-effective_from")
    )
    searched = Piece.objects.filter(version__in=rows, kind__in=[k.value for k in SEARCHED])
    counts = dict(searched.order_by().values_list("version_id").annotate(articles=Count("pk")))
    shown: dict[int, list[Version]] = {}
    for row in rows:
        shown.setdefault(row.document_id, []).append(row)
    found = []
    for versions in shown.values():
        now = next((v for v in versions if _in_force(v, day)), versions[0])
        found.append(Row(now, counts.get(now.pk, 0), _in_force(now, day), len(versions)))
    return found


def _in_force(version: Version, day: date) -> bool:
    until = version.effective_to
    return (
        version.state == VersionState.PUBLISHED
        and version.effective_from <= day
        and (until is None or day < until)
    )


def paper(slug: str, number: int, *, day: date, viewer: Person | None) -> Paper | None:
    """Return a published version to read, None where there is none for this reader."""
    version = (
        Version.objects.filter(
            document__slug=slug,
            number=number,
            state=VersionState.PUBLISHED,
            document__scope__in=scopes_of(viewer, day=day),
        )
        .select_related("document")
        .first()
    )
    if version is None:
        return None
    published = version.document.versions.filter(state=VersionState.PUBLISHED)
    others = list(published.exclude(pk=version.pk).order_by("effective_from"))
    later = [v for v in others if v.effective_from > version.effective_from]
    steps = Lineage.objects.filter(old__version=version).exclude(kind="same")
    superseding = version.document.related_from.filter(
        kind="supersedes",
        document__versions__state=VersionState.PUBLISHED,
        document__versions__effective_from__lte=day,
    ).distinct()
    return Paper(
        version,
        list(version.pieces.order_by("seq")),
        others,
        _in_force(version, day),
        day < version.effective_from,
        later[0] if later else None,
        list(superseding.values_list("document__title", flat=True)),
        {step.old_id: step for step in steps.select_related("new__version__document")},
    )


def waiting() -> list[Version]:
    """Return the drafts that wait for a second person, the oldest first."""
    drafts = Version.objects.filter(state=VersionState.DRAFT)
    return list(drafts.select_related("document", "kept_by").order_by("kept_at"))


def draft(version_id: int) -> Version | None:
    """Return one import, decided or not."""
    return (
        Version.objects.filter(pk=version_id)
        .select_related("document", "kept_by", "published_by")
        .first()
    )


def preview(version: Version) -> tuple[list[Piece], int, int]:
    """Return the first pieces of an import, how many articles and how many pieces it has."""
    pieces = version.pieces.order_by("seq")
    articles = pieces.filter(kind__in=[PieceKind.ARTICLE, PieceKind.SECTION]).count()
    return list(pieces[:SHOWN]), articles, pieces.count()


def source(version: Version) -> File | None:
    """Return the file that a version was read from; None for one that has been destroyed."""
    return files.of(version).first()


def may_open_source(_person: Person, mandate: Mandate, _version_id: int) -> bool:
    """Test if somebody may open the files of versions: who keeps, accepts or curates rules."""
    return any(mandate.may(one) for one in MAY_OPEN)
