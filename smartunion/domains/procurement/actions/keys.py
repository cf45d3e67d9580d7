"""Who holds the keys of the sealed quotes: three offices, any two of which open together."""

from datetime import datetime
from secrets import token_hex

from django.db import transaction

from smartunion.domains.procurement.models import OpeningKey
from smartunion.domains.procurement.reads.keys import OFFICES
from smartunion.domains.procurement.rules import refusals, sealing
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import holders
from smartunion.kernel.trail.record import record


@transaction.atomic
def choose(*, passphrase: str, by: Person, at: datetime) -> OpeningKey:
    """Lay down a holder's public key from a passphrase that is never stored; a new one replaces.

    Tenders announced before keep the key that their notice names.
    """
    if len(passphrase.strip()) < sealing.PASSPHRASE_LEAST:
        raise refusals.PassphraseShort(least=sealing.PASSPHRASE_LEAST)
    office = _office_of(by, at)
    OpeningKey.objects.select_for_update().filter(office=office, retired_at__isnull=True).update(
        retired_at=at
    )
    salt = token_hex(16)
    key = OpeningKey.objects.create(
        holder=by,
        office=office,
        salt=salt,
        public=sealing.public_key(sealing.private_key(passphrase, salt)),
        since=at,
    )
    record("procurement.key_chosen", key, by=by, at=at, office=OFFICES[office])
    return key


def _office_of(by: Person, at: datetime) -> str:
    """Return the holder's office: one's own as A first, so that one person holds one key."""
    mine = [o for o in OFFICES if (who := holders(o, on=campus_day(at))) and who[0] == by]
    if not mine:
        raise refusals.NotHolder(by=by.name)
    return mine[0]
