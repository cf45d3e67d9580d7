"""Ways, priorities and states; when and by which way a message goes. Asks no table.

What WeCom allows (developer.work.weixin.qq.com, 访问频率限制): at most 30 messages a minute and
1000 an hour to one member, the rest is dropped without an error; it asks callers to keep away from
the full and the half hour. So we count ourselves and wait.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import IntegerChoices, TextChoices

from smartunion.kernel.base.days import CAMPUS


class Channel(TextChoices):
    """A way to reach a person."""

    IN_APP = "in_app", "站内"
    SMS = "sms", "短信"
    WECOM = "wecom", "企业微信"
    EMAIL = "email", "邮件"
    VOICE = "voice", "电话"


class Priority(IntegerChoices):
    """How much it presses; a lower number goes first."""

    CRISIS = 0, "危急"
    URGENT = 1, "紧急"
    NORMAL = 2, "普通"
    DIGEST = 3, "汇总"


class State(TextChoices):
    """Where a message is on its way."""

    PENDING = "pending", "待发"
    SENDING = "sending", "发送中"
    ACCEPTED = "accepted", "已发出"
    DELIVERED = "delivered", "已送达"
    READ = "read", "已读"
    FAILED = "failed", "未送达"
    DEAD = "dead", "发不出"


UNSENT = (State.PENDING, State.SENDING)
LOST = (State.FAILED, State.DEAD)

WECOM_PER_MINUTE, WECOM_PER_HOUR = 30, 1000
WECOM_BUSY_MINUTES = (0, 30)

CHOOSABLE = (Channel.WECOM, Channel.SMS, Channel.EMAIL)
"""Ways that a person may choose for ordinary matters; a call is for crisis alone."""

IN_TURN = (Channel.WECOM, Channel.SMS, Channel.EMAIL)
"""Which way is tried instead of one that failed."""

AT_ONCE = {
    Priority.CRISIS: (Channel.SMS, Channel.WECOM, Channel.EMAIL),
    Priority.URGENT: (Channel.WECOM, Channel.SMS),
}
"""Matters that go by these ways whatever a person has set."""

PATIENCE, LONG_PATIENCE = 5, 60
"""Tries before another way is taken, and where there is no other."""

CODE_MINUTES = 10
"""How long a code that proves an address can be typed."""

LONGEST_PAUSE = timedelta(minutes=10)


@dataclass(frozen=True)
class Terms:
    """The plan year's terms `notices`; without a plan nothing is quiet and nothing is kept."""

    quiet_from: time = time.min
    quiet_until: time = time.min
    digest_at: time = time.min
    kept_for_crisis: int = 0
    """How many of WeCom's messages a minute are left to crisis."""
    receipt_minutes: int = 10
    """How long an SMS may stay without a receipt before another way is taken."""


def parsed(given: Mapping[str, object]) -> Terms:
    """Return the terms from the plan's keys and values."""
    return Terms(
        quiet_from=time.fromisoformat(str(given["quiet_from"])),
        quiet_until=time.fromisoformat(str(given["quiet_until"])),
        digest_at=time.fromisoformat(str(given["digest_at"])),
        kept_for_crisis=int(str(given["wecom_kept_for_crisis"])),
        receipt_minutes=int(str(given["receipt_minutes"])),
    )


def channels_for(
    priority: Priority, wanted: Collection[Channel], reachable: Collection[Channel]
) -> list[Channel]:
    """Return the ways by which a matter goes at once; `wanted` is what the person has set.

    A digest waits for its hour. An ordinary matter whose ways are all closed goes by none: it lies
    in the list. Crisis and urgent matters know no setting.
    """
    if priority == Priority.DIGEST:
        return []
    ways = AT_ONCE.get(priority, tuple(way for way in IN_TURN if way in wanted))
    return [way for way in ways if way in reachable]


def way_instead(tried: Collection[Channel], reachable: Collection[Channel]) -> Channel | None:
    """Return the way to take when one has failed, or None when all were tried."""
    return next((way for way in IN_TURN if way in reachable and way not in tried), None)


def is_quiet(at: datetime, terms: Terms) -> bool:
    """Test if people are left in peace at the moment; the hours may pass midnight."""
    now, start, end = at.astimezone(CAMPUS).time(), terms.quiet_from, terms.quiet_until
    return start <= now < end if start <= end else now >= start or now < end


def earliest(priority: Priority, channel: Channel, at: datetime, terms: Terms) -> datetime:
    """Return when a message may go: crisis at once, others after the quiet hours.

    WeCom's busy minutes are left to crisis.
    """
    if priority == Priority.CRISIS:
        return at
    if is_quiet(at, terms):
        local = at.astimezone(CAMPUS)
        end = datetime.combine(local.date(), terms.quiet_until, CAMPUS)
        at = end if end > at else end + timedelta(days=1)
    if channel == Channel.WECOM and at.astimezone(CAMPUS).minute in WECOM_BUSY_MINUTES:
        at = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return at


def when_free(tried: Sequence[datetime], at: datetime, terms: Terms) -> datetime:
    """Return when WeCom takes one more message to a member to whom these were sent.

    `tried` are the moments of the last hour; places are kept free for crisis.
    """
    free = at
    for limit, span in (
        (WECOM_PER_MINUTE - terms.kept_for_crisis, timedelta(minutes=1)),
        (WECOM_PER_HOUR - terms.kept_for_crisis, timedelta(hours=1)),
    ):
        recent = sorted(moment for moment in tried if moment > at - span)
        if len(recent) >= limit:
            free = max(free, recent[len(recent) - limit] + span)
    return free


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many tries without an answer: 1, 2, 4 … seconds."""
    return min(timedelta(seconds=2 ** (min(attempts, 20) - 1)), LONGEST_PAUSE)


def patience(priority: Priority, *, other: bool) -> int:
    """Return after how many tries without an answer a message is given up.

    Crisis goes by every way at once, so each of them is tried long.
    """
    return PATIENCE if other and priority != Priority.CRISIS else LONG_PATIENCE


def digest_moment(at: datetime, terms: Terms) -> datetime:
    """Return the moment of the campus day at which its digest is made."""
    return datetime.combine(at.astimezone(CAMPUS).date(), terms.digest_at, CAMPUS)


def after_receipt(state: State, reported: State, *, is_newer: bool) -> State:
    """Return where a message stands after a receipt.

    What was read stays read. An older receipt changes nothing but a message that was not known to
    have arrived: receipts come in any order, and a number counts once.
    """
    if state == State.READ or (not is_newer and state == State.DELIVERED):
        return state
    if reported == State.READ or is_newer:
        return reported
    return reported if state in (State.PENDING, State.SENDING, State.ACCEPTED) else state
