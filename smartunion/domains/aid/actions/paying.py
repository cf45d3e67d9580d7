"""Money: set aside when the committee says yes, paid once, freed when there is none, got back."""

from datetime import datetime
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from smartunion.domains.aid.models import Application, Disbursement, Reclaim
from smartunion.domains.aid.reads import locks
from smartunion.domains.aid.reads.cases import involved
from smartunion.domains.aid.reads.figures import terms_on
from smartunion.domains.aid.rules import persons, refusals
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.money import in_yuan
from smartunion.kernel.files import actions as files
from smartunion.kernel.ledger import actions as ledger
from smartunion.kernel.ledger.reads import left_of
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.trail.record import record

State = Application.State
BANK, EXPENSE, OWED = "bank.deposits", "expense.aid", "receivable.aid"


@transaction.atomic
def reserve(*, run_id: int, at: datetime) -> Application:
    """Set the voted amount aside against the aid line, the moment that the vote carries."""
    application = locks.of_run(run_id)
    terms = terms_on(campus_day(at))
    amount = application.amount_fen
    assert amount, "the home visit has named an amount"
    _free(application, at, "重新票决，先释放原预留")  # where a later step was sent back
    ledger.encumber(
        document=_document(application), budget_code=terms.budget_code,
        fund_source=terms.fund_source, amount_fen=amount, by=None, at=at,
        because=f"{application.number} 常委会票决通过",
    )  # fmt: skip
    application.state, application.approved_fen = State.APPROVED, amount
    application.save(update_fields=["state", "approved_fen"])
    engine.pass_step(
        run_id=run_id,
        facts={"reserved_fen": amount},
        outputs={
            "encumbrance": Given(text=f"预留 {in_yuan(amount)} 元，凭据 {application.number}")
        },
        by=None,
        at=at,
    )
    record("aid.approved", application, by=None, at=at, amount_fen=amount)
    return application


@transaction.atomic
def reopen(*, run_id: int, at: datetime) -> Application:
    """Free the money after an upheld objection; two people go and look again."""
    application = locks.of_run(run_id)
    _free(application, at, "公示期异议成立，重新入户")
    application.state, application.approved_fen = State.OPEN, None
    application.save(update_fields=["state", "approved_fen"])
    engine.pass_step(
        run_id=run_id,
        facts={"reserved_fen": 0, "visitors": [], "carried": None, "within_table": None},
        outputs={"release": Given(text="预留已释放，重新入户")},
        by=None,
        at=at,
    )
    record("aid.reopened", application, by=None, at=at)
    return application


@transaction.atomic
def shut(*, run_id: int, at: datetime) -> Application:
    """End a case without aid: what was set aside is free again."""
    application = locks.of_run(run_id)
    freed = _free(application, at, "不予救助")
    application.state, application.closed_at = State.REFUSED, at
    application.save(update_fields=["state", "closed_at"])
    engine.pass_step(
        run_id=run_id,
        outputs={"release": Given(text=f"释放 {in_yuan(freed)} 元" if freed else "没有预留")},
        by=None,
        at=at,
    )
    record("aid.refused", application, by=None, at=at)
    return application


@transaction.atomic
def pay(
    *,
    run_id: int,
    receipt: str,
    voucher: "UploadedFile[bytes]",
    by: Person,
    at: datetime,
) -> Disbursement:
    """Pay the voted amount to the applicant's own account, once, with the bank's receipt.

    :raises Refused: not approved, paid already, one's own matter, or not the payer's step
    """
    application = locks.of_run(run_id)
    if no := persons.may_handle(involved(application), by.pk, by.name):
        raise no
    if paid := Disbursement.objects.filter(application=application).first():
        raise refusals.PaidAlready(
            number=application.number,
            at=f"{campus_day(paid.paid_at):%-m月%-d日}",
            amount=in_yuan(paid.amount_fen),
        )
    if application.state != State.APPROVED or not application.approved_fen:
        raise refusals.NotApproved(number=application.number)
    made = Disbursement.objects.create(
        application=application, amount_fen=application.approved_fen, receipt=receipt,
        paid_at=at, by=by,
    )  # fmt: skip
    ledger.spend(
        document=_document(application), debit=EXPENSE, credit=BANK,
        amount_fen=made.amount_fen, by=by, at=at, because=f"{application.number} 放款",
    )  # fmt: skip
    voucher.name = f"付款凭证{Path(voucher.name or '').suffix.lower()}"
    file = files.store(upload=voucher, kind="voucher", subject=made, by=by, at=at)
    application.state = State.PAID
    application.save(update_fields=["state"])
    engine.pass_step(
        run_id=run_id,
        facts={"paid_fen": made.amount_fen},
        outputs={"voucher": Given(file_id=file.pk, text=f"银行回单 {receipt}")},
        by=by,
        at=at,
    )
    record("aid.paid", application, by=by, at=at, amount_fen=made.amount_fen)
    tell(
        to=application.beneficiary,
        about=f"aid.paid:{application.pk}",
        title=f"救助款 {in_yuan(made.amount_fen)} 元已打出",
        text=f"打到尾号 {application.account_tail} 的账户；福利部之后会来回访，来之前先打电话。",
        link=f"/aid/applications/{application.pk}/",
        at=at,
    )
    return made


@transaction.atomic
def reclaim(*, application_id: int, by: Person, at: datetime, because: str) -> Reclaim:
    """Decide that money got by false statements is to be given back, with the reason.

    Who paid it out or has to do with the case does not decide. The budget line has it again at
    once; what is owed stands as a receivable until it has come.
    """
    application = locks.locked(application_id)
    if no := persons.may_handle(involved(application), by.pk, by.name):
        raise no
    if known := Reclaim.objects.filter(application=application).first():
        raise refusals.ReclaimedAlready(
            number=application.number, at=f"{campus_day(known.decided_at):%-m月%-d日}"
        )
    paid = Disbursement.objects.filter(application=application).first()
    if paid is None:
        raise refusals.NotPaid(number=application.number)
    if paid.by_id == by.pk:
        raise refusals.OwnAid(by=by.name, number=application.number, why="放款经办人")
    made = Reclaim.objects.create(
        application=application, amount_fen=paid.amount_fen, because=because,
        decided_by=by, decided_at=at,
    )  # fmt: skip
    terms = terms_on(campus_day(paid.paid_at))
    ledger.post(
        debit=OWED, credit=EXPENSE, amount_fen=paid.amount_fen,
        document=_document(application), code="reclaim", budget_code=terms.budget_code,
        fund_source=terms.fund_source, by=by, at=at, because=f"{application.number} 追回",
    )  # fmt: skip
    application.state = State.RECLAIMED
    application.save(update_fields=["state"])
    record("aid.reclaimed", application, by=by, at=at, because=because, amount_fen=paid.amount_fen)
    tell(
        to=application.beneficiary,
        about=f"aid.reclaimed:{application.pk}",
        title=f"救助款 {in_yuan(paid.amount_fen)} 元须退回",
        text=f"理由：{because}。对决定有疑问，可以向经审委申请复核。",
        link=f"/aid/applications/{application.pk}/",
        at=at,
    )
    return made


@transaction.atomic
def give_back(
    *, application_id: int, amount_fen: int, receipt: str, by: Person, at: datetime
) -> Reclaim:
    """Enter what has come back, whole or in parts, with the bank's receipt."""
    application = locks.locked(application_id)
    owed = Reclaim.objects.select_for_update().filter(application=application).first()
    if owed is None:
        raise refusals.NotPaid(number=application.number)
    left = owed.amount_fen - owed.returned_fen
    if not 0 < amount_fen <= left:
        raise refusals.MoreThanOwed(left=in_yuan(left), asked=in_yuan(amount_fen))
    ledger.post(
        debit=BANK, credit=OWED, amount_fen=amount_fen, document=_document(application),
        code="returned", by=by, at=at, because=f"{application.number} 退回，回单 {receipt}",
    )  # fmt: skip
    owed.returned_fen += amount_fen
    if owed.returned_fen == owed.amount_fen:
        owed.returned_at = at
    owed.save(update_fields=["returned_fen", "returned_at"])
    record("aid.given_back", application, by=by, at=at, amount_fen=amount_fen)
    return owed


def _document(application: Application) -> str:
    return f"aid:{application.number}"


def _free(application: Application, at: datetime, because: str) -> int:
    """Free what is set aside for the application; return how much that was, in fen."""
    left = left_of(_document(application))
    if left:
        ledger.release(document=_document(application), by=None, at=at, because=because)
    return left
