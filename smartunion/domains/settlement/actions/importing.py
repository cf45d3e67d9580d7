"""Take in what the bank sends: staged, so that no row is used before hash and trailer hold."""

import hashlib
import io
import zlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import BinaryIO

from django.db import connection, transaction

from smartunion.domains.settlement.models import (
    AccountDay,
    AccountLine,
    BankFile,
    BankFilePart,
)
from smartunion.domains.settlement.rules import account, daily, refusals
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base.days import start_of
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.ledger.actions import Line, post_many
from smartunion.kernel.ledger.models import Transfer
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

State = BankFile.State

BANK, BROUGHT = "bank.ecny", "net.brought"

PIECE = 1 << 18
"""So many bytes of a file are packed and kept at a time."""

LINES = 500
"""So many lines are handed to the database at a time."""

_COPY = """
COPY settlement_bankline (file_id, number, kind, key, bank_ref, wallet, merchant, terminal,
  ecny_fen, points_fen, occurred_at, settled_at, state) FROM STDIN
"""

# The bank's own number, and a key with its kind and state, come once in a file.
_TWICE = """
SELECT max(number), min(bank_ref) FROM settlement_bankline
 WHERE file_id = %(file)s GROUP BY bank_ref HAVING count(*) > 1
UNION ALL
SELECT max(number), key FROM settlement_bankline
 WHERE file_id = %(file)s AND key <> '' GROUP BY kind, key, state HAVING count(*) > 1
ORDER BY 1 LIMIT 1
"""


@transaction.atomic
def take_file(
    *,
    day: date,
    number: int,
    name: str,
    data: bytes | BinaryIO,
    signature: str,
    genuine: bool,
    by: Person | None,
    at: datetime,
) -> BankFile:
    """Take in a day's file and return it, used or refused; the same file again changes nothing.

    `number` is the one that was asked for; `genuine` is what the bank's key says of the signature.
    A file that is refused is kept as it came with rule, figure and what to do; of its rows none is
    used. A resend replaces what was used before, whose rows stay readable. A file on the disk is
    read piece by piece, however long it is.
    """
    body = io.BytesIO(data) if isinstance(data, bytes) else data
    digest = _digest(body)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('settlement.file'))")
    before = BankFile.objects.filter(day=day, digest=digest).exclude(state=State.REFUSED).first()
    if before is not None:
        return before
    file = BankFile(
        day=day, number=number, name=name[:80], digest=digest, signature=signature, by=by, at=at
    )
    try:
        with transaction.atomic():
            _use(file, body, genuine=genuine)
    except Refused as no:
        file.pk, file.number = None, number
        return _keep_refused(file, body, no)
    _keep_whole(file, body)
    record("settlement.file_used", file, by=by, at=at, lines=file.lines, number=file.number)
    return file


def _use(file: BankFile, body: BinaryIO, *, genuine: bool) -> None:
    """Read the file into the lines, and let it take the place of the one before."""
    if not genuine:
        raise refusals.FileSignatureWrong(name=file.name)
    mark = wallet.bank_mark()
    reader = daily.Daily(
        file.name, body, day=file.day, mark=mark, merchants=wallet.bank_merchants()
    )
    last = BankFile.objects.filter(day=file.day, state=State.USED).first()
    if last is not None:
        if reader.head.number <= last.number:
            raise refusals.ResendNumberWrong(
                day=file.day.isoformat(), last=last.number, number=reader.head.number
            )
        last.state = State.REPLACED
        last.save(update_fields=["state"])
    file.state, file.number = State.USED, reader.head.number
    file.save()
    prefix = f"{mark}-"
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        lines = (_copied(file.pk, row, prefix) for row in reader.rows())
        while some := "".join(islice(lines, LINES)):
            copy.write(some)
    with connection.cursor() as cursor:
        cursor.execute(_TWICE, {"file": file.pk})
        if (twice := cursor.fetchone()) is not None:
            raise refusals.LineTwice(name=file.name, line=twice[0] + 1, key=twice[1])
    sums = reader.sums
    file.lines, file.pay_fen = sums.count, sums.pay_fen
    file.refund_fen, file.interest_fen = sums.refund_fen, sums.interest_fen
    file.save(update_fields=["lines", "pay_fen", "refund_fen", "interest_fen"])


def _copied(file_id: int, row: daily.Row, prefix: str) -> str:
    """Return a line as COPY reads it; its reader lets nothing through that COPY would mistake."""
    number, kind, key, *words, ecny, points, occurred, settled, state = row
    text = "\t".join((kind, key.removeprefix(prefix), *words))
    booked = settled.isoformat() if settled else "\\N"
    return f"{file_id}\t{number}\t{text}\t{ecny}\t{points}\t{occurred}\t{booked}\t{state}\n"


def _digest(body: BinaryIO) -> str:
    digest = hashlib.sha256()
    body.seek(0)
    for piece in iter(lambda: body.read(PIECE), b""):
        digest.update(piece)
    return digest.hexdigest()


def _keep_whole(file: BankFile, body: BinaryIO) -> None:
    """Keep the file as it came, packed piece by piece."""
    body.seek(0)
    for number, piece in enumerate(iter(lambda: body.read(PIECE), b""), 1):
        BankFilePart.objects.create(file=file, number=number, content=zlib.compress(piece, 1))


def _keep_refused(file: BankFile, body: BinaryIO, no: Refused) -> BankFile:
    """Keep a file that was refused as it came; the same again for the same reason is kept once."""
    told = no.as_dict()
    kept, fresh = BankFile.objects.get_or_create(
        day=file.day, digest=file.digest, refusal=no.code,
        defaults={
            "number": file.number, "name": file.name, "signature": file.signature,
            "state": State.REFUSED, "because": str(no)[:400],
            "remedy": str(told["remedy"])[:200], "by": file.by, "at": file.at,
        },
    )  # fmt: skip
    if fresh:
        _keep_whole(kept, body)
        record("settlement.file_refused", kept, by=file.by, at=file.at, because=kept.because)
    return kept


@transaction.atomic
def take_account(
    *, day: date, name: str, data: bytes, genuine: bool, by: Person | None, at: datetime
) -> AccountDay | None:
    """Take in a day of the corporate account, if opening + lines = closing; newer replaces older.

    One that does not add up is kept with its reason and returns None: the day is not reconciled.
    """
    digest = hashlib.sha256(data).hexdigest()
    eve = AccountDay.objects.filter(day=day - timedelta(days=1)).first()
    try:
        if not genuine:
            raise refusals.FileSignatureWrong(name=name)
        found = account.read(name, data, day=day, before_fen=eve.closing_fen if eve else None)
    except Refused as no:
        _keep_refused(
            BankFile(day=day, name=name[:80], digest=digest, signature="", by=by, at=at),
            io.BytesIO(data),
            no,
        )
        return None
    was = AccountDay.objects.select_for_update().filter(day=day).first()
    if was is not None and was.digest == digest:
        return was
    made, _ = AccountDay.objects.update_or_create(
        day=day,
        defaults={
            "name": name[:80], "digest": digest, "opening_fen": found.opening_fen,
            "in_fen": sum(each.in_fen for each in found.entries),
            "out_fen": sum(each.out_fen for each in found.entries),
            "closing_fen": found.closing_fen, "lines": len(found.entries), "at": at,
        },
    )  # fmt: skip
    AccountLine.objects.filter(account=made).delete()
    AccountLine.objects.bulk_create(_entries(made, found.entries), batch_size=1000)
    record("settlement.account_taken", made, by=by, at=at, lines=made.lines)
    _book_brought(made, found.entries, by=by, at=at)
    return made


def _book_brought(
    made: AccountDay, entries: tuple[account.Entry, ...], *, by: Person | None, at: datetime
) -> None:
    """Book what the wallet had before the first day that the bank told of, and its founding.

    Once each: what the bank brings forward is net assets, not this year's income.
    """
    first = not AccountDay.objects.filter(day__lt=made.day).exists()
    brought = {"bank:opening": made.opening_fen} if first else {}
    brought |= {f"bank:{e.bank_ref}": e.in_fen for e in entries if e.kind == "OPENING"}
    known = Transfer.objects.filter(document__in=brought).values_list("document", flat=True)
    lines = [
        Line(BANK, BROUGHT, fen, "bank.opening", document, start_of(made.day))
        for document, fen in brought.items()
        if fen > 0 and document not in set(known)
    ]
    if lines:
        post_many(lines=lines, by=by, at=at, because="对公钱包期初余额，以银行对账单为准")


def _entries(made: AccountDay, entries: tuple[account.Entry, ...]) -> Iterator[AccountLine]:
    prefix = f"{wallet.bank_mark()}-"
    for each in entries:
        yield AccountLine(
            account=made, number=each.number, bank_ref=each.bank_ref,
            key=each.key.removeprefix(prefix), kind=each.kind, counterparty=each.counterparty,
            in_fen=each.in_fen, out_fen=each.out_fen,
        )  # fmt: skip
