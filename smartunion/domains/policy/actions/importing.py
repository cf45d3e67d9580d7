"""Take a rule into the house: read, cut, keep as a draft; a second person publishes it (3.6-2)."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Max, Q

from smartunion.domains.policy import telling
from smartunion.domains.policy.models import (
    Alias,
    CaseLink,
    Document,
    Lineage,
    Piece,
    Relation,
    Version,
)  # fmt: skip
from smartunion.domains.policy.reads.terms import desk_terms
from smartunion.domains.policy.rules import lineage, numbering, texts
from smartunion.domains.policy.rules.answers import CITATION
from smartunion.domains.policy.rules.kinds import PieceKind, VersionState
from smartunion.domains.policy.rules.refusals import (
    InForceTogether,
    NotADraft,
    NothingInIt,
    NothingToReplace,
    OwnVersion,
    SameText,
)  # fmt: skip
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.files import actions as files
from smartunion.kernel.files import reads as stored
from smartunion.kernel.files.rules import Kind
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record


@dataclass(frozen=True)
class Told:
    """What the importer says of a file: what it is called, who issued it, since when it holds."""

    title: str
    effective_from: date
    effective_to: date | None = None
    promulgated_on: date | None = None
    label: str = ""
    issuer: str = ""
    number: str = ""
    level: str = "union"
    scope: str = "everyone"
    desk: str = ""
    aliases: tuple[str, ...] = ()
    source_url: str = ""
    supersedes: str = ""


@transaction.atomic
def keep(*, content: bytes, name: str, told: Told, by: Person | None, at: datetime) -> Version:
    """Read a file, cut it into its articles and keep it as a draft for a second person.

    Refuses what cannot be quoted: another form, broken, scanned, garbled, empty or known files.
    """
    read = texts.read(content, name)
    cut = numbering.cut(read.text)
    if not cut.articles:
        raise NothingInIt(name=name)
    document = _document(told)
    digest = hashlib.sha256(content).hexdigest()
    known = document.versions.exclude(state=VersionState.WITHDRAWN)
    if same := known.filter(source_sha256=digest).first():
        raise SameText(title=document.title, label=same.label)
    last = document.versions.aggregate(last=Max("number"))["last"] or 0
    version = Version.objects.create(
        document=document,
        number=last + 1,
        label=told.label or f"{told.effective_from:%Y-%m-%d} 版",
        paper=told.number,
        promulgated_on=told.promulgated_on,
        effective_from=told.effective_from,
        effective_to=told.effective_to,
        state=VersionState.DRAFT,
        source_name=name[-200:],
        source_sha256=digest,
        source_url=told.source_url,
        findings=[
            *({"kind": f.kind, "words": f.words, "line": f.line} for f in cut.findings),
            *({"kind": "note", "words": note, "line": ""} for note in read.notes),
        ],
        kept_by=by,
        kept_at=at,
    )
    Piece.objects.bulk_create(_rows(version, cut), batch_size=1000)
    upload = SimpleUploadedFile(Path(name).name or "source", content)
    files.store(upload=upload, kind=Kind.SOURCE, subject=version, by=by, at=at)
    record("policy.kept", version, by=by, at=at, articles=len(cut.articles))
    return version


def _document(told: Told) -> Document:
    """Return the document, told of the first time; its title is its name for ever."""
    slug = re.sub(r"[\s《》()（）/#?%]+", "", told.title)[:80]
    document, _ = Document.objects.select_for_update().get_or_create(
        title=told.title,
        defaults={
            "slug": slug, "aliases": list(told.aliases), "issuer": told.issuer,
            "number": told.number, "level": told.level, "scope": told.scope, "desk": told.desk,
        },
    )  # fmt: skip
    if told.supersedes:
        other = Document.objects.filter(title=told.supersedes.strip("《》 ")).first()
        if other is None or other == document:
            raise NothingToReplace(title=told.supersedes)
        Relation.objects.get_or_create(document=document, other=other, kind="supersedes")
    return document


def _rows(version: Version, cut: numbering.Cut) -> list[Piece]:
    return [
        Piece(
            version=version,
            seq=seq,
            kind=piece.kind.value,
            path=" › ".join(piece.path)[:300],
            number=piece.number,
            sub=piece.sub,
            label=piece.label[:80],
            anchor=piece.anchor,
            text=piece.text,
            text_sha256=hashlib.sha256(piece.text.encode()).hexdigest(),
        )
        for seq, piece in enumerate(cut.pieces, 1)
    ]


@transaction.atomic
def publish(*, version_id: int, by: Person | None, at: datetime) -> Version:
    """Put a draft in force from its day; the version before it ends there.

    Never one's own import; never two versions on one day. Aliases and cases go with the articles.
    """
    version = _draft(version_id)
    if by is not None and version.kept_by_id == by.pk:
        raise OwnVersion()
    document = Document.objects.select_for_update().get(pk=version.document_id)
    published = document.versions.filter(state=VersionState.PUBLISHED)
    _fit_between(version, document, list(published.order_by("effective_from")))
    version.state, version.published_by, version.published_at = VersionState.PUBLISHED, by, at
    version.save(update_fields=["state", "published_by", "published_at", "effective_to"])
    before = (
        published.filter(effective_from__lt=version.effective_from)
        .order_by("-effective_from")
        .first()
    )
    if before is not None:
        _carry_over(before, version)
    for old in _superseded(version):
        old.effective_to = version.effective_from
        old.save(update_fields=["effective_to"])
        record("policy.superseded", old, by=by, at=at, name=document.title)
    _resolve_cases(version)
    telling.searchers()
    record("policy.published", version, by=by, at=at)
    return version


@transaction.atomic
def send_back(*, version_id: int, by: Person, at: datetime, because: str) -> None:
    """Take a draft out of the way, with the reason for whoever imported it."""
    version = _draft(version_id)
    version.state, version.because, version.returned_at = VersionState.WITHDRAWN, because, at
    version.save(update_fields=["state", "because", "returned_at"])
    record("policy.sent_back", version, by=by, at=at, because=because)


@transaction.atomic
def discard(*, at: datetime) -> int:
    """Destroy file and text of imports sent back longer ago than the terms' days; return how many.

    What stays is that there was one: its name, its digest, who sent it back and why. What was
    published is never destroyed: answers refer to it.
    """
    old = at - timedelta(days=desk_terms(campus_day(at)).returned_days)
    gone = list(
        Version.objects.select_for_update()
        .filter(state=VersionState.WITHDRAWN, returned_at__lt=old, discarded_at=None)
        .order_by("pk")
    )
    for version in gone:
        for file in stored.of(version):
            files.remove(file_id=file.pk, by=None, at=at, because="退回的导入到期")
        version.pieces.all().delete()
        version.findings, version.discarded_at = [], at
        version.save(update_fields=["findings", "discarded_at"])
        record("policy.discarded", version, by=None, at=at)
    return len(gone)


def _draft(version_id: int) -> Version:
    version = (
        Version.objects.select_for_update(of=("self",))
        .select_related("document")
        .get(pk=version_id)
    )
    if version.state != VersionState.DRAFT:
        state = version.get_state_display()
        raise NotADraft(title=version.document.title, label=version.label, state=state)
    return version


def _fit_between(version: Version, document: Document, others: list[Version]) -> None:
    """End the version before it where this begins; end this where the next begins."""
    for other in others:
        if other.effective_from == version.effective_from:
            raise InForceTogether(
                title=document.title, other=other.label, since=other.effective_from
            )
        if other.effective_from > version.effective_from:
            if version.effective_to is None:
                version.effective_to = other.effective_from
            elif version.effective_to > other.effective_from:
                raise InForceTogether(
                    title=document.title, other=other.label, since=other.effective_from
                )
        elif other.effective_to is None or other.effective_to > version.effective_from:
            other.effective_to = version.effective_from
            other.save(update_fields=["effective_to"])


def _superseded(version: Version) -> list[Version]:
    """Return the versions of replaced documents that would be in force beside this one."""
    replaced = Relation.objects.filter(document=version.document, kind="supersedes")
    return list(
        Version.objects.select_for_update()
        .filter(
            Q(effective_to=None) | Q(effective_to__gt=version.effective_from),
            document__in=replaced.values("other"),
            state=VersionState.PUBLISHED,
            effective_from__lt=version.effective_from,
        )
        .order_by("pk")
    )


def _carry_over(before: Version, version: Version) -> None:
    """Keep what each article became, and take its accepted questions along."""

    def told(of: Version) -> list[lineage.Text]:
        rows = of.pieces.filter(kind=PieceKind.ARTICLE).order_by("seq")
        return [lineage.Text(p.pk, p.label, p.text.removeprefix(p.label).strip()) for p in rows]

    steps = lineage.steps(told(before), told(version))
    Lineage.objects.bulk_create(
        Lineage(old_id=s.old, new_id=s.new, kind=s.kind, similarity=s.similarity) for s in steps
    )
    became = {s.old: s.new for s in steps if s.new is not None}
    asked = Alias.objects.filter(piece_id__in=became)
    Alias.objects.bulk_create(
        (
            Alias(
                question=one.question, piece_id=became[one.piece_id], origin=one.origin,
                state=one.state, proposed_by_id=one.proposed_by_id, proposed_at=one.proposed_at,
                decided_by_id=one.decided_by_id, decided_at=one.decided_at,
            )
            for one in asked
        ),
        ignore_conflicts=True,
    )  # fmt: skip


def _resolve_cases(version: Version) -> None:
    """Let the cases that cite this document lead to its articles."""
    articles = {p.label: p.pk for p in version.pieces.filter(kind=PieceKind.ARTICLE)}
    names = {version.document.title, *version.document.aliases}
    for link in CaseLink.objects.filter(piece__isnull=True):
        cited = CITATION.fullmatch(link.quoted)
        if cited and cited[1] in names and cited[2] in articles:
            link.piece_id = articles[cited[2]]
            link.save(update_fields=["piece"])
