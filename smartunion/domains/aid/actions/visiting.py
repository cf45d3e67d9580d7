"""The home visit: two went, one writes, the other signs (R225)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from smartunion.domains.aid.models import Application, HomeVisit
from smartunion.domains.aid.reads import locks
from smartunion.domains.aid.reads.cases import about, involved, visitors
from smartunion.domains.aid.reads.figures import fund_used_fen, terms_on
from smartunion.domains.aid.rules import persons, refusals
from smartunion.domains.aid.rules.amounts import within_fund, within_table
from smartunion.domains.aid.rules.persons import PARTS, Sealed
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.numbers import alone
from smartunion.kernel.files import actions as files
from smartunion.kernel.files import reads as stored
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions as private
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.trail.record import record

State = Application.State


@transaction.atomic
def write_visit(
    *,
    run_id: int,
    companion_id: int,
    visited_at: datetime,
    band: str,
    amount_fen: int,
    findings: Mapping[str, str],
    photos: "Sequence[UploadedFile[bytes]]" = (),
    by: Person,
    at: datetime,
) -> HomeVisit:
    """Write the report and sign it; the companion signs on their own phone.

    :raises Refused: the same person twice, no visitor, too few photos, an amount outside the
        table, or more than the fund still holds
    """
    application = locks.of_run(run_id)
    _may_visit(application, by, companion_id, at)
    terms = terms_on(campus_day(at))
    if no := within_table(application.category, band, amount_fen, terms):
        raise no
    alone("aid.fund")
    if no := within_fund(amount_fen, fund_used_fen(terms) + _waiting_fen(application), terms):
        raise no
    names = []
    before = stored.of(application).filter(kind="photo").count()
    for number, upload in enumerate(photos, before + 1):
        upload.name = f"入户照片-{number}{Path(upload.name or '').suffix.lower()}"
        file = files.store(upload=upload, kind="photo", subject=application, by=by, at=at)
        names.append(file.pk)
    if len(names) < terms.photos:
        raise refusals.PhotosMissing(have=len(names), least=terms.photos)
    visit = HomeVisit.objects.create(
        application=application, run_id=run_id, visited_at=visited_at, written_by=by,
        companion_id=companion_id, band=band, amount_fen=amount_fen, written_at=at,
    )  # fmt: skip
    private.seal(
        about=about(application), kind=PARTS[Sealed.VISIT],
        data={**findings, "photos": names, "run": run_id},
        subject=application.beneficiary, by=by, at=at,
    )  # fmt: skip
    application.band, application.amount_fen = band, amount_fen
    application.save(update_fields=["band", "amount_fen"])
    engine.pass_step(
        run_id=run_id,
        facts={
            "band": band,
            "amount_fen": amount_fen,
            "visitors": [by.pk, companion_id],
            "within_table": True,
            "fund_left": True,
            "objected": False,
        },
        outputs={
            "visit": Given(text=f"建议{band} {amount_fen // 100:,} 元；报告已封存"),
            "photos": Given(text=f"{len(names)} 张，随报告封存"),
        },
        by=by,
        at=at,
    )
    record("aid.visited", application, by=by, at=at, photos=len(names))
    tell(
        to=visit.companion,
        about=f"aid.visit:{run_id}",
        title=f"{application.number} 的入户报告等你签字",
        text=f"{by.name}已写好报告，请看过后签字；有不同意见先告诉{by.name}。",
        link=f"/aid/visits/{run_id}/",
        at=at,
    )
    return visit


@transaction.atomic
def sign_visit(*, run_id: int, by: Person, at: datetime) -> HomeVisit:
    """Sign as the second visitor what the first has written; with that the step is done."""
    application = locks.of_run(run_id)
    visit = HomeVisit.objects.select_for_update().filter(run_id=run_id).first()
    if visit is None or by.pk not in (visit.companion_id, visit.written_by_id):
        names = "、".join(p.name for p in visitors(application, at=at))
        raise refusals.NoVisitor(name=by.name, holders=names)
    if by.pk == visit.written_by_id:
        raise refusals.SameVisitor(name=by.name)
    engine.pass_step(run_id=run_id, by=by, at=at)
    visit.signed_at = at
    visit.save(update_fields=["signed_at"])
    record("aid.visit_signed", application, by=by, at=at)
    return visit


def _may_visit(application: Application, by: Person, companion_id: int, at: datetime) -> None:
    if no := persons.may_handle(involved(application), by.pk, by.name):
        raise no
    if companion_id == by.pk:
        raise refusals.SameVisitor(name=by.name)
    able = {person.pk: person for person in visitors(application, at=at)}
    names = "、".join(person.name for person in able.values()) or "（没有人，请先任命）"
    if by.pk not in able:
        raise refusals.NoVisitor(name=by.name, holders=names)
    if companion_id not in able:
        other = Person.objects.filter(pk=companion_id).first()
        raise refusals.NoVisitor(name=other.name if other else "这个人", holders=names)


def _waiting_fen(but: Application) -> int:
    """Return what other applications ask that are past their visit and not yet voted on."""
    waiting = Application.objects.filter(
        state=State.OPEN, amount_fen__isnull=False, case__runs__state="open",
        case__runs__step__in=["visit", "agenda", "vote"],
    ).exclude(pk=but.pk)  # fmt: skip
    return sum(each.amount_fen or 0 for each in waiting.distinct())
