"""Hold a day's file against what we say: by our key, then the till's, then the bank's number.

Never by amount alone. Both sides meet in the database, set against set; a day of any size takes
the same few statements. What differs becomes a case with an owner and a clock; what has come to
agree since closes its case by itself.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from smartunion.domains.settlement import telling
from smartunion.domains.settlement.models import (
    AccountDay,
    BankFile,
    Difference,
    Match,
    Reconciliation,
    State,
)
from smartunion.domains.settlement.reads import figures, payouts
from smartunion.domains.settlement.rules import refusals
from smartunion.domains.settlement.rules import terms as term_rules
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base.calendar import add_working_days
from smartunion.kernel.base.days import campus_day, end_of
from smartunion.kernel.ledger.actions import Line, post_many
from smartunion.kernel.ledger.models import Transfer
from smartunion.kernel.people.models import Person
from smartunion.kernel.timers.actions import cancel, set_timer
from smartunion.kernel.trail.record import record

BANK, INTEREST, OWED = "bank.ecny", "income.interest", "merchant.payable"

MOVED = {"PAY": ("bank.pay", OWED, BANK), "REFUND": ("bank.refund", BANK, OWED)}
"""What the bank's moving of the members' own money books: its code, the debit, the credit."""

OVERDUE = "settlement.overdue"
"""The kind of the timer that a case runs against."""

_ROOM = """
SET LOCAL work_mem = '64MB'; SET LOCAL jit = off;
CREATE TEMP TABLE IF NOT EXISTS settlement_theirs (LIKE settlement_bankline) ON COMMIT DROP;
CREATE TEMP TABLE IF NOT EXISTS settlement_told (document text) ON COMMIT DROP;
CREATE TEMP TABLE IF NOT EXISTS settlement_pair (
  line bigint, document text, way text) ON COMMIT DROP;
TRUNCATE settlement_theirs, settlement_told, settlement_pair
"""
# The file's lines beside ours, where the planner can count them: a day may have 100 or 100,000.
_THEIRS = """
INSERT INTO settlement_theirs SELECT * FROM settlement_bankline
WHERE file_id = %(file)s AND kind <> 'INTEREST'
"""
_OF_OTHER_DAYS = """
SELECT DISTINCT l.key FROM settlement_theirs l
WHERE l.key <> '' AND NOT EXISTS (SELECT 1 FROM bank_movement o WHERE o.document = l.key)
"""
# What another day's file has told: here it would be told twice, or is not missing.
_TOLD = """
INSERT INTO settlement_told SELECT DISTINCT m.document
FROM settlement_match m JOIN bank_movement o ON o.document = m.document
WHERE m.day <> %(day)s AND m.state = 'SAME' AND m.line_id IS NOT NULL
"""
_UNTOLD = "NOT EXISTS (SELECT 1 FROM settlement_told d WHERE d.document = o.document)"

# One line takes at most one document and the other way round: the best way first, then the number.
_BY_KEY = """
INSERT INTO settlement_pair SELECT DISTINCT ON (l.id) l.id, o.document, 'key'
FROM settlement_theirs l JOIN bank_movement o ON o.document = l.key
WHERE l.key <> '' AND {untold} ORDER BY l.id
"""
_BY_MARK = """
INSERT INTO settlement_pair SELECT DISTINCT ON (o.document) l.id, o.document, '{way}'
FROM settlement_theirs l JOIN bank_movement o ON {fits}
WHERE {untold}
  AND NOT EXISTS (SELECT 1 FROM settlement_pair p WHERE p.line = l.id)
  AND NOT EXISTS (SELECT 1 FROM settlement_pair p WHERE p.document = o.document)
ORDER BY o.document, l.id
"""
_BY_TERMINAL = "o.terminal = l.terminal AND o.kind = l.kind AND l.terminal <> ''"
_WAYS = (
    _BY_KEY.format(untold=_UNTOLD),
    _BY_MARK.format(untold=_UNTOLD, way="terminal", fits=_BY_TERMINAL),
    _BY_MARK.format(untold=_UNTOLD, way="ref", fits="o.bank_ref = l.bank_ref"),
)
_JUDGED = """
WITH sides AS (
  SELECT l.id AS line_id, coalesce(o.document, '') AS document, coalesce(o.kind, l.kind) AS kind,
    coalesce(p.way, 'alone') AS way, o.state AS ours, l.state AS bank,
    CASE WHEN o.state = 'S' THEN o.fen ELSE 0 END AS ours_fen,
    CASE WHEN l.state = 'S' THEN l.ecny_fen ELSE 0 END AS bank_fen,
    o.fen AS fen, l.ecny_fen,
    (l.kind, l.wallet, l.merchant) IS NOT DISTINCT FROM (o.kind, o.wallet, o.merchant) AS fits
  FROM settlement_theirs l LEFT JOIN settlement_pair p ON p.line = l.id
  LEFT JOIN bank_movement o ON o.document = p.document
  UNION ALL
  SELECT NULL, o.document, o.kind, 'alone', o.state, NULL,
    CASE WHEN o.state = 'S' THEN o.fen ELSE 0 END, 0, o.fen, NULL, NULL
  FROM bank_movement o
  WHERE {untold} AND NOT EXISTS (SELECT 1 FROM settlement_pair p WHERE p.document = o.document)
    AND (o.occurred_at AT TIME ZONE 'Asia/Shanghai')::date = %(day)s
), judged AS (
  SELECT *, CASE
    WHEN ours IS NULL THEN CASE bank WHEN 'S' THEN 'LESS' WHEN 'P' THEN 'PROC' ELSE 'SAME' END
    WHEN bank IS NULL THEN CASE ours WHEN 'S' THEN 'MORE' WHEN 'E' THEN 'PROC' ELSE 'SAME' END
    WHEN bank = 'P' THEN CASE ours WHEN 'S' THEN 'SANF' ELSE 'PROC' END
    WHEN ours = 'S' AND bank = 'S' THEN
      CASE WHEN fen = ecny_fen AND fits THEN 'SAME' ELSE 'DIFF' END
    WHEN ours = 'S' THEN 'SANF'
    WHEN ours = 'F' THEN CASE bank WHEN 'S' THEN 'FANS' ELSE 'SAME' END
    ELSE CASE bank WHEN 'S' THEN 'EANS' WHEN 'V' THEN 'SAME' ELSE 'EANF' END
  END AS state FROM sides
)
INSERT INTO settlement_match (day, line_id, document, kind, way, state, ours_fen, bank_fen)
SELECT %(day)s, line_id, document, kind, way, state, ours_fen, bank_fen FROM judged
"""

_INTEREST = """
SELECT l.bank_ref, l.ecny_fen, l.occurred_at FROM settlement_bankline l
WHERE l.file_id = %(file)s AND l.kind = 'INTEREST' AND l.state = 'S' AND l.ecny_fen > 0
  AND NOT EXISTS (SELECT 1 FROM ledger_transfer t WHERE t.document = 'bank:' || l.bank_ref)
"""
_MOVED = """
SELECT kind, sum(bank_fen)::bigint FROM settlement_match
WHERE day = %(day)s AND state = 'SAME' AND kind IN ('PAY', 'REFUND') GROUP BY kind
"""
_COUNTS = """
SELECT count(*) FILTER (WHERE state = 'SAME'),
  count(*) FILTER (WHERE state NOT IN ('SAME', 'PROC')),
  count(*) FILTER (WHERE state = 'PROC'),
  coalesce(sum(ours_fen), 0)::bigint, coalesce(sum(bank_fen), 0)::bigint
FROM settlement_match WHERE day = %(day)s
"""

# A case is told by our document, or by the bank's number where there is none of ours.
_SUBJECTS = """
SELECT CASE WHEN m.document <> '' THEN m.document ELSE 'bank:' || l.bank_ref END AS subject,
  m.state, m.kind, m.document, coalesce(l.bank_ref, ''), m.ours_fen, m.bank_fen
FROM settlement_match m LEFT JOIN settlement_bankline l ON l.id = m.line_id
WHERE m.day = %(day)s AND m.state <> 'SAME' ORDER BY m.id
"""


@transaction.atomic
def reconcile(*, day: date, by: Person | None = None, at: datetime) -> Reconciliation:
    """Match a day with the file that is in use; safe to repeat, and repeated after each resend.

    :raises Refused: no file of the day is in use, or the corporate account has not been checked
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('settlement.match'))")
    file = BankFile.objects.filter(day=day, state=BankFile.State.USED).first()
    if file is None or not AccountDay.objects.filter(day=day).exists():
        raise refusals.NothingToReconcile(day=day.isoformat())
    given: dict[str, Any] = {"day": day, "file": file.pk}
    upto = wallet.newest_bank_order()  # before our side is read: what is newer comes late
    with connection.cursor() as cursor:
        cursor.execute(_ROOM)
        wallet.lay_bank_movements(day=day)
        payouts.lay_movements(day=day)
        cursor.execute(_THEIRS, given)
        cursor.execute("ANALYZE bank_movement; ANALYZE settlement_theirs")
        cursor.execute(_OF_OTHER_DAYS)
        others = [key for (key,) in cursor.fetchall()]
        wallet.lay_bank_movements_named(others)
        cursor.execute(_TOLD, given)
        for way in _WAYS:
            cursor.execute(way)
            cursor.execute("ANALYZE settlement_pair")
        Match.objects.filter(day=day).delete()
        cursor.execute(_JUDGED.format(untold=_UNTOLD), given)
        cursor.execute(_COUNTS, given)
        same, differing, under_way, ours, bank = cursor.fetchone()
        cursor.execute(_SUBJECTS, given)
        found = {row[0]: row for row in cursor.fetchall()}
        cursor.execute(_INTEREST, given)
        _book_interest(cursor.fetchall(), by=by, at=at)
        cursor.execute(_MOVED, given)
        _book_moved(day, dict(cursor.fetchall()), by=by, at=at)
    made, fresh = Reconciliation.objects.update_or_create(
        day=day,
        defaults={
            "file": file, "same": same, "differing": differing, "under_way": under_way,
            "ours_fen": ours, "bank_fen": bank, "upto_order": upto, "at": at,
            "resend_asked_at": None,
        },
    )  # fmt: skip
    if not fresh:
        Reconciliation.objects.filter(pk=made.pk).update(rounds=F("rounds") + 1)
    _open(day, list(found.values()), at=at)
    _close(day, set(found), at=at)
    record(
        "settlement.reconciled", made, by=by, at=at, same=same, differing=differing,
        under_way=under_way,
    )  # fmt: skip
    return made


def _book_interest(
    rows: Sequence[tuple[str, int, datetime]], *, by: Person | None, at: datetime
) -> None:
    """Book what the bank paid on the corporate wallet, once for each of its numbers (T6)."""
    if rows:
        lines = [
            Line(BANK, INTEREST, fen, "bank.interest", f"bank:{ref}", moment)
            for ref, fen, moment in rows
        ]
        post_many(lines=lines, by=by, at=at, because="对公钱包利息")


def _book_moved(day: date, fen: dict[str, int], *, by: Person | None, at: datetime) -> None:
    """Book what both sides say that the bank has moved between members and merchants that day.

    It pays what we owe to merchants, or comes back from them. A day that is matched anew books
    the difference, whichever way.
    """
    lines = []
    for kind, (code, debit, credit) in MOVED.items():
        document = f"bank:{day:%Y%m%d}:{kind}"
        more = fen.get(kind, 0) - sum(
            amount if debited == debit else -amount
            for debited, amount in Transfer.objects.filter(document=document, code=code)
            .values_list("debit", "amount_fen")
        )  # fmt: skip
        sides = (debit, credit) if more > 0 else (credit, debit)
        if more:
            lines.append(Line(*sides, abs(more), code, document, min(end_of(day), at)))
    if lines:
        post_many(lines=lines, by=by, at=at, because=f"{day.isoformat()} 银行已记账的收付款")


def _open(
    day: date, rows: Sequence[tuple[str, str, str, str, str, int, int]], at: datetime
) -> None:
    """Open a case for each difference that has none, and bring those that are open up to date."""
    if not rows:
        return
    terms = figures.terms_on(day)
    owner = figures.owner_on(campus_day(at))
    worked_by = end_of(add_working_days(campus_day(at), terms.case_working_days))
    there = Difference.objects.in_bulk([row[0] for row in rows], field_name="subject")
    fresh = []
    for subject, state, kind, document, bank_ref, ours, bank in rows:
        due = term_rules.open_until(day, terms) if state == State.PROC else worked_by
        was = there.get(subject)
        if was is None:
            fresh.append(
                Difference(
                    subject=subject, day=day, state=state, kind=kind, document=document,
                    bank_ref=bank_ref, ours_fen=ours, bank_fen=bank, owner=owner, opened_at=at,
                    due_at=due,
                )
            )  # fmt: skip
        elif was.closed_at is None:
            Difference.objects.filter(pk=was.pk).update(
                state=state, bank_ref=bank_ref, ours_fen=ours, bank_fen=bank
            )
    for each in Difference.objects.bulk_create(fresh):
        set_timer(kind=OVERDUE, key=f"settlement/{each.pk}", due_at=each.due_at, at=at)
        record("settlement.case_opened", each, by=None, at=at, match_state=each.state)
    if fresh and owner:
        telling.opened(day, [each for each in fresh if each.state != State.PROC], owner, at=at)


def _close(day: date, still: set[str], at: datetime) -> None:
    """Close the cases that have come to agree since."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT document FROM settlement_match WHERE day = %s AND state = 'SAME'"
            " AND document IN (SELECT subject FROM settlement_difference WHERE closed_at IS NULL)",
            [day],
        )
        agreed = {document for (document,) in cursor.fetchall()}
    for case in Difference.objects.filter(closed_at__isnull=True):
        if case.subject in agreed or (case.day == day and case.subject not in still):
            case.outcome, case.closed_at = Difference.Outcome.AGREED, at
            case.save(update_fields=["outcome", "closed_at"])
            cancel(keys=[f"settlement/{case.pk}"], at=at)
            record("settlement.case_closed", case, by=None, at=at, conclusion=case.outcome)
