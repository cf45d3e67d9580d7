"""Write the ledger. Append-only; a mistake is set right by a transfer the other way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import refusals
from .models import Account, Block, Encumbrance, Transfer
from .reads import chart, left_of


@dataclass(frozen=True)
class Line:
    """One transfer to be posted. `amount_fen` > 0; a budget code demands its fund source (T06)."""

    debit: str
    credit: str
    amount_fen: int
    code: str
    document: str
    event_at: datetime
    budget_code: str = ""
    fund_source: str = ""


@transaction.atomic
def load_chart(*, at: datetime) -> int:
    """Bring the accounts up to the chart; return how many are new. Safe to repeat."""
    there = set(Account.objects.values_list("code", flat=True))
    fresh = [Account(**row) for code, row in chart().items() if code not in there]
    Account.objects.bulk_create(fresh, ignore_conflicts=True)
    if fresh:
        account = Account.objects.get(pk=fresh[0].code)
        record("ledger.chart_loaded", account, by=None, at=at, accounts=len(fresh))
    return len(fresh)


def _post(lines: Sequence[Line], by: Person | None, because: str, at: datetime) -> list[Transfer]:
    for line in lines:
        if type(line.amount_fen) is not int or line.amount_fen <= 0:
            raise refusals.AmountNotPositive
        if line.budget_code and not line.fund_source:
            raise refusals.FundMissing(budget_code=line.budget_code)
    used = {code for line in lines for code in (line.debit, line.credit)}
    missing = used - set(Account.objects.filter(pk__in=used).values_list("code", flat=True))
    if missing:
        if unknown := missing - set(chart()):
            raise refusals.AccountUnknown(account=min(unknown))
        load_chart(at=at)
    return Transfer.objects.bulk_create(
        [
            Transfer(
                debit_id=line.debit, credit_id=line.credit, amount_fen=line.amount_fen,
                code=line.code, document=line.document, budget_code=line.budget_code,
                fund_source=line.fund_source, event_at=line.event_at, by=by, because=because,
            )
            for line in lines
        ],
        batch_size=1000,
    )  # fmt: skip


@transaction.atomic
def post(
    *,
    debit: str,
    credit: str,
    amount_fen: int,
    document: str,
    code: str = "",
    budget_code: str = "",
    fund_source: str = "",
    by: Person | None = None,
    at: datetime,
    because: str = "",
) -> Transfer:
    """Post one transfer; refused without a fund source where a budget line is charged (T06)."""
    line = Line(debit, credit, amount_fen, code, document, at, budget_code, fund_source)
    (made,) = _post([line], by, because, at)
    record("ledger.posted", made, by=by, at=at, because=because, document=document)
    return made


@transaction.atomic
def post_many(
    *, lines: Sequence[Line], by: Person | None = None, at: datetime, because: str = ""
) -> list[Transfer]:
    """Post many transfers in one go, with one entry in the trail."""
    made = _post(lines, by, because, at)
    if made:
        record("ledger.posted", made[-1], by=by, at=at, because=because, transfers=len(made))
    return made


@transaction.atomic
def encumber(
    *,
    document: str,
    budget_code: str,
    fund_source: str,
    amount_fen: int,
    by: Person | None,
    at: datetime,
    because: str = "",
) -> Encumbrance:
    """Set money of a budget line aside for a document, in fen."""
    if type(amount_fen) is not int or amount_fen <= 0:
        raise refusals.AmountNotPositive
    if not fund_source:
        raise refusals.FundMissing(budget_code=budget_code)
    made = Encumbrance.objects.create(
        kind=Encumbrance.Kind.ENCUMBER, document=document, budget_code=budget_code,
        fund_source=fund_source, amount_fen=amount_fen, by=by, at=at, because=because,
    )  # fmt: skip
    record("ledger.encumbered", made, by=by, at=at, because=because, amount_fen=amount_fen)
    return made


def _lower(
    *,
    kind: str,
    document: str,
    amount_fen: int | None,
    by: Person | None,
    at: datetime,
    because: str,
) -> Encumbrance:
    """Lower what is set aside for a document; never below zero."""
    with connection.cursor() as cursor:  # two at once on one document must see each other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [document])
    left = left_of(document)
    amount = left if amount_fen is None else amount_fen
    if type(amount) is not int or amount <= 0 or amount > left:
        raise refusals.EncumbranceShort(document=document, left_fen=left)
    first = Encumbrance.objects.filter(document=document).earliest("id")
    return Encumbrance.objects.create(
        kind=kind, document=document, budget_code=first.budget_code,
        fund_source=first.fund_source, amount_fen=-amount, by=by, at=at, because=because,
    )  # fmt: skip


@transaction.atomic
def release(
    *,
    document: str,
    amount_fen: int | None = None,
    by: Person | None,
    at: datetime,
    because: str = "",
) -> Encumbrance:
    """Give up what is set aside for a document (None: all that is left)."""
    made = _lower(
        kind=Encumbrance.Kind.RELEASE, document=document, amount_fen=amount_fen,
        by=by, at=at, because=because,
    )  # fmt: skip
    record("ledger.released", made, by=by, at=at, because=because, amount_fen=-made.amount_fen)
    return made


@transaction.atomic
def spend(
    *,
    document: str,
    debit: str,
    credit: str,
    amount_fen: int | None = None,
    by: Person | None,
    at: datetime,
    because: str = "",
) -> Transfer:
    """Spend what is set aside for a document (None: all that is left): it becomes a transfer."""
    made = _lower(
        kind=Encumbrance.Kind.SPEND, document=document, amount_fen=amount_fen,
        by=by, at=at, because=because,
    )  # fmt: skip
    return post(
        debit=debit, credit=credit, amount_fen=-made.amount_fen, document=document,
        code="spend", budget_code=made.budget_code, fund_source=made.fund_source,
        by=by, at=at, because=because,
    )  # fmt: skip


_FOLD = """
INSERT INTO ledger_balance (account_id, debit_fen, credit_fen)
SELECT code, SUM(debit_fen)::bigint, SUM(credit_fen)::bigint FROM (
  SELECT debit AS code, amount_fen AS debit_fen, 0 AS credit_fen FROM ledger_transfer
    WHERE xid >= %(old)s AND xid < %(new)s
  UNION ALL
  SELECT credit, 0, amount_fen FROM ledger_transfer WHERE xid >= %(old)s AND xid < %(new)s
) legs GROUP BY code
ON CONFLICT (account_id) DO UPDATE SET
  debit_fen = ledger_balance.debit_fen + EXCLUDED.debit_fen,
  credit_fen = ledger_balance.credit_fen + EXCLUDED.credit_fen
"""


@transaction.atomic
def fold_balances(*, at: datetime) -> None:
    """Fold the transfers of finished transactions into the stored balances. Safe to repeat.

    Everything before the oldest running transaction is finished and visible; what comes later
    waits for the next fold, whatever its id.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_watermark (name, xid) VALUES ('balances', 0) ON CONFLICT DO NOTHING"
        )
        cursor.execute("SELECT xid FROM ledger_watermark WHERE name = 'balances' FOR UPDATE")
        (old,) = cursor.fetchone()
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (new,) = cursor.fetchone()
        cursor.execute(_FOLD, {"old": old, "new": new})
        cursor.execute("UPDATE ledger_watermark SET xid = %s WHERE name = 'balances'", [new])


@transaction.atomic
def close_block(*, at: datetime) -> Block | None:
    """Close the range of transfers since the last block under a hash; None if there are none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger.block'))")
        last = Block.objects.order_by("-to_xid").first()
        start = last.to_xid if last else 0
        previous = last.hash if last else ""
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (end,) = cursor.fetchone()
        cursor.execute("SELECT * FROM ledger_hash(%s, %s, %s)", [start, end, previous])
        rows, digest = cursor.fetchone()
    if not rows:
        return None
    return Block.objects.create(
        from_xid=start, to_xid=end, rows=rows, previous_hash=previous, hash=digest, at=at
    )
