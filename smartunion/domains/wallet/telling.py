"""Who hears of what a month leaves over, before it ends (`remind_days`)."""

from datetime import datetime, timedelta

from django.db import connection

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.reads import figures
from smartunion.kernel.base.days import campus_day, campus_month, next_month
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person

_UNDRAWN = """
SELECT w.owner_id FROM wallet_wallet w JOIN people_person p ON p.id = w.owner_id AND p.is_active
WHERE w.barred_at IS NULL AND %(quota)s > COALESCE((
  SELECT sum(a.amount_fen) FROM wallet_allotment a
  WHERE a.wallet_id = w.id AND a.month = %(month)s AND a.state <> 'failed'), 0)
"""
_UNSPENT = """
SELECT w.owner_id FROM wallet_wallet w JOIN people_person p ON p.id = w.owner_id AND p.is_active
WHERE w.ecny_fen > 0
"""


def remind(*, at: datetime) -> int:
    """Tell, some days before the month ends, who has not drawn all or would lose what is left.

    Each once a month; returns how many were told now. Without `remind_days` nobody is.
    """
    terms, month = figures.terms_on(campus_day(at)), campus_month(at)
    last = next_month(month) - timedelta(days=1)
    opens = terms.allotment_opens_on
    if not terms.remind_days or campus_day(at) <= last - timedelta(days=terms.remind_days):
        return 0
    told = 0
    if opens is None or opens <= last:
        told += _tell(
            _UNDRAWN, {"quota": terms.allotment_fen, "month": rules.month_number(at)},
            about=f"wallet.undrawn:{month:%Y-%m}", title=f"{month.month}月福利额度还没有划完",
            text=f"{last.month}月{last.day}日24:00前可划拨；过期不划就留在工会专户。",
            link="/wallet/allotment/", at=at,
        )  # fmt: skip
    if terms.expiry == rules.MONTH_END:
        told += _tell(
            _UNSPENT, {}, about=f"wallet.unspent:{month:%Y-%m}",
            title=f"钱包余额{last.month}月{last.day}日24:00到期",
            text="到期没有用完的福利额度退回工会专户，积分不受影响。", link="/wallet/", at=at,
        )  # fmt: skip
    return told


def _tell(
    query: str, given: dict[str, int], *, about: str, title: str, text: str, link: str, at: datetime
) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        owners = [pk for (pk,) in cursor.fetchall()]
    people = list(Person.objects.filter(pk__in=owners))
    return len(tell(to=people, about=about, title=title, text=text, link=link, at=at))
