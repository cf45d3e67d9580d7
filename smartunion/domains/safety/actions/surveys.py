"""The list on site: look at each line, put risks right, sign for one's party."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from smartunion.domains.safety.models import RiskItem, SiteSurvey
from smartunion.domains.safety.reads import locks
from smartunion.domains.safety.reads import surveys as reads
from smartunion.domains.safety.rules import refusals
from smartunion.domains.safety.rules.kinds import Party
from smartunion.kernel.files import actions as files
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.trail.record import record

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

State = RiskItem.State
LIST = "list"


@transaction.atomic
def look(
    *,
    item_id: int,
    found: str = "",
    photos: "Sequence[UploadedFile[bytes]]" = (),
    by: Person,
    at: datetime,
) -> RiskItem:
    """Note what was seen at one line: nothing, or a risk with its photo (R231)."""
    item = _locked(item_id)
    if item.state == State.SETTLED and item.settled_at:
        raise refusals.SettledAlready(matter=item.matter, at=item.settled_at)
    if found.strip() and not photos and item.state != State.OPEN:
        raise refusals.PhotoMissing(matter=item.matter, what="有风险")
    item.state = State.OPEN if found.strip() else State.CLEAR
    item.found, item.looked_by, item.looked_at = found.strip(), by, at
    item.save(update_fields=["state", "found", "looked_by", "looked_at"])
    _keep(item, photos, by=by, at=at)
    record("safety.looked_at", item, by=by, at=at, name=item.matter, result=State(item.state).label)
    _tell_the_case(item.survey)
    return item


@transaction.atomic
def add_item(
    *,
    survey_id: int,
    matter: str,
    found: str,
    photos: "Sequence[UploadedFile[bytes]]",
    by: Person,
    at: datetime,
) -> RiskItem:
    """Add a risk that no line of the list asks for; also after the signatures."""
    survey = locks.survey(survey_id)
    if not photos:
        raise refusals.PhotoMissing(matter=matter, what="有风险")
    item = RiskItem.objects.create(
        survey=survey, matter=matter, state=State.OPEN, found=found, looked_by=by, looked_at=at
    )
    _keep(item, photos, by=by, at=at)
    record("safety.risk_added", item, by=by, at=at, name=matter)
    _tell_the_case(survey)
    return item


@transaction.atomic
def settle(
    *,
    item_id: int,
    how: str,
    photos: "Sequence[UploadedFile[bytes]]",
    by: Person,
    at: datetime,
) -> RiskItem:
    """Put a risk right, with a photo that shows it; a second time is refused."""
    item = _locked(item_id)
    if item.state != State.OPEN:
        raise refusals.SettledAlready(matter=item.matter, at=item.settled_at or at)
    if not photos:
        raise refusals.PhotoMissing(matter=item.matter, what="销项")
    item.state, item.settled_by, item.settled_at, item.settled_how = State.SETTLED, by, at, how
    item.save(update_fields=["state", "settled_by", "settled_at", "settled_how"])
    _keep(item, photos, by=by, at=at)
    record("safety.settled", item, by=by, at=at, name=item.matter)
    _tell_the_case(item.survey)
    return item


@transaction.atomic
def hand_in_list(*, run_id: int, by: Person, at: datetime) -> SiteSurvey:
    """Hand the list in: every line was looked at; now the three sign."""
    survey = _of_run(run_id)
    unchecked, risks = reads.counts(survey)
    if unchecked:
        left = survey.items.filter(state=State.UNCHECKED).order_by("pk")
        names = "、".join(left.values_list("matter", flat=True))
        raise refusals.ChecksMissing(count=unchecked, missing=names)
    told = f"{survey.items.count()} 项都看过，{risks} 项待整改"
    engine.pass_step(
        run_id=run_id, facts={**_facts(survey), "signing": LIST},
        outputs={LIST: Given(text=told)}, by=by, at=at,
    )  # fmt: skip
    record("safety.list_handed_in", survey, by=by, at=at, number=survey.number)
    return survey


@transaction.atomic
def sign(*, run_id: int, by: Person, at: datetime) -> SiteSurvey:
    """Sign for one's party; the third signature makes the survey signed (R230)."""
    survey = _of_run(run_id)
    party = Party(StepRun.objects.values_list("step", flat=True).get(pk=run_id))
    for one in reads.signatures(survey):
        if one.by is not None and one.by.pk == by.pk and one.party != party:
            raise refusals.SignedForAnother(by=by.name, party=one.party.words)
    engine.pass_step(
        run_id=run_id,
        facts={**_facts(survey), "signing": party.value},
        outputs={"signature": Given(text=f"{party.words} {by.name} 已到现场，清单逐项看过")},
        by=by,
        at=at,
    )
    record("safety.signed", survey, by=by, at=at, part=party.words, number=survey.number)
    if not reads.unsigned(survey):
        survey.signed_at = at
        survey.save(update_fields=["signed_at"])
    return survey


def _locked(item_id: int) -> RiskItem:
    """Return a line of the list; its survey is locked first, as everywhere."""
    locks.survey(RiskItem.objects.values_list("survey_id", flat=True).get(pk=item_id))
    return RiskItem.objects.select_related("survey__case").get(pk=item_id)


def _of_run(run_id: int) -> SiteSurvey:
    case_id = StepRun.objects.values_list("case_id", flat=True).get(pk=run_id)
    return locks.survey(SiteSurvey.objects.values_list("pk", flat=True).get(case=case_id))


def _facts(survey: SiteSurvey) -> dict[str, object]:
    facts = reads.facts_of(survey)
    return {
        "unchecked": facts.unchecked, "open_items": facts.open_items, "signed": list(facts.signed),
        "kept_out": reads.organisers(survey),
    }  # fmt: skip


def _tell_the_case(survey: SiteSurvey) -> None:
    """Keep the case's facts as the list stands, so that its pages say the same."""
    case = survey.case
    unchecked, risks = reads.counts(survey)
    case.facts = {**case.facts, "unchecked": unchecked, "open_items": risks}
    case.save(update_fields=["facts"])


def _keep(
    item: RiskItem, photos: "Sequence[UploadedFile[bytes]]", *, by: Person, at: datetime
) -> None:
    for number, upload in enumerate(photos, 1):
        upload.name = f"踏勘-{item.pk}-{number}{Path(upload.name or '').suffix.lower()}"
        files.store(upload=upload, kind="photo", subject=item, by=by, at=at)
