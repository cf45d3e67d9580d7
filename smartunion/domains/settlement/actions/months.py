"""The month: frozen for the 5th, checked, reviewed by the committee, paid; nothing is reopened."""

from datetime import date, datetime

from django.db import connection, transaction

from smartunion.domains.settlement.models import ClawBack, Payout, Review, Statement
from smartunion.domains.settlement.procedure import MONTH
from smartunion.domains.settlement.reads import meter, statements
from smartunion.domains.settlement.rules import refusals
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.money import in_yuan
from smartunion.kernel.ledger.actions import Line, post_many
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.trail.record import record

OWED, SUBSIDY, FROM, EXPENSE = (
    "merchant.payable", "merchant.subsidy", "bank.ecny", "expense.subsidy",
)  # fmt: skip


@transaction.atomic
def freeze(*, month: date, by: Person | None, at: datetime) -> Review:
    """Close a month and freeze every merchant's statement for the review; once and for ever.

    R052, T26: on the 5th, or the next working day; that it was moved stays written. From then on a
    refund, a release or a late upload is a correction in the open statement (M1).
    """
    first = month.replace(day=1)
    wallet.close_month(month=first, by=by, at=at)
    if (there := Review.objects.filter(month=first).first()) is not None:
        return there
    drafts = statements.drafted(first)
    digest = statements.digest_of(drafts)
    case = engine.open_case(
        sheet=MONTH,
        title=f"{first:%Y年%-m月}补贴报表",
        facts={
            "month": f"{first:%Y-%m}",
            "merchants": len(drafts),
            "subsidy_fen": max(sum(each.subsidy_fen + each.corrected_fen for each in drafts), 0),
            "payable_fen": sum(each.payable_fen for each in drafts),
            "open_cases": statements.open_cases(first),
            "digest": digest,
        },
        subject=f"settlement:{first:%Y-%m}",
        by=by,
        at=at,
    )
    planned, moved = statements.review_days(first)
    made = Review.objects.create(
        month=first, review_on=moved, planned_on=planned, digest=digest, case=case, frozen_at=at
    )
    for each in drafts:
        each.review = made
    Statement.objects.bulk_create(drafts)
    ClawBack.objects.filter(review=None).update(review=made)
    record("settlement.frozen", made, by=by, at=at, month=f"{first:%Y-%m}", lines=len(drafts))
    return made


def _step(month: date, code: str) -> tuple[Review, StepRun]:
    """Return the locked month and its open step of that code, or refuse."""
    found = Review.objects.select_for_update(of=("self",)).filter(month=month).first()
    if found is None:
        raise refusals.MonthNotFrozen(month=f"{month:%Y-%m}")
    run = statements.open_step(found)
    if run is None or run.step != code:
        raise refusals.StepNotOpen(month=f"{month:%Y-%m}", step=MONTH.name_of(code))
    return found, run


@transaction.atomic
def check(*, month: date, by: Person, at: datetime) -> Review:
    """Pass 财务核对: recompute the month from the bank's files and hand the report to the vote.

    :raises Refused: not finance, or one fen is apart (R-SET-01)
    """
    found, run = _step(month, "checked")
    judged = meter.month(month, on=campus_day(at))
    cases = statements.open_cases(month)
    said = (
        f"按银行文件重算 {judged.payments} 笔，不一致 {judged.wrong} 笔，"
        f"相差 {judged.apart_fen} 分；"
        f"未办结差错 {cases} 件；报表摘要 {found.digest[:16]}"
    )
    engine.pass_step(
        run_id=run.pk,
        facts={"wrong": judged.wrong, "apart_fen": judged.apart_fen, "open_cases": cases},
        outputs={"conclusion": Given(text=said)},
        by=by,
        at=at,
    )
    record("settlement.checked", found, by=by, at=at, month=f"{month:%Y-%m}")
    return found


@transaction.atomic
def pay(*, month: date, by: Person, at: datetime) -> Review:
    """Order what an approved month pays to each merchant, book it, and close the review.

    :raises Refused: not finance, or the committee has not approved
    """
    found, run = _step(month, "paid")
    due = list(found.statements.filter(payable_fen__gt=0).order_by("number"))
    Payout.objects.bulk_create(
        Payout(
            statement=each, document=f"payout:{month:%Y-%m}:{each.merchant_id}",
            amount_fen=each.payable_fen, occurred_at=at,
        )
        for each in due
    )  # fmt: skip
    post_many(lines=[line for each in due for line in _lines(each, month, at)], by=by, at=at)
    total = sum(each.payable_fen for each in due)
    engine.pass_step(
        run_id=run.pk,
        facts={"paid_fen": total},
        outputs={
            "voucher": Given(
                text=f"{len(due)} 家商户，共 {total} 分，付款凭据 payout:{month:%Y-%m}"
            )
        },
        by=by,
        at=at,
    )
    found.state, found.paid_at = Review.State.PAID, at
    found.save(update_fields=["state", "paid_at"])
    record("settlement.paid", found, by=by, at=at, month=f"{month:%Y-%m}", amount_fen=total)
    return found


def _lines(each: Statement, month: date, at: datetime) -> list[Line]:
    """Return what a payout settles: the points' principal first, then the subsidy."""
    points = max(each.gross_fen - each.refunded_fen - each.principal_fen, 0)
    document = f"payout:{month:%Y-%m}:{each.merchant_id}"
    principal = min(points, each.payable_fen)
    parts = ((OWED, principal), (SUBSIDY, each.payable_fen - principal))
    return [
        Line(account, FROM, fen, "settle.payout", document, at) for account, fen in parts if fen
    ]


@transaction.atomic
def claw_back(
    *, merchant_id: int, amount_fen: int, document: str, by: Person, at: datetime, because: str
) -> ClawBack:
    """Take an amount (fen) from the merchant's next statement; the same document takes once.

    What the statement cannot bear is carried to the one after, until a decision covers it from
    the deposit (example G). :raises Refused: more than frozen statements ever granted as subsidy
    """
    if type(amount_fen) is not int or amount_fen <= 0:
        raise refusals.ClawBackWrong(amount_fen=amount_fen)
    if not because.strip():
        raise refusals.ReasonMissing
    with connection.cursor() as cursor:  # two at once must see each other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('settlement.claw'))")
    granted = statements.granted_fen(merchant_id)
    if amount_fen > granted and not ClawBack.objects.filter(document=document).exists():
        raise refusals.ClawBackTooLarge(asked=in_yuan(amount_fen), granted=in_yuan(granted))
    made, fresh = ClawBack.objects.get_or_create(
        document=document,
        defaults={
            "merchant_id": merchant_id, "amount_fen": amount_fen, "because": because[:400],
            "by": by, "at": at,
        },
    )  # fmt: skip
    if fresh:
        post_many(
            lines=[Line(SUBSIDY, EXPENSE, amount_fen, "settle.claw", document, at)],
            by=by, at=at, because=because[:400],
        )  # fmt: skip
        record("settlement.clawed_back", made, by=by, at=at, because=because, amount_fen=amount_fen)
    return made


@transaction.atomic
def cover(
    *, merchant_id: int, amount_fen: int, document: str, by: Person, at: datetime, because: str
) -> ClawBack:
    """Note that a merchant's debt was paid otherwise, say from its deposit; who calls books it."""
    if type(amount_fen) is not int or amount_fen <= 0:
        raise refusals.ClawBackWrong(amount_fen=amount_fen)
    made, fresh = ClawBack.objects.get_or_create(
        document=document,
        defaults={
            "merchant_id": merchant_id, "amount_fen": -amount_fen, "because": because[:400],
            "by": by, "at": at,
        },
    )  # fmt: skip
    if fresh:
        record("settlement.covered", made, by=by, at=at, because=because, amount_fen=amount_fen)
    return made


@transaction.atomic
def payout_done(*, payout_id: int, bank_ref: str, posted_at: datetime, at: datetime) -> None:
    """Note that the bank has paid, once."""
    payout = Payout.objects.select_for_update().get(pk=payout_id)
    if payout.state != Payout.State.DONE:
        payout.state, payout.bank_ref, payout.posted_at = Payout.State.DONE, bank_ref, posted_at
        payout.refusal = ""
        payout.save(update_fields=["state", "bank_ref", "posted_at", "refusal"])
        record("settlement.payout_done", payout, by=None, at=at)


@transaction.atomic
def payout_refused(*, payout_id: int, code: str, at: datetime) -> None:
    """Keep why the bank did not pay; the next round asks again."""
    payout = Payout.objects.select_for_update().get(pk=payout_id)
    if payout.state != Payout.State.DONE and payout.refusal != code:
        payout.refusal = code[:40]
        payout.save(update_fields=["refusal"])
        record("settlement.payout_refused", payout, by=None, at=at, because=code)
