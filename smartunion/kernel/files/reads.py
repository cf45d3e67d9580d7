"""Questions to the files."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate
from smartunion.kernel.trail.record import name_of_subject

from .models import File

Door = Callable[[Person, Mandate, int], bool]
"""Answers whether this person may open what belongs to the row with this id."""


def of(subject: models.Model) -> QuerySet[File]:
    """Return the files of one row, the oldest first."""
    return File.objects.filter(subject=name_of_subject(subject)).order_by("id")


def may_open(file: File, person: Person, mandate: Mandate) -> bool:
    """Return whether the person may open the file.

    Whoever stored it, and whoever the owner's door in site/wiring.py lets in. A file whose owner
    has no door opens for holders of `files.view`.
    """
    if file.stored_by_id == person.pk:
        return True
    label, _, key = file.subject.partition(":")
    doors: Mapping[str, Door] = import_string(settings.FILE_DOORS)
    if label in doors:
        return doors[label](person, mandate, int(key))
    return mandate.may("files.view")


def path_of(sha256: str) -> Path:
    """Return where content with this hash lies."""
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256


def damaged() -> Iterator[tuple[File, str]]:
    """Yield every file whose content is missing or no longer what was stored, and which it is."""
    for file in File.objects.order_by("id").iterator():
        path = path_of(file.sha256)
        if not path.is_file():
            yield file, "missing"
            continue
        with path.open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != file.sha256:
                yield file, "changed"
