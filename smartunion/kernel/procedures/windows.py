"""Entering a publicity step posts; what is shown is what the sheet declares, masked."""

from datetime import datetime

from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.publicity import masks
from smartunion.kernel.publicity.actions import post
from smartunion.kernel.publicity.models import Posting
from smartunion.kernel.trail.record import name_of_subject

from .define import Procedure, Publicity, Step
from .models import Case, StepRun


def open_window(
    run: StepRun, case: Case, sheet: Procedure, step: Step, window: Publicity, *, at: datetime
) -> Posting:
    """Post the case's declared facts; who decided so far may not judge the objections.

    Its title tells it from others of the matter by the case's number: a case's own title may name
    whom the rows mask.
    """
    decided = case.runs.exclude(ended_by=None).select_related("ended_by")
    known: dict[str, object] = {
        **case.facts,
        "applicant": case.applicant or "",
        "unit": case.unit or "",
        "title": case.title,
        "matter": sheet.matter,
    }
    return post(
        about=name_of_subject(run),
        title=f"{sheet.matter}：{step.name}（{case.number}）",
        basis="、".join(sheet.basis)[:60],
        rows=shown(sheet, window, known),
        working_days=window.working_days,
        body=window.body,
        section=window.section,
        if_upheld=window.if_upheld,
        decided_by=list(dict.fromkeys(_person(one) for one in decided)),
        by=run.lead or run.backup,
        at=at,
    )


def _person(run: StepRun) -> Person:
    if run.ended_by is None:
        raise ValueError(f"step {run.pk} was ended by nobody")
    return run.ended_by


def shown(sheet: Procedure, window: Publicity, known: dict[str, object]) -> list[tuple[str, str]]:
    """Return the posting's rows: choices, persons, units and plain amounts in words, masked."""
    for one in window.shows:
        form, value = sheet.forms.get(one.fact), known.get(one.fact)
        if form is None or value is None or value == "":
            continue
        if form.kind == "person":
            known[one.fact] = Person.objects.get(pk=int(str(value)))
        elif form.kind == "unit":
            known[one.fact] = Unit.objects.get(pk=int(str(value)))
        elif form.kind in {"choice", "bool"} or (form.kind == "fen" and one.mask == "plain"):
            known[one.fact] = form.words(value)
    return masks.rows(window.shows, known)


def still_posted(run: StepRun) -> bool:
    """Test if the step's posting stands: one that was taken down leaves the step to people."""
    posting = posting_of(run)
    return posting is not None and posting.state != Posting.State.WITHDRAWN


def posting_of(run: StepRun) -> Posting | None:
    """Return what the step has posted."""
    return Posting.objects.filter(about=name_of_subject(run)).first()
