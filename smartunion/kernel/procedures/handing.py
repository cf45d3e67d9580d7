"""Hand in what a form holds: files into the store, words and facts into the case, at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from smartunion.kernel.files.actions import store
from smartunion.kernel.files.rules import Kind
from smartunion.kernel.people.models import Person

from . import engine
from .engine import Given
from .models import Case, StepRun
from .registry import sheet_of

Uploads = Mapping[str, "Sequence[UploadedFile[bytes]]"]
KINDS = {"photo": Kind.PHOTO, "screenshot": Kind.SCREENSHOT}


@transaction.atomic
def keep(
    *,
    run_id: int,
    texts: Mapping[str, str],
    uploads: Uploads,
    by: Person,
    at: datetime,
    because: str = "",
) -> StepRun:
    """Put words and files into the file of an open step, which stays open.

    :raises Refused: as engine.hand_in and kernel/files do; then nothing is kept
    """
    run = StepRun.objects.select_related("case__sheet").get(pk=run_id)
    step = sheet_of(run.case.sheet.digest).step(run.step)
    kinds = {output.code: KINDS.get(output.kind, Kind.OTHER) for output in step.outputs}
    files = {
        code: [
            store(upload=one, kind=kinds[code], subject=run.case, by=by, at=at, because=because)
            for one in given
        ]
        for code, given in uploads.items()
    }
    for place in range(max([1, *map(len, files.values())])):
        layer = {
            code: Given(given[place].pk) for code, given in files.items() if place < len(given)
        }
        if place == 0:
            layer |= {
                code: Given(layer[code].file_id if code in layer else None, words)
                for code, words in texts.items()
            }
        run = engine.hand_in(run_id=run_id, outputs=layer, by=by, at=at, because=because)
    return run


@transaction.atomic
def finish(
    *,
    run_id: int,
    facts: Mapping[str, Any],
    texts: Mapping[str, str],
    uploads: Uploads,
    by: Person,
    at: datetime,
    because: str = "",
) -> Case:
    """Hand in and finish a step in one transaction: refused, nothing of it is kept.

    :raises Refused: as engine.pass_step and kernel/files do
    """
    if texts or uploads:
        keep(run_id=run_id, texts=texts, uploads=uploads, by=by, at=at, because=because)
    return engine.pass_step(run_id=run_id, facts=facts, by=by, at=at, because=because)
