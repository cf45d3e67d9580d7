"""The played year on the phones: what was sent in it lies there, handed over in batches.

The year's messages are written by the same actions as ever, at their own moments. They are not
sent one by one, which would take longer than the year is worth: all but the last half hour's are
handed to the sandbox as from a phone's backup, and marked as delivered at the moment at which they
were due. The last ones are left to `work`, which sends them as it sends everything.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import httpx
from django.conf import settings
from django.db import connection
from django.db.models import F, OuterRef, Subquery

from smartunion.kernel.base import clock
from smartunion.kernel.notices import outbox
from smartunion.kernel.notices.gateways import SMS_TEXT, shortened, signature
from smartunion.kernel.notices.links import deep_link
from smartunion.kernel.notices.models import Contact, Message, Notice
from smartunion.kernel.notices.rules import Channel, State
from smartunion.kernel.trail.deliver import deliver
from smartunion.site.cast import CAST

LEFT_TO_WORK = timedelta(minutes=30)
BATCH = 500
PATH = "/phones/history"

_READ = """
UPDATE notices_notice SET read_at = at + (abs(hashtext(about || person_id)) %% 300 + 2)
  * interval '1 minute'
WHERE read_at IS NULL AND at < %s AND abs(hashtext(person_id || about)) %% 10 > 0
"""
"""Nine of ten notices were opened within five hours; which ones is the same in every play."""


def hand_over(*, until: datetime) -> int:
    """Tell what is left to tell, put the past on the phones, and return how many messages."""
    while deliver(at=until):
        pass
    with connection.cursor() as cursor:
        cursor.execute(_READ, [until - timedelta(days=2)])
    _lose_a_number(until=until)
    waiting = Message.objects.filter(
        state=State.PENDING, next_at__lt=until - LEFT_TO_WORK
    ).select_related("notice").order_by("id")  # fmt: skip
    past = list(waiting)
    for start in range(0, len(past), BATCH):
        _put(past[start : start + BATCH])
    return len(past)


def _put(some: Sequence[Message]) -> None:
    """Hand a batch to the phones, then mark it."""
    items, opened = [], []
    for message in some:
        notice = message.notice
        read_at = notice.read_at if message.channel == Channel.WECOM else None
        items.append(
            {
                "channel": message.channel, "key": str(message.key), "address": message.address,
                "title": notice.title, "body": _body(message), "link": deep_link(message.pk),
                "at": message.next_at.isoformat(),
                "read_at": read_at.isoformat() if read_at and read_at > message.next_at else None,
            }
        )  # fmt: skip
        if items[-1]["read_at"]:
            opened.append(message.pk)
    body = json.dumps({"items": items}, ensure_ascii=False).encode()
    at = str(int(clock.now().timestamp()))
    headers = {
        "X-Key-Id": settings.SMS_KEY_ID,
        "X-Timestamp": at,
        "X-Signature": signature(settings.SMS_SECRET, "POST", PATH, at, body=body),
    }
    url = f"{settings.SMS_URL.rstrip('/')}{PATH}"
    httpx.post(url, content=body, headers=headers, timeout=30, trust_env=False).raise_for_status()
    then = F("next_at")
    Message.objects.filter(pk__in=[message.pk for message in some]).update(
        state=State.DELIVERED, attempts=1, provider_id="history", tried_at=then, sent_at=then,
        delivered_at=then,
    )  # fmt: skip
    moment = Notice.objects.filter(pk=OuterRef("notice")).values("read_at")
    Message.objects.filter(pk__in=opened).update(state=State.READ, read_at=Subquery(moment))


def _body(message: Message) -> str:
    """Return the text as the vendor's template, a card or a mail has it."""
    notice = message.notice
    if message.channel == Channel.SMS:
        return f"【{settings.SMS_SIGN}】{notice.title}：{shortened(notice.text, SMS_TEXT)}"
    return notice.text


def _lose_a_number(*, until: datetime) -> None:
    """Let one member's number be out of use, as one always is: 空号, gone round by another way."""
    cast = [role.username for role in CAST]
    lost = (
        Message.objects.filter(
            channel=Channel.SMS, state=State.PENDING, next_at__lt=until - LEFT_TO_WORK
        )
        .exclude(notice__person__username__in=cast)
        .order_by("-next_at", "id")
        .first()
    )
    if lost is None or Contact.objects.exclude(wrong_at=None).exists():
        return
    url = f"{settings.SMS_URL.rstrip('/')}/phones/nobody"
    form = {"address": lost.address, "gone": "yes"}
    httpx.post(url, data=form, timeout=10, trust_env=False)
    Message.objects.filter(pk=lost.pk).update(
        state=State.SENDING, attempts=1, tried_at=lost.next_at, sent_at=lost.next_at
    )
    lost.attempts = 1
    outbox.refused(lost, trouble="空号", is_wrong=True, at=lost.next_at + timedelta(seconds=4))
