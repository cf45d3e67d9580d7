"""Fill in an application, save it half done, hand it in, take it back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.crypto import salted_hmac

from smartunion.domains.aid.models import Application
from smartunion.domains.aid.procedure import HARDSHIP
from smartunion.domains.aid.reads import locks
from smartunion.domains.aid.reads.cases import about, kept_out_of
from smartunion.domains.aid.reads.figures import terms_on
from smartunion.domains.aid.rules import refusals
from smartunion.domains.aid.rules.amounts import Category, within_range
from smartunion.domains.aid.rules.persons import PARTS, Sealed
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.numbers import next_number
from smartunion.kernel.files import actions as files
from smartunion.kernel.files import reads as stored
from smartunion.kernel.files.models import File
from smartunion.kernel.ledger import actions as ledger
from smartunion.kernel.ledger.reads import left_of
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate, members
from smartunion.kernel.private import actions as private
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.trail.record import record

State = Application.State
EDITABLE = (State.DRAFT, State.CONSENT, State.RETURNED)
DEAD = (State.DRAFT, State.CONSENT, State.REFUSED, State.WITHDRAWN)
NEEDED = {"cause": "什么困难（事由）", "story": "情况说明"}


@dataclass(frozen=True)
class Filled:
    """What stands in the form: open fields, the sealed circumstances, an account if typed anew."""

    category: str = ""
    happened_on: date | None = None
    asked_fen: int | None = None
    circumstances: Mapping[str, str] | None = None
    account: str = ""
    account_bank: str = ""


@transaction.atomic
def start(*, beneficiary: Person, by: Person, mandate: Mandate, at: datetime) -> Application:
    """Begin an application for oneself, or as a branch officer for a colleague of the branch.

    :raises Refused: no member, or a colleague of another branch
    """
    day = campus_day(at)
    if not members(on=day).filter(pk=beneficiary.pk).exists():
        raise refusals.NotAMember(name=beneficiary.name)
    if by.pk != beneficiary.pk and not mandate.may("aid.help", beneficiary.unit_id):
        raise refusals.NotYourColleague(name=beneficiary.name)
    Person.objects.select_for_update(of=("self",)).get(pk=beneficiary.pk)
    begun = Application.objects.filter(
        beneficiary=beneficiary, filed_by=by, state__in=[State.DRAFT, State.CONSENT]
    ).first()
    if begun:
        return begun
    made = Application.objects.create(
        beneficiary=beneficiary, filed_by=by, unit=beneficiary.unit, drafted_at=at
    )
    record("aid.started", made, by=by, at=at)
    return made


@transaction.atomic
def save_draft(*, application_id: int, filled: Filled, by: Person, at: datetime) -> Application:
    """Keep what has been typed so far, whole or not; what was kept before and left out stays."""
    application = _mine(application_id, by)
    if filled.category in tuple(Category):
        application.category = filled.category
    application.happened_on = filled.happened_on or application.happened_on
    application.asked_fen = filled.asked_fen or application.asked_fen
    if filled.circumstances is not None:
        _seal(application, Sealed.CIRCUMSTANCES, filled.circumstances, by, at)
        application.cause_mark = _mark(application, filled.circumstances.get("cause", ""))
    if filled.account:
        number = re.sub(r"\s", "", filled.account)
        _seal(application, Sealed.ACCOUNT, {"number": number, "bank": filled.account_bank}, by, at)
        application.account_tail = number[-4:]
    application.save()
    record("aid.saved", application, by=by, at=at)
    return application


@transaction.atomic
def add_paper(
    *, application_id: int, upload: "UploadedFile[bytes]", by: Person, at: datetime
) -> File:
    """Keep a document as evidence, under a name that tells nothing: 证明材料-2.pdf.

    Allowed until the money is paid: an invoice may come late.
    """
    application = locks.locked(application_id)
    if by.pk not in (application.beneficiary_id, application.filed_by_id):
        raise refusals.OwnAid(by=by.name, number=str(application), why="不是本人或代填人")
    if application.state not in (*EDITABLE, State.OPEN, State.APPROVED):
        raise refusals.NotADraft(number=application.number)
    count = stored.of(application).filter(kind="other").count()
    upload.name = f"证明材料-{count + 1}{Path(upload.name or '').suffix.lower()}"
    file = files.store(upload=upload, kind="other", subject=application, by=by, at=at)
    record("aid.paper_added", application, by=by, at=at, papers=count + 1)
    return file


@transaction.atomic
def hand_in(*, application_id: int, by: Person, at: datetime) -> Application:
    """Hand the application in: complete, in range, once per cause; for another only with consent.

    Without the colleague's consent it waits for it, and the colleague is told.
    """
    application = _mine(application_id, by)
    _complete(application, at)
    helped = application.beneficiary
    if application.filed_by_id != helped.pk and application.consented_at is None:
        application.state = State.CONSENT
        application.save(update_fields=["state"])
        record("aid.consent_asked", application, by=by, at=at)
        tell(
            to=helped,
            about=f"aid.consent:{application.pk}",
            title=f"{by.name}替你填好了救助申请，要你点同意",
            text="你看过内容、点了同意，才会交上去；不同意就当没填过。",
            link=f"/aid/applications/{application.pk}/consent/",
            at=at,
        )
        return application
    return _open(application, by=by, at=at)


@transaction.atomic
def consent(*, application_id: int, by: Person, at: datetime) -> Application:
    """Agree to what a branch officer has filled in for oneself; with that it is handed in."""
    application = locks.locked(application_id)
    if by.pk != application.beneficiary_id:
        raise refusals.OwnAid(by=by.name, number=str(application), why="不是本人")
    if application.state != State.CONSENT:
        raise refusals.NotADraft(number=application.number or "这份申请")
    application.consented_at = at
    record("aid.consented", application, by=by, at=at)
    return _open(application, by=by, at=at)


@transaction.atomic
def decline(*, application_id: int, by: Person, at: datetime, because: str) -> Application:
    """Do not agree: the draft is closed and what it held is destroyed."""
    application = locks.locked(application_id)
    if by.pk != application.beneficiary_id or application.state != State.CONSENT:
        raise refusals.NotADraft(number=application.number or "这份申请")
    _forget(application, by, at)
    application.state, application.closed_at, application.cause_mark = State.WITHDRAWN, at, ""
    application.number = next_number(Application, "JZ", at)
    application.save(update_fields=["state", "closed_at", "cause_mark", "number"])
    record("aid.declined", application, by=by, at=at, because=because)
    return application


@transaction.atomic
def consent_on_paper(
    *, application_id: int, upload: "UploadedFile[bytes]", by: Person, at: datetime
) -> Application:
    """Hand in for a colleague who cannot use a phone now, by a consent signed on paper."""
    application = _mine(application_id, by)
    if by.pk != application.filed_by_id or by.pk == application.beneficiary_id:
        raise refusals.NotADraft(number=application.number or "这份申请")
    _complete(application, at)
    upload.name = f"本人同意书{Path(upload.name or '').suffix.lower()}"
    files.store(upload=upload, kind="undertaking", subject=application, by=by, at=at)
    application.consented_at = at
    record("aid.consented_on_paper", application, by=by, at=at)
    return _open(application, by=by, at=at)


@transaction.atomic
def withdraw(*, application_id: int, by: Person, at: datetime, because: str) -> Application:
    """Take the application back before it is paid; a draft is simply thrown away."""
    application = locks.locked(application_id)
    if by.pk != application.beneficiary_id:
        raise refusals.OwnAid(by=by.name, number=str(application), why="只有本人能撤回")
    if application.case_id is None:
        _forget(application, by, at)
        application.number = next_number(Application, "JZ", at)
        application.state, application.closed_at, application.cause_mark = State.WITHDRAWN, at, ""
        application.save(update_fields=["state", "closed_at", "cause_mark", "number"])
        record("aid.withdrawn", application, by=by, at=at, because=because)
        return application
    if application.state in (State.PAID, State.RECLAIMED):
        raise refusals.PaidAlready(number=application.number, at="放款后", amount="全部")
    engine.withdraw(case_id=application.case_id, by=by, at=at, because=because)
    return _withdrawn(application, by, at, because)


@transaction.atomic
def follow_withdrawal(*, case_id: int, by: Person | None, at: datetime, because: str) -> None:
    """Close the application whose case was withdrawn elsewhere, and free its money; repeatable."""
    found = Application.objects.filter(case=case_id).values_list("pk", flat=True).first()
    if found is None:
        return
    application = locks.locked(found)
    if application.state in (State.OPEN, State.RETURNED, State.APPROVED):
        record("aid.withdrawal_followed", application, by=by, at=at)
        _withdrawn(application, by, at, because)


@transaction.atomic
def follow_return(*, case_id: int, by: Person | None, at: datetime, because: str) -> None:
    """Let the applicant change what was sent back on the general page of cases; repeatable."""
    found = Application.objects.filter(case=case_id).values_list("pk", flat=True).first()
    waits = StepRun.objects.filter(case=case_id, step="apply", state=StepRun.State.OPEN)
    if found is None or not waits.exists():
        return
    application = locks.locked(found)
    if application.state == State.OPEN:
        application.state = State.RETURNED
        application.save(update_fields=["state"])
        record("aid.papers_asked", application, by=by, at=at, because=because)


def _withdrawn(
    application: Application, by: Person | None, at: datetime, because: str
) -> Application:
    document = f"aid:{application.number}"
    if left_of(document):
        ledger.release(document=document, by=by, at=at, because=because)
    application.state, application.closed_at = State.WITHDRAWN, at
    application.save(update_fields=["state", "closed_at"])
    record("aid.withdrawn", application, by=by, at=at, because=because)
    return application


def _mine(application_id: int, by: Person) -> Application:
    application = locks.locked(application_id)
    if by.pk not in (application.beneficiary_id, application.filed_by_id):
        raise refusals.OwnAid(by=by.name, number=str(application), why="不是本人或代填人")
    if application.state not in EDITABLE:
        raise refusals.NotADraft(number=application.number)
    return application


def _seal(
    application: Application, part: Sealed, data: Mapping[str, Any], by: Person, at: datetime
) -> None:
    private.seal(
        about=about(application), kind=PARTS[part], data=data,
        subject=application.beneficiary, by=by, at=at,
    )  # fmt: skip


def _forget(application: Application, by: Person, at: datetime) -> None:
    for part in (Sealed.CIRCUMSTANCES, Sealed.ACCOUNT):
        private.erase(
            about=about(application), kind=PARTS[part], by=by, at=at, because="没有交上去"
        )


def _mark(application: Application, cause: str) -> str:
    """Return what tells one cause from another without telling which: a keyed hash."""
    plain = re.sub(r"[\s，。,.、；;（）()]", "", cause).lower()
    if not plain or not application.category:
        return ""
    return salted_hmac(
        "aid.cause", f"{application.category}|{plain}", algorithm="sha256"
    ).hexdigest()


def _complete(application: Application, at: datetime) -> None:
    """Refuse what is not complete, naming everything that is missing at once."""
    missing = [
        words
        for words, there in (
            ("救助类别", application.category),
            ("发生日期", application.happened_on),
            ("申请金额", application.asked_fen),
            ("什么困难（事由）", application.cause_mark),
            ("收款账号", application.account_tail),
            ("至少一份证明材料", stored.of(application).filter(kind="other").exists()),
        )
        if not there
    ]
    if missing:
        raise refusals.Incomplete(missing="、".join(missing))
    if no := within_range(application.asked_fen or 0, terms_on(campus_day(at))):
        raise no


def _open(application: Application, *, by: Person, at: datetime) -> Application:
    """Open the case, or pass its first step again after papers were asked for."""
    Person.objects.select_for_update(of=("self",)).get(pk=application.beneficiary_id)
    same = (
        Application.objects.filter(
            beneficiary=application.beneficiary_id, cause_mark=application.cause_mark
        )
        .exclude(pk=application.pk)
        .exclude(state__in=DEAD)
        .first()
    )
    if same:
        raise refusals.OncePerCause(number=same.number, state=same.get_state_display())
    if application.case_id is None:
        application.number = next_number(Application, "JZ", at)
        application.case = engine.open_case(
            sheet=HARDSHIP,
            title=f"困难救助 {application.number}",
            facts={
                "number": application.number,
                "category": application.category,
                "kept_out": kept_out_of(application),
                "same_cause": False,
            },
            unit=application.unit,
            applicant=application.beneficiary,
            subject=about(application),
            by=by,
            at=at,
        )
    papers = stored.of(application).filter(kind="other").count()
    run = StepRun.objects.get(case=application.case, step="apply", state=StepRun.State.OPEN)
    application.state, application.submitted_at = State.OPEN, at
    application.save()
    own = by.pk == application.beneficiary_id
    engine.pass_step(
        run_id=run.pk,
        facts={"category": application.category},
        outputs={
            "application": Given(text="申请表已封存，只有办理人写明用途后能看"),
            "papers": Given(text=f"共 {papers} 份，随申请表封存"),
        },
        by=by if own else None,
        at=at,
        because="" if own else f"{by.name}代为提交，附本人书面同意",
    )
    record("aid.handed_in", application, by=by, at=at, number=application.number or "")
    return application
