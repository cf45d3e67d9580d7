"""Ask the rules of a month's purchases; what they find waits for a person (7.1)."""

from datetime import date, datetime

from django.db import connection, transaction

from smartunion.domains.merchants.models import Scan, Suspicion
from smartunion.domains.merchants.reads.figures import terms_on
from smartunion.domains.merchants.rules.detectors import Hit, detect
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base.calendar import add_working_days
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record


@transaction.atomic
def scan(*, month: date, by: Person | None, at: datetime) -> Scan:
    """Ask every rule; new hits become suspicions, open ones follow their rows. Safe to repeat.

    What a person has decided stays decided.
    """
    first = month.replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('merchants.scan'))")
    trades = wallet.trades(first)
    hits = detect(trades, terms_on(first))
    known = {
        (each.detector, each.key): each
        for each in Suspicion.objects.select_for_update().filter(month=first)
    }
    fresh = 0
    for hit in hits:
        there = known.get((hit.detector.value, hit.key))
        if there is None:
            open_suspicion(hit=hit, month=first, at=at)
            fresh += 1
        elif there.state == Suspicion.State.OPEN and there.payments != list(hit.rows):
            there.payments, there.payers = list(hit.rows), list(hit.payers)
            there.amount_fen, there.words = hit.fen, hit.words
            there.save(update_fields=["payments", "payers", "amount_fen", "words"])
    made = Scan.objects.create(month=first, at=at, trades=len(trades), hits=len(hits), fresh=fresh)
    if fresh or by is not None:
        record("merchants.scanned", made, by=by, at=at, hits=len(hits), fresh=fresh)
    return made


@transaction.atomic
def open_suspicion(*, hit: Hit, month: date, at: datetime) -> Suspicion:
    """Let a hit wait for a person, until a working day by the terms."""
    days = terms_on(campus_day(at)).decide_working_days
    made = Suspicion.objects.create(
        detector=hit.detector.value,
        month=month,
        key=hit.key,
        merchant_id=hit.merchant,
        payers=list(hit.payers),
        payments=list(hit.rows),
        amount_fen=hit.fen,
        words=hit.words,
        found_at=at,
        due_on=add_working_days(campus_day(at), days),
    )
    record("merchants.suspected", made, by=None, at=at)
    return made
