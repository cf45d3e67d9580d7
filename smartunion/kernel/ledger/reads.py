"""What the ledger knows: balances, what a budget line has spent and set aside, the rows behind."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import connection
from django.db.models import BigIntegerField, Case, F, Q, QuerySet, Sum, Value, When

from .models import Account, Encumbrance, Transfer


@cache
def chart() -> dict[str, dict[str, str]]:
    """Return the chart of accounts by code, as `chart.yaml` gives it."""
    with Path(__file__).with_name("chart.yaml").open(encoding="utf-8") as file:
        return {each["code"]: each for each in yaml.safe_load(file)["accounts"]}


@dataclass(frozen=True)
class AccountBalance:
    """An account with its turnover and its balance on the normal side, in fen."""

    code: str
    name: str
    kind: str
    kind_words: str
    side: str
    gl: str
    note: str
    debit_fen: int
    credit_fen: int

    @property
    def balance_fen(self) -> int:
        """Return the balance, positive on the account's normal side."""
        signed = self.debit_fen - self.credit_fen
        return signed if self.side == Account.Side.DEBIT else -signed


_BALANCES = """
SELECT a.code, a.name, a.kind, a.side, a.gl, a.note,
  (COALESCE(b.debit_fen, 0) + COALESCE(t.debit_fen, 0))::bigint,
  (COALESCE(b.credit_fen, 0) + COALESCE(t.credit_fen, 0))::bigint
FROM ledger_account a
LEFT JOIN ledger_balance b ON b.account_id = a.code
LEFT JOIN (
  SELECT code, SUM(debit_fen) AS debit_fen, SUM(credit_fen) AS credit_fen FROM (
    SELECT debit AS code, amount_fen AS debit_fen, 0 AS credit_fen FROM ledger_transfer
      WHERE xid >= COALESCE((SELECT xid FROM ledger_watermark WHERE name = 'balances'), 0)
    UNION ALL
    SELECT credit, 0, amount_fen FROM ledger_transfer
      WHERE xid >= COALESCE((SELECT xid FROM ledger_watermark WHERE name = 'balances'), 0)
  ) legs GROUP BY code
) t ON t.code = a.code
WHERE %s::text IS NULL OR a.code = %s
ORDER BY a.kind, a.code
"""


def balances(account: str | None = None) -> list[AccountBalance]:
    """Return every account (or the one) with its live balance: the fold and the rows after."""
    kinds = dict(Account.Kind.choices)
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES, [account, account])
        return [
            AccountBalance(code, name, kind, str(kinds[kind]), side, gl, note, debit, credit)
            for code, name, kind, side, gl, note, debit, credit in cursor.fetchall()
        ]


def balance_fen(account: str) -> int:
    """Return the account's live balance on its normal side, in fen; zero if never used."""
    found = balances(account)
    return found[0].balance_fen if found else 0


def _under(prefix: str) -> Q:
    """Return the condition "this budget line or one below it": 2025/3.1 is not 2025/3.10."""
    return (
        Q(budget_code=prefix)
        | Q(budget_code__startswith=f"{prefix}/")
        | Q(budget_code__startswith=f"{prefix}.")
    )


def budget_rows(budget_prefix: str, until: datetime | None = None) -> QuerySet[Transfer]:
    """Return the transfers on a budget line, with `charge_fen`: what they charge or give back."""
    when = Q() if until is None else Q(event_at__lt=until)
    return Transfer.objects.filter(_under(budget_prefix), when).annotate(
        charge_fen=Case(
            When(debit__kind="expense", credit__kind="expense", then=Value(0)),
            When(debit__kind="expense", then=F("amount_fen")),
            When(credit__kind="expense", then=-F("amount_fen")),
            default=Value(0),
            output_field=BigIntegerField(),
        )
    )


def spent_fen(budget_prefix: str, until: datetime | None = None) -> int:
    """Return what a budget line has spent (expense debited less expense credited), in fen."""
    return int(budget_rows(budget_prefix, until).aggregate(sum=Sum("charge_fen"))["sum"] or 0)


def encumbered_fen(budget_prefix: str, until: datetime | None = None) -> int:
    """Return what a budget line has set aside and not yet spent or given up, in fen."""
    when = Q() if until is None else Q(at__lt=until)
    found = Encumbrance.objects.filter(_under(budget_prefix), when)
    return int(found.aggregate(sum=Sum("amount_fen"))["sum"] or 0)


def left_of(document: str) -> int:
    """Return what is still set aside for a document, in fen."""
    return int(
        Encumbrance.objects.filter(document=document).aggregate(sum=Sum("amount_fen"))["sum"] or 0
    )


def rows_of(account: str) -> QuerySet[Transfer]:
    """Return an account's transfers, newest first."""
    return (
        Transfer.objects.filter(Q(debit=account) | Q(credit=account))
        .select_related("debit", "credit", "by")
        .order_by("-id")
    )


def by_budget_code(until: datetime | None = None) -> list[dict[str, Any]]:
    """Return every budget code with what it has spent and set aside, in fen."""
    codes: Iterable[str] = sorted(
        {
            *Transfer.objects.exclude(budget_code="").values_list("budget_code", flat=True),
            *Encumbrance.objects.values_list("budget_code", flat=True),
        }
    )
    return [
        {
            "budget_code": code,
            "spent_fen": spent_fen(code, until),
            "encumbered_fen": encumbered_fen(code, until),
        }
        for code in codes
    ]
