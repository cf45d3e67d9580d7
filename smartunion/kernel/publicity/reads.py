"""Questions to the postings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import TruncDate
from django.utils.module_loading import import_string

from smartunion.kernel.base import calendar
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.base.workdays import Calendar
from smartunion.kernel.files.models import File
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate, held_on

from . import rules
from .models import Objection, Posting, Proof, Snapshot

DESK = "publicity.desk"
DECIDE = "publicity.decide"
PENDING = (Objection.State.RECEIVED, Objection.State.REPLIED)


def terms(on: date) -> rules.Terms:
    """Return the dated numbers in force on a campus day; those of no plan where none covers it."""
    asked: Callable[[date], Mapping[str, Any] | None] = import_string(settings.PUBLICITY_TERMS)
    given = asked(on)
    if given is None:
        return rules.WITHOUT_A_PLAN
    return rules.Terms(**{each.name: given[each.name] for each in fields(rules.Terms)})


def officers(permission: str, *, on: date) -> list[Person]:
    """Return who holds an office that grants the permission on a day."""
    granting = Q(office__grants__contains=[permission]) | Q(
        office__within__grants__contains=[permission]
    )
    held = held_on(on).filter(granting).select_related("person").order_by("person_id")
    return list({one.person_id: one.person for one in held}.values())


def window_of(posting: Posting) -> rules.Window:
    """Return the window as it was laid down when the clock last started."""
    return rules.Window(posting.counted_from_on, last_day(posting.closes_at), posting.provisional)


def said_by(posting: Posting) -> rules.Said:
    """Return what the posting says now, from its row."""
    return rules.said(
        number=posting.number, title=posting.title, basis=posting.basis,
        posted_at=posting.posted_at, body=posting.body, rows=posting.rows,
    )  # fmt: skip


def public() -> QuerySet[Posting]:
    """Return the postings that the public may see: not taken down, not withdrawn."""
    return Posting.objects.filter(taken_down_at=None)


def open_postings() -> QuerySet[Posting]:
    """Return what stands now, the first to close first; then what waits for a decision."""
    standing = public().filter(state__in=[Posting.State.OPEN, Posting.State.WAITING])
    return standing.order_by("state", "closes_at", "number")


def ended(*, at: datetime) -> QuerySet[Posting]:
    """Return what ended lately (a term), the newest first, with how many objected (`objected`)."""
    since = at - timedelta(days=terms(campus_day(at)).recent_days)
    over = public().filter(ended_at__gte=since, ended_at__lte=at)
    return over.annotate(objected=Count("objections")).order_by("-ended_at", "-number")


def searched(
    postings: QuerySet[Posting], *, words: str = "", section: str = ""
) -> QuerySet[Posting]:
    """Return those among the postings whose number, title, text or section fits."""
    if section:
        postings = postings.filter(section=section)
    if words:
        postings = postings.filter(
            Q(number__icontains=words)
            | Q(title__icontains=words)
            | Q(body__icontains=words)
            | Q(basis__icontains=words)
        )
    return postings


@dataclass(frozen=True)
class Standing:
    """An open posting as the public list counts it."""

    posting: Posting
    window: rules.Window
    left: int
    over: int
    notes: tuple[str, ...]

    @property
    def gist(self) -> str:
        """Return what the list tells of it: its rows, or its text where it has none."""
        rows = "，".join(f"{label} {text}" for label, text in self.posting.rows)
        return rows or self.posting.body

    @property
    def cells(self) -> list[str]:
        """Return one mark for each working day: x over, n the present one, empty to come."""
        return [
            "x" if k < self.over else "n" if k == self.over and self.left else ""
            for k in range(self.posting.working_days)
        ]


def standing(
    postings: Iterable[Posting], *, at: datetime, days: Calendar | None = None
) -> list[Standing]:
    """Return the postings with the working days that are over and left at a moment."""
    days = days or calendar.campus()
    told = []
    for posting in postings:
        window = window_of(posting)
        left = rules.days_left(window, at=at, calendar=days)
        over = max(0, posting.working_days - left)
        told.append(Standing(posting, window, left, over, rules.notable(window, days)))
    return told


def proofs(posting: Posting) -> QuerySet[Proof]:
    """Return what is kept to prove the posting, the oldest first."""
    return posting.proofs.select_related("text", "picture").order_by("id")


def evidence(about: str) -> list[File]:
    """Return the files that prove the posting of a matter: pictures and texts, the newest first."""
    kept = Proof.objects.filter(posting__about=about).select_related("text", "picture")
    files = [file for proof in kept.order_by("-id") for file in (proof.picture, proof.text)]
    return [file for file in files if file is not None]


def of_matter(about: str) -> Posting | None:
    """Return the posting of a matter, None when it was never posted."""
    return Posting.objects.filter(about=about).first()


def looks(posting: Posting) -> QuerySet[Snapshot]:
    """Return the looks at the page that were taken, the newest first."""
    return posting.snapshots.filter(at__isnull=False).order_by("-at", "-id")


def pending_objections() -> QuerySet[Objection]:
    """Return the objections that wait for an answer or a decision, the first due first."""
    waiting = Objection.objects.filter(state__in=PENDING).select_related("posting", "person")
    return waiting.exclude(
        posting__state__in=[Posting.State.UPHELD, Posting.State.WITHDRAWN]
    ).order_by("reply_due_at", "id")


def may_open_file(person: Person, mandate: Mandate, posting_id: int) -> bool:
    """Test if the person may open what is kept of a posting (the door in site/wiring.py).

    While it is public, whoever has signed in; afterwards the desk, and who may see all files.
    """
    if mandate.may(DESK) or mandate.may("files.view"):
        return True
    return public().filter(pk=posting_id).exists()


def may_know_objectors(person: Person, posting: Posting) -> bool:
    """Test if the person may see who objects: not whoever posted, nor who decided the matter."""
    mine = posting.posted_by_id == person.pk
    return not mine and not posting.decided_by.filter(pk=person.pk).exists()


def part_of(person: Person, posting: Posting, objection: Objection) -> str:
    """Return what keeps the person from judging an objection, empty where nothing does."""
    if posting.posted_by_id == person.pk:
        return "发布人"
    if posting.decided_by.filter(pk=person.pk).exists():
        return "作出所公示决定的人"
    if objection.person_id == person.pk:
        return "异议人"
    return ""


def last_day(exclusive_end: datetime) -> date:
    """Return the last day that lies before an exclusive end (midnight)."""
    return campus_day(exclusive_end - timedelta(microseconds=1))


def counted() -> QuerySet[Posting]:
    """Return every posting with `objected` (how many), its `last_on` (day) and its `first` row."""
    return Posting.objects.annotate(
        objected=Count("objections"),
        last_on=_eve("closes_at"),
        first=KeyTextTransform("1", KeyTransform("0", "rows")),
    )


def registered() -> QuerySet[Objection]:
    """Return every objection with the last day for its answer (`reply_on`)."""
    return Objection.objects.annotate(reply_on=_eve("reply_due_at"))


def _eve(exclusive_end: str) -> TruncDate:
    """Return the last campus day before an exclusive end, as the database counts it."""
    return TruncDate(F(exclusive_end) - timedelta(microseconds=1), tzinfo=CAMPUS)


def said_of_all(*, at: datetime) -> str:
    """Return the sentence that tells how the desk stands."""
    standing = Posting.objects.filter(state=Posting.State.OPEN).count()
    waiting = pending_objections().filter(state=Objection.State.RECEIVED)
    late = waiting.filter(reply_due_at__lte=at).count()
    count = waiting.count()
    told = f"公示中 {standing} 条；" + (f"{count} 条异议待答复" if count else "没有待答复的异议")
    return f"{told}，其中 {late} 条逾期" if late else told
