"""Inside the house: days of purchases, as if everybody had paid, and the bank's files of them.

    books_load.py pay DAY=NUMBER…         so many purchases on each day, spread over all
    books_load.py spend DAY=NUMBER…       the same, and the bank has carried out all of them
    books_load.py files DIRECTORY DAY…    each day's faulty file, its right one, the account's day

Rows are laid set against set, with what every audit asks of them: numbers without a gap, the
wallet's counter, the share of each purchase in its month.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from smartunion.domains.wallet.actions import folding, ordering
from smartunion.domains.wallet.reads.figures import terms_on
from smartunion.kernel.base import clock

SPEND = """
WITH shops AS (
  SELECT id AS terminal, merchant_id AS merchant, row_number() OVER (ORDER BY id) - 1 AS place,
    count(*) OVER () AS tills FROM wallet_terminal
), purses AS (
  SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS purses
  FROM wallet_wallet
), bought AS (
  SELECT day, i, s.terminal, s.merchant, p.id AS wallet,
    300 + (hashint8extended(i + 1000003 * (day - date '2025-01-01'), 7) & 2047) AS fen,
    day + time '07:00' + i * interval '14 hours' / number AS at
  FROM unnest(%(days)s::date[], %(numbers)s::int[]) AS given(day, number)
  CROSS JOIN LATERAL generate_series(0, number - 1) i
  JOIN shops s ON s.place = i %% s.tills
  JOIN purses p ON p.place = (i::bigint * 7919) %% p.purses
), counted AS (
  SELECT *, to_char(day, 'YYYYMM')::int AS month,
    row_number() OVER (PARTITION BY wallet, to_char(day, 'YYYYMM') ORDER BY at, i) AS seq,
    sum(fen) OVER (PARTITION BY wallet, to_char(day, 'YYYYMM') ORDER BY at, i)::bigint AS so_far,
    row_number() OVER (PARTITION BY terminal, day ORDER BY at, i) AS number
  FROM bought
)
INSERT INTO wallet_payment (terminal_id, biz_date, terminal_seq, request_hash, wallet_id,
  merchant_id, month, seq, asked_fen, ecny_fen, points_fen, subsidy_fen, born, status, reason,
  offline, occurred_at, received_at)
SELECT terminal, day, number, sha256(convert_to(i::text, 'UTF8')), wallet, merchant, month, seq,
  fen, fen, 0, least(%(cap)s::bigint, so_far * %(num)s::bigint / %(den)s::bigint)
    - least(%(cap)s::bigint, (so_far - fen) * %(num)s::bigint / %(den)s::bigint),
  'S', 'S', '', false, at AT TIME ZONE 'Asia/Shanghai', at AT TIME ZONE 'Asia/Shanghai'
FROM counted ORDER BY at
"""
PURSES = """
UPDATE wallet_wallet w SET ecny_fen = w.ecny_fen - p.fen, month = p.month, seq = p.seq,
  net_fen = p.net, rate_num = %(num)s, rate_den = %(den)s, cap_fen = %(cap)s
FROM (
  SELECT wallet_id, l.month, sum(ecny_fen)::bigint AS fen,
    max(seq) FILTER (WHERE y.month = l.month) AS seq,
    (sum(ecny_fen) FILTER (WHERE y.month = l.month))::bigint AS net
  FROM wallet_payment y
  JOIN (SELECT wallet_id, max(month) AS month FROM wallet_payment GROUP BY 1) l USING (wallet_id)
  GROUP BY 1, 2
) p WHERE p.wallet_id = w.id
"""
DONE = """
UPDATE wallet_bankorder SET state = 'done', bank_ref = '260101-' || id, posted_at = occurred_at
WHERE state = 'waiting'
"""
LINES = """
SELECT o.kind, f.mark || '-' || o.document, o.bank_ref, f.mark || '-W' || o.wallet_id,
  f.mark || '-M' || o.merchant_id,
  t.code || '-' || to_char(p.biz_date, 'YYYYMMDD') || '-' || p.terminal_seq, o.amount_fen,
  o.occurred_at
FROM wallet_bankorder o CROSS JOIN wallet_bankfeed f
JOIN wallet_payment p ON 'payment:' || p.id = o.document JOIN wallet_terminal t
  ON t.id = p.terminal_id WHERE p.biz_date = %s ORDER BY o.id
"""
EACH_FAULT = 50
"""How many lines are missing, too many, one fen off, and failed at the bank."""


def pay(given_days: dict[str, int]) -> None:
    """Let everybody pay."""
    days, numbers = list(given_days), list(given_days.values())
    terms = terms_on(date.fromisoformat(days[0]))
    given = {"num": terms.rate_num, "den": terms.rate_den, "cap": terms.cap_fen}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SPEND, {**given, "days": days, "numbers": numbers})
        cursor.execute(PURSES, given)
    folding.fold(at=clock.now())  # as the worker does every few seconds
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def bank() -> None:
    """Let the bank have carried out whatever was paid."""
    while ordering.order(at=clock.now()):
        pass
    with connection.cursor() as cursor:
        cursor.execute(DONE)
        cursor.execute("VACUUM ANALYZE")


def cells(day: str) -> Iterator[list[str]]:
    """Give the day's lines as the bank writes them, after their number."""
    with connection.cursor() as cursor:
        cursor.execute(LINES, [day])
        for kind, key, ref, purse, shop, till, fen, at in cursor.fetchall():
            moment = at.isoformat(timespec="seconds")
            digest = hashlib.sha256(purse.encode()).hexdigest()[:16]
            yield [kind, key, ref, digest, shop, till, str(fen), "0", moment, moment, "S"]
    yield ["INTEREST", "", f"260101-I{day}", "", "", "", "321", "0", moment, moment, "S"]


def faulty(lines: list[list[str]]) -> list[list[str]]:
    """Return the lines with every fault that leaves the file itself in order."""
    hit = lines[EACH_FAULT:]  # missing
    apart = len(hit) // (2 * EACH_FAULT) - 1
    for at in range(EACH_FAULT):
        one, other = hit[2 * at * apart], hit[(2 * at + 1) * apart]
        extra = [one[0], f"NOBODY-{at}", f"{one[2]}-X", *one[3:5], "", *one[6:]]
        one[6], other[10] = str(int(one[6]) + 1), "F"
        hit.append(extra)
    return hit


def text(day: str, number: int, lines: list[list[str]]) -> bytes:
    """Return the whole file."""
    body = "".join(f"D|{n}|{'|'.join(line)}\n" for n, line in enumerate(lines, 1))
    sums = [
        sum(int(line[6]) for line in lines if line[0] == kind and line[10] == "S")
        for kind in ("PAY", "REFUND", "INTEREST")
    ]
    end = "|".join(str(e) for e in (len(lines), *sums, hashlib.sha256(body.encode()).hexdigest()))
    head = f"H|1.0|{day.replace('-', '')}|UNION01|CCB|CNY|seq={number}\n"
    return f"{head}{body}T|{end}\n".encode()


def account(day: str, opening: int) -> bytes:
    """Return the corporate account's day: nothing but the interest."""
    line = f"L|1|260101-I{day}||INTEREST|BANK|321|0|{opening + 321}|{day}T12:00:00+08:00|\n"
    digest = hashlib.sha256(line.encode()).hexdigest()
    return (
        f"H|1.0|{day.replace('-', '')}|UNION01|CCB|CNY|CORPORATE\nO|{opening}\n{line}"
        f"C|{opening + 321}|1|321|0|{digest}\n"
    ).encode()


def files(place: Path, days: list[str]) -> dict[str, Any]:
    """Write each day's files; return how many lines and faults each has."""
    made: dict[str, Any] = {}
    for n, day in enumerate(days):
        lines = list(cells(day))
        (place / f"{day}.right").write_bytes(text(day, 3, lines))
        hit = faulty([list(line) for line in lines])
        (place / f"{day}.wrong").write_bytes(text(day, 1, hit)[:-9] + b"deadbeef\n")
        (place / f"{day}.faulty").write_bytes(text(day, 2, hit))
        (place / f"{day}.account").write_bytes(account(day, 1_000_000 + 321 * n))
        made[day] = {"lines": len(lines), "faults": 4 * EACH_FAULT}
    return made


what, *rest = sys.argv[1:]
if what == "files":
    print(json.dumps(files(Path(rest[0]), rest[1:])))
else:
    pay({day: int(number) for day, _, number in (each.partition("=") for each in rest)})
    if what == "spend":
        bank()
