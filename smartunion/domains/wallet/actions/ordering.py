"""Orders to the bank: what the wallet's rows ask it to move, and what it answered.

Rows become orders in the database alone, by the same watermark as the fold: those of transactions
that are certainly over. So a payment stays one round trip with two writing statements, and an
order exists exactly when its row does. Sending is the job of `jobs.py`.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models.functions import Now

from smartunion.domains.wallet.models import Allotment, BankFeed, BankOrder
from smartunion.domains.wallet.reads import figures
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import allotting

_GATHER = """
WITH rows AS (
  SELECT 'PAY' AS kind, 'payment:' || id AS document, wallet_id, merchant_id, ecny_fen AS fen,
         occurred_at AS at, false AS waits
    FROM wallet_payment WHERE xid >= %(from)s AND xid < %(to)s AND born = 'S'
  UNION ALL
  SELECT 'PAY', 'payment:' || id, wallet_id, merchant_id, ecny_fen, occurred_at, true
    FROM wallet_payment WHERE xid >= %(from)s AND xid < %(to)s AND born = 'P' AND status = 'P'
  UNION ALL
  SELECT 'PAY', 'payment:' || p.id, p.wallet_id, p.merchant_id, p.ecny_fen, e.at, false
    FROM wallet_paymentevent e JOIN wallet_payment p ON p.id = e.payment_id
   WHERE e.xid >= %(from)s AND e.xid < %(to)s AND e.now = 'S'
  UNION ALL
  SELECT 'REFUND', 'refund:' || r.id, p.wallet_id, p.merchant_id, r.ecny_fen, r.at, false
    FROM wallet_refund r JOIN wallet_payment p ON p.id = r.payment_id
   WHERE r.xid >= %(from)s AND r.xid < %(to)s
  UNION ALL
  SELECT 'RETURN', 'refund:' || r.id || ':fund', p.wallet_id, NULL, r.to_fund_fen, r.at, false
    FROM wallet_refund r JOIN wallet_payment p ON p.id = r.payment_id
   WHERE r.xid >= %(from)s AND r.xid < %(to)s
  UNION ALL
  SELECT 'RETURN', 'credit:' || id, wallet_id, NULL, -ecny_fen, at, false
    FROM wallet_credit WHERE xid >= %(from)s AND xid < %(to)s AND kind = 'expiry'
)
INSERT INTO wallet_bankorder (kind, document, wallet_id, merchant_id, amount_fen, occurred_at,
  state, attempts, refusal, bank_ref, two_phases, decide_by)
SELECT kind, document, wallet_id, merchant_id, fen, at, 'waiting', 0, '', '', waits,
  CASE WHEN waits THEN %(decide_by)s::timestamptz END
  FROM rows WHERE fen > 0 ORDER BY at, document, waits DESC
ON CONFLICT (document) DO NOTHING
"""
_DONE = """
UPDATE wallet_bankorder o SET state = 'done', refusal = '', bank_ref = d.ref, posted_at = d.moment
  FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS d(id, ref, moment)
 WHERE o.id = d.id AND o.state IN ('waiting', 'sent') RETURNING o.document, o.bank_ref
"""


@transaction.atomic
def order(*, at: datetime) -> int:
    """Write an order for every row that became certain since the last time; return how many.

    Allotments that were asked for, payments that settled or wait for the bank, refunds, quota that
    went back to the fund (R041–R043, R048). Another worker that is just doing it is left to it.
    """
    feed = _feed()
    if feed is None:
        return 0
    asked = list(Allotment.objects.filter(state=Allotment.State.REQUESTED).order_by("pk")[:1000])
    BankOrder.objects.bulk_create(
        BankOrder(
            kind=BankOrder.Kind.ALLOC, document=f"allotment:{each.pk}", wallet_id=each.wallet_id,
            amount_fen=each.amount_fen, occurred_at=each.asked_at,
        )
        for each in asked
    )  # fmt: skip
    allotting.allotments_sent(allotment_ids=[each.pk for each in asked], at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        to_xid = int(cursor.fetchone()[0])
        decide_by = at + timedelta(seconds=_patience(at))
        cursor.execute(_GATHER, {"from": feed.to_xid, "to": to_xid, "decide_by": decide_by})
        made = len(asked) + int(cursor.rowcount)
    BankFeed.objects.filter(pk=feed.pk).update(to_xid=to_xid)
    if made:
        record("wallet.bank_ordered", feed, by=None, at=at, orders=made)
    return made


def _patience(at: datetime) -> int:
    """Return for how many seconds the bank is waited for; without a plan nothing waits."""
    try:
        return figures.terms_on(campus_day(at)).bank_answer_seconds
    except Refused:
        return 0


def _feed() -> BankFeed | None:
    """Return the feed under lock, or None when another worker has it."""
    if not BankFeed.objects.exists():
        BankFeed.objects.get_or_create(pk=1, defaults={"mark": secrets.token_hex(4)})
    return BankFeed.objects.select_for_update(skip_locked=True).first()


@transaction.atomic
def orders_done(*, done: Sequence[tuple[int, str, datetime]], at: datetime) -> int:
    """Note (order id, bank reference, bank's moment) of what the bank has carried out, once.

    An allotment that the bank has moved becomes spendable in the same transaction.
    """
    with connection.cursor() as cursor:
        ids, refs, moments = zip(*done, strict=True) if done else ((), (), ())
        cursor.execute(_DONE, [list(ids), list(refs), list(moments)])
        now_done = cursor.fetchall()
    if not now_done:
        return 0
    allotting.allotments_credited(
        bank_refs={
            _allotment(document): ref
            for document, ref in now_done
            if document.startswith("allotment:")
        },
        at=at,
    )
    record("wallet.bank_answered", BankFeed.objects.get(), by=None, at=at, orders=len(now_done))
    return len(now_done)


@transaction.atomic
def order_refused(*, order_id: int, code: str, at: datetime) -> None:
    """Note that the bank will not carry out an order; a member's allotment may be asked again."""
    order = BankOrder.objects.select_for_update(no_key=True).get(pk=order_id)
    if order.state not in (BankOrder.State.WAITING, BankOrder.State.SENT):
        return
    order.state, order.refusal = BankOrder.State.REFUSED, code[:40]
    order.save(update_fields=["state", "refusal"])
    if order.kind == BankOrder.Kind.ALLOC:
        allotting.allotment_failed(
            allotment_id=_allotment(order.document), at=at, because=f"银行未受理：{code}"
        )
    record("wallet.bank_refused", order, by=None, at=at, because=code)


@transaction.atomic
def send_again(*, order_id: int, by: Person | None, at: datetime, because: str) -> bool:
    """Let a refused order be sent again under its own key; return whether there was one.

    An allotment is asked anew by its member instead.
    """
    order = BankOrder.objects.select_for_update(no_key=True).get(pk=order_id)
    alone = not order.two_phases and order.kind != BankOrder.Kind.ALLOC
    again = order.state == BankOrder.State.REFUSED and alone
    if again:
        BankOrder.objects.filter(pk=order_id).update(
            state=BankOrder.State.WAITING, attempts=0, due_at=Now(), refusal=""
        )
        record("wallet.bank_ordered_again", order, by=by, at=at, because=because)
    return again


@transaction.atomic
def proven_done(
    *, document: str, bank_ref: str, posted_at: datetime, by: Person | None, at: datetime,
    because: str,
) -> bool:  # fmt: skip
    """Note as done what the bank's daily file proves, whatever we thought of it (EANS, FANS).

    Return whether it was news. An allotment becomes spendable in the same transaction.
    """
    order = BankOrder.objects.select_for_update(no_key=True).get(document=document)
    if order.state == BankOrder.State.DONE or order.two_phases:
        return False  # one in two phases is ended by its own course, which asks the bank
    if order.state == BankOrder.State.REFUSED:
        BankOrder.objects.filter(pk=order.pk).update(state=BankOrder.State.SENT)
    orders_done(done=[(order.pk, bank_ref, posted_at)], at=at)
    record("wallet.bank_proven", order, by=by, at=at, because=because)
    return True


def _allotment(document: str) -> int:
    return int(document.removeprefix("allotment:"))
