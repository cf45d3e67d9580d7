"""Questions to the trail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from smartunion.kernel.base.days import end_of, start_of
from smartunion.kernel.people.models import Person

from .models import Delivery, Entry
from .record import name_of_subject


def of(subject: models.Model) -> QuerySet[Entry]:
    """Return everything that happened to one row, the oldest first."""
    return (
        Entry.objects.filter(subject=name_of_subject(subject)).select_related("by").order_by("id")
    )


def search(
    *,
    words: str = "",
    subject: str = "",
    by: str = "",
    what: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Entry]:
    """Return the journal, the newest first, narrowed by whatever is given.

    `words` looks into the reason; `subject` is a row's name in the trail or the start of one
    ("people.person"); `by` is a staff number or part of a name; `what` a code or its part before
    the dot; `since` and `until` are campus days, both included.
    """
    found = Entry.objects.select_related("by").order_by("-id")
    if words:
        found = found.filter(because__icontains=words)
    if subject:
        exact = ":" in subject
        found = found.filter(Q(subject=subject) if exact else Q(subject__startswith=f"{subject}:"))
    if by:
        found = found.filter(by__in=Person.objects.filter(Q(username=by) | Q(name__contains=by)))
    if what:
        found = found.filter(Q(what=what) if "." in what else Q(what__startswith=f"{what}."))
    if since:
        found = found.filter(at__gte=start_of(since))
    if until:
        found = found.filter(at__lt=end_of(until))
    return found


@dataclass(frozen=True)
class Told:
    """An entry as a reader sees it: codes in the house's Chinese words, `_fen` as yuan."""

    entry: Entry
    words: str
    subject: str
    facts: Sequence[tuple[str, str | int]]


def told(entries: Sequence[Entry]) -> list[Told]:
    """Put entries into words, with one query per kind of subject."""
    words = _words()
    names = _names({entry.subject for entry in entries})
    return [
        Told(
            entry,
            words_of(entry.what),
            names.get(entry.subject, entry.subject),
            [_fact(words, key, value) for key, value in entry.facts.items()],
        )
        for entry in entries
    ]


REGISTER_VERBS = {
    "registered": "登记",
    "changed": "修改",
    "restored": "恢复",
    "taken_back": "撤回",
    "deleted": "删除",
}


def words_of(what: str) -> str:
    """Return the house's Chinese words for a code, or the code where it has none.

    A register's codes say table and verb: "wallet.merchant_changed" is 修改商户.
    """
    if word := _words().get(what):
        return word
    for verb, word in REGISTER_VERBS.items():
        if what.endswith(f"_{verb}"):
            try:
                model = apps.get_model(what.removesuffix(f"_{verb}"))
            except (LookupError, ValueError):
                continue
            return f"{word}{model._meta.verbose_name}"
    return what


def kinds() -> list[tuple[str, str]]:
    """Return the codes that the house records, with their words, for a choice."""
    return [(code, word) for code, word in _words().items() if "." in code]


def undelivered() -> QuerySet[Delivery]:
    """Return what subscribers have not heard yet although it was tried, the oldest first."""
    waiting = Delivery.objects.filter(delivered_at=None, attempts__gt=0)
    return waiting.select_related("entry").order_by("id")


def _fact(words: Mapping[str, str], key: str, value: str | int) -> tuple[str, str | int]:
    if key.endswith("_fen") and isinstance(value, int):
        value = f"¥{Decimal(value) / 100:,.2f}"
    return words.get(key, key), value


def _words() -> Mapping[str, str]:
    return import_string(settings.TRAIL_WORDS)  # type: ignore[no-any-return]


def _names(subjects: set[str]) -> dict[str, str]:
    """Return what each subject is called: its table's Chinese name and the row's own."""
    by_label: dict[str, list[str]] = {}
    for subject in subjects:
        label, _, pk = subject.partition(":")
        by_label.setdefault(label, []).append(pk)
    names = {}
    for label, keys in by_label.items():
        try:
            model = apps.get_model(label)
        except (LookupError, ValueError):
            continue
        rows = model._default_manager.in_bulk([int(key) for key in keys if key.isdigit()])
        for key in keys:
            row = rows.get(int(key)) if key.isdigit() else None
            names[f"{label}:{key}"] = f"{model._meta.verbose_name} {row or '#' + key}"
    return names
