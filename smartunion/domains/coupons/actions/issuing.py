"""Issue coupons, and take back what nobody used (R142, R176)."""

from datetime import datetime

from django.db import connection, transaction

from smartunion.domains.coupons import telling
from smartunion.domains.coupons.models import Coupon
from smartunion.domains.coupons.reads import coupons as reads
from smartunion.domains.coupons.reads import figures
from smartunion.domains.coupons.rules import refusals, terms
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.money import in_yuan
from smartunion.kernel.ledger.actions import post
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

EXPENSE = {terms.SPORT: "expense.activity", terms.RESEARCH: "expense.business"}
PAYABLE = "coupon.payable"


@transaction.atomic
def issue(
    *, kind: str, holder: Person, document: str, by: Person | None, at: datetime, because: str
) -> Coupon:
    """Issue a coupon of the plan's worth; the same document issues once (R142, R176).

    It charges its budget line at once and is owed to the holder from then on. `by` is None where
    the rule itself issues (the twentieth run). :raises Refused: to oneself, more than the plan
    has, a line that cannot bear it, a fund that must not (T70)
    """
    with connection.cursor() as cursor:  # two at once must see each other's count
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('coupons.issue'))")
    there = Coupon.objects.filter(document=document).first()
    if there is not None:
        if (there.kind, there.holder_id) != (kind, holder.pk):
            raise refusals.DocumentUsed(document=document)
        return there
    if by is not None and by.pk == holder.pk:
        raise refusals.NotForOneself
    day = campus_day(at)
    now = figures.terms_on(day)
    _within_the_plan(kind, holder, day.year, now)
    line = figures.line_on(day, now.line[kind])
    face = now.face_fen[kind]
    if kind == terms.RESEARCH and line.fund_source not in now.research_sources:
        raise refusals.FundWrong(fund=line.fund_source)
    if line.left_fen is not None and line.left_fen < face:
        raise refusals.BudgetShort(
            line=line.title, left=in_yuan(line.left_fen), needed=in_yuan(face)
        )
    made = Coupon.objects.create(
        kind=kind, holder=holder, face_fen=face, left_fen=face, budget_code=line.budget_code,
        fund_source=line.fund_source, document=document, because=because[:200], issued_at=at,
        issued_by=by, expires_on=terms.expires_on(kind, day, now),
    )  # fmt: skip
    post(
        debit=EXPENSE[kind], credit=PAYABLE, amount_fen=face, document=f"coupon:{made.pk}",
        code="coupon", budget_code=line.budget_code, fund_source=line.fund_source, by=by, at=at,
        because=because[:200],
    )  # fmt: skip
    telling.issued(made, at=at)
    record("coupons.issued", made, by=by, at=at, because=because, document=document)
    return made


def _within_the_plan(kind: str, holder: Person, year: int, now: terms.Terms) -> None:
    one = kind == terms.SPORT
    issued = reads.count_in(year, kind=kind, holder=holder if one else None)
    most = terms.most_of(kind, now)
    if issued >= most:
        raise refusals.TooMany(
            kind=Coupon.Kind(kind).label, most=most, issued=issued, each="/人" if one else ""
        )


@transaction.atomic
def expire(*, coupon_id: int, at: datetime) -> None:
    """Take back what is left of a coupon that is over; its budget line has it again."""
    coupon = Coupon.objects.select_for_update().get(pk=coupon_id)
    if campus_day(at) <= coupon.expires_on or not coupon.left_fen:
        return
    coupon.expired_fen, coupon.left_fen, coupon.expired_at = coupon.left_fen, 0, at
    coupon.save(update_fields=["expired_fen", "left_fen", "expired_at"])
    post(
        debit=PAYABLE, credit=EXPENSE[coupon.kind], amount_fen=coupon.expired_fen,
        document=f"coupon:{coupon.pk}", code="coupon_expiry", budget_code=coupon.budget_code,
        fund_source=coupon.fund_source, at=at, because="券过期，余额收回预算",
    )  # fmt: skip
    record("coupons.expired", coupon, by=None, at=at, amount_fen=coupon.expired_fen)


@transaction.atomic
def remind(*, coupon_id: int, at: datetime) -> None:
    """Remind the holder once of what is left before it ends."""
    coupon = Coupon.objects.select_for_update().get(pk=coupon_id)
    if coupon.reminded_at is None and coupon.left_fen:
        coupon.reminded_at = at
        coupon.save(update_fields=["reminded_at"])
        telling.ending(coupon, at=at)
        record("coupons.reminded", coupon, by=None, at=at)
