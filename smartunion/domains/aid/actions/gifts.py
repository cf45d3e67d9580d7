"""Gifts on five occasions: registered by the branch, checked, brought, settled."""

from datetime import date, datetime
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from smartunion.domains.aid.models import Gift
from smartunion.domains.aid.procedure import GIFT
from smartunion.domains.aid.reads import locks
from smartunion.domains.aid.reads.figures import terms_on
from smartunion.domains.aid.rules import refusals
from smartunion.domains.aid.rules.amounts import GiftKind, gift_fen
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.money import in_yuan
from smartunion.kernel.base.numbers import next_number
from smartunion.kernel.files import actions as files
from smartunion.kernel.ledger import actions as ledger
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.trail.record import record

State = Gift.State


@transaction.atomic
def register(
    *,
    receiver: Person,
    kind: GiftKind,
    happened_on: date,
    by: Person,
    mandate: Mandate,
    at: datetime,
) -> Gift:
    """Register an occasion of a colleague of one's branch; the amount is the standard's.

    :raises Refused: another branch, not yet or too long ago, or registered already
    """
    if not mandate.may("aid.help", receiver.unit_id) or receiver.pk == by.pk:
        raise refusals.NotYourColleague(name=receiver.name)
    today, terms = campus_day(at), terms_on(campus_day(at))
    if happened_on > today:
        raise refusals.GiftInFuture(on=f"{happened_on:%-m月%-d日}")
    if (today - happened_on).days > terms.gift_days:
        raise refusals.GiftTooLate(
            kind=kind.value, on=f"{happened_on:%-m月%-d日}", days=terms.gift_days
        )
    Person.objects.select_for_update(of=("self",)).get(pk=receiver.pk)
    same = Gift.objects.filter(receiver=receiver, kind=kind, happened_on=happened_on)
    if same.exclude(state=State.REFUSED).exists():
        raise refusals.GiftTwice(
            name=receiver.name, kind=kind.value, on=f"{happened_on:%-m月%-d日}"
        )
    number = next_number(Gift, "WW", at)
    amount = gift_fen(kind, terms)
    case = engine.open_case(
        sheet=GIFT,
        title=f"慰问 {number}",
        facts={
            "number": number,
            "kind": kind.value,
            "amount_fen": amount,
            "standard_fen": amount,
            "kept_out": [receiver.pk],
        },
        unit=receiver.unit,
        applicant=receiver,
        by=by,
        at=at,
    )
    made = Gift.objects.create(
        number=number, receiver=receiver, unit=receiver.unit, kind=kind, happened_on=happened_on,
        amount_fen=amount, case=case, registered_by=by, registered_at=at,
    )  # fmt: skip
    record("aid.gift_registered", made, by=by, at=at, number=number)
    return made


@transaction.atomic
def check(*, run_id: int, agreed: bool, opinion: str, by: Person, at: datetime) -> Gift:
    """Agree to a gift or not, with a word why not."""
    gift = locks.gift_of_run(run_id)
    _not_own(gift, by)
    engine.pass_step(
        run_id=run_id,
        facts={"agreed": agreed},
        outputs={"check": Given(text=opinion or "符合慰问标准")},
        by=by,
        at=at,
        because="" if agreed else opinion,
    )
    gift.refresh_from_db()
    if not agreed:
        gift.state = State.REFUSED
        gift.save(update_fields=["state"])
    record("aid.gift_checked", gift, by=by, at=at, agreed=int(agreed))
    return gift


@transaction.atomic
def reserve(*, run_id: int, at: datetime) -> Gift:
    """Set the gift's amount aside against its line."""
    gift = locks.gift_of_run(run_id)
    terms = terms_on(campus_day(at))
    ledger.encumber(
        document=f"gift:{gift.number}", budget_code=terms.gift_budget_code,
        fund_source=terms.gift_fund_source, amount_fen=gift.amount_fen, by=None, at=at,
        because=f"{gift.number} 审核通过",
    )  # fmt: skip
    gift.state = State.AGREED
    gift.save(update_fields=["state"])
    engine.pass_step(
        run_id=run_id,
        facts={"reserved_fen": gift.amount_fen},
        outputs={"encumbrance": Given(text=f"预留 {in_yuan(gift.amount_fen)} 元")},
        by=None,
        at=at,
    )
    record("aid.gift_reserved", gift, by=None, at=at, amount_fen=gift.amount_fen)
    return gift


@transaction.atomic
def give(*, run_id: int, signed: "UploadedFile[bytes]", by: Person, at: datetime) -> Gift:
    """Bring the gift; the receiver's own signature or a picture stays in the file."""
    gift = locks.gift_of_run(run_id)
    _not_own(gift, by)
    signed.name = f"签收单{Path(signed.name or '').suffix.lower()}"
    file = files.store(upload=signed, kind="acceptance", subject=gift, by=by, at=at)
    engine.pass_step(
        run_id=run_id,
        facts={"received": True},
        outputs={"signed": Given(file_id=file.pk, text="本人签收")},
        by=by,
        at=at,
    )
    gift.state, gift.given_at = State.GIVEN, at
    gift.save(update_fields=["state", "given_at"])
    record("aid.gift_given", gift, by=by, at=at)
    tell(
        to=gift.receiver,
        about=f"aid.gift:{gift.pk}",
        title="工会的慰问已送到",
        text=f"{gift.number}，{in_yuan(gift.amount_fen)} 元标准。没有收到请告诉分会。",
        link="/aid/",
        at=at,
    )
    return gift


@transaction.atomic
def settle(
    *, run_id: int, receipt: str, voucher: "UploadedFile[bytes]", by: Person, at: datetime
) -> Gift:
    """Pay what was laid out for the gift, by its receipt, once."""
    gift = locks.gift_of_run(run_id)
    _not_own(gift, by)
    if gift.paid_at is not None:
        raise refusals.PaidAlready(
            number=gift.number,
            at=f"{campus_day(gift.paid_at):%-m月%-d日}",
            amount=in_yuan(gift.amount_fen),
        )
    ledger.spend(
        document=f"gift:{gift.number}", debit="expense.activity", credit="bank.deposits",
        amount_fen=gift.amount_fen, by=by, at=at, because=f"{gift.number} 报销",
    )  # fmt: skip
    voucher.name = f"报销凭证{Path(voucher.name or '').suffix.lower()}"
    file = files.store(upload=voucher, kind="voucher", subject=gift, by=by, at=at)
    gift.state, gift.paid_at = State.PAID, at
    gift.save(update_fields=["state", "paid_at"])
    engine.pass_step(
        run_id=run_id,
        facts={"paid_fen": gift.amount_fen},
        outputs={"voucher": Given(file_id=file.pk, text=f"报销单 {receipt}")},
        by=by,
        at=at,
    )
    record("aid.gift_settled", gift, by=by, at=at, amount_fen=gift.amount_fen)
    return gift


def _not_own(gift: Gift, by: Person) -> None:
    if by.pk == gift.receiver_id:
        raise refusals.OwnAid(by=by.name, number=gift.number, why="本人的慰问")
