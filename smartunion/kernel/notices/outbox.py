"""The outbox: messages written, claimed, sent, lost and replaced. Each step is one transaction.

A claim is a lease: it moves `next_at` to its own end, so a message of a sender that died is due
again by itself and goes out a second time with the same key.
"""

import logging
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person

from . import answering, rules
from .contacts import addresses_of, terms_at, wanted_by
from .models import Contact, Message, Notice, Receipt
from .refusals import UnknownMessage
from .rules import LOST, UNSENT, Channel, Priority, State, Terms

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=5)
"""Longer than a provider is ever waited for."""

BELL = "notices"
"""The NOTIFY channel that wakes the senders."""

_WECOM_LOCK = "SELECT pg_advisory_xact_lock(hashtext('notices wecom'))"


@dataclass(frozen=True)
class Reported:
    """What a provider says of a message: its number of the report, the state or a person's words.

    `state` is delivered, read, failed or reply; `is_wrong` says that the address leads to nobody.
    `is_answer` says that `text` is what the person answers: a reply, or the key pressed in a call.
    """

    seq: int
    state: str
    happened_at: datetime
    text: str = ""
    is_wrong: bool = False
    is_answer: bool = False


def ring() -> None:
    """Wake the senders when the transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [BELL])


def write(
    notices: Sequence[Notice], *, channels: Sequence[Channel] | None, at: datetime
) -> list[Message]:
    """Write the messages of new notices; all of one matter, so of one priority."""
    if not notices:
        return []
    persons = [notice.person for notice in notices]
    priority = Priority(notices[0].priority)
    reached = addresses_of(persons)
    wanted = wanted_by(persons) if channels is None else {}
    terms = Terms() if priority == Priority.CRISIS else terms_at(at)  # it neither waits nor asks
    messages = []
    for notice in notices:
        here = reached[notice.person_id]
        if channels is None:
            ways = rules.channels_for(priority, wanted[notice.person_id], here)
        else:
            ways = [way for way in channels if way in here]
        if Channel.VOICE in ways and priority != Priority.CRISIS:
            raise ValueError("only a crisis rings")
        messages += [
            Message(
                notice=notice, channel=way, address=here[way], priority=priority, at=at,
                next_at=rules.earliest(priority, way, at, terms),
            )
            for way in ways
        ]  # fmt: skip
    Message.objects.bulk_create(messages)
    if messages:
        ring()
    return messages


@transaction.atomic
def claim(*, at: datetime, limit: int) -> list[Message]:
    """Take up to so many messages that are due, crisis first, for the length of a lease."""
    due = list(
        Message.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("notice")
        .filter(state__in=UNSENT, next_at__lte=at)
        .order_by("priority", "next_at", "id")[:limit]
    )
    if not due:
        return []
    later = _to_postpone(due, at)
    for message in due:
        if message.pk in later:
            message.next_at, message.state = later[message.pk], State.PENDING
        else:
            message.next_at, message.state = at + LEASE, State.SENDING
            message.tried_at = at
            message.attempts += 1
    ours = [message for message in due if message.state == State.SENDING]
    Message.objects.filter(pk__in=[message.pk for message in ours]).update(
        next_at=at + LEASE, state=State.SENDING, tried_at=at, attempts=F("attempts") + 1
    )
    if later:
        Message.objects.bulk_update([one for one in due if one.pk in later], ["next_at", "state"])
    return ours


def _to_postpone(due: Sequence[Message], at: datetime) -> dict[int, datetime]:
    """Return which of the messages must wait, and until when: quiet hours and WeCom's limits.

    Senders count one after the other, each seeing what the others have claimed. Crisis neither
    waits nor asks.
    """
    later: dict[int, datetime] = {}
    counted: list[Message] = []
    ordinary = [one for one in due if one.priority != Priority.CRISIS and not one.is_asked]
    if not ordinary:
        return later
    terms = terms_at(at)
    for message in ordinary:
        earliest = rules.earliest(Priority(message.priority), Channel(message.channel), at, terms)
        if earliest > at:
            later[message.pk] = earliest
        elif message.channel == Channel.WECOM:
            counted.append(message)
    if not counted:
        return later
    with connection.cursor() as cursor:
        cursor.execute(_WECOM_LOCK)
    tried: dict[str, list[datetime]] = {}
    recent = Message.objects.filter(
        channel=Channel.WECOM,
        address__in={message.address for message in counted},
        tried_at__gt=at - timedelta(hours=1),
    ).exclude(pk__in=[message.pk for message in counted])
    for address, moment in recent.values_list("address", "tried_at"):
        if moment is not None:
            tried.setdefault(address, []).append(moment)
    for message in counted:
        before = tried.setdefault(message.address, [])
        free = rules.when_free(before, at, terms)
        if free > at:
            later[message.pk] = free
        else:
            before.append(at)
    return later


_ACCEPTED = """
WITH mine AS (
  SELECT id FROM notices_message WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE
)
UPDATE notices_message m SET provider_id = taken.number, trouble = '',
  sent_at = COALESCE(m.sent_at, %(at)s),
  state = CASE WHEN m.state IN ('pending', 'sending') THEN 'accepted' ELSE m.state END
FROM mine JOIN unnest(%(ids)s::bigint[], %(numbers)s::text[]) taken(id, number) USING (id)
WHERE m.id = mine.id
"""


@transaction.atomic
def accepted(numbers: Mapping[Message, str], *, at: datetime) -> None:
    """Note that the provider has taken messages; a receipt may have come before this.

    `numbers` are the provider's own numbers of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ACCEPTED, {
            "ids": [message.pk for message in numbers], "numbers": list(numbers.values()),
            "at": at,
        })  # fmt: skip


@transaction.atomic
def unanswered(message: Message, *, trouble: str, counts: bool = True, at: datetime) -> None:
    """Note that nobody answered: sent again after a pause; given up when patience ends.

    A provider that says it is busy costs no patience.
    """
    mine = _locked(message)
    if mine is None:
        return
    mine.trouble = trouble[:200]
    tried = set(mine.notice.messages.values_list("channel", flat=True))
    here = addresses_of([mine.notice.person])[mine.notice.person_id]
    other = rules.way_instead({Channel(way) for way in tried}, here) is not None
    if counts and mine.attempts >= rules.patience(Priority(mine.priority), other=other):
        mine.state = State.DEAD
        mine.save(update_fields=["state", "trouble"])
        _fall_back(mine, at=at)
        return
    mine.state = State.PENDING
    mine.next_at = at + rules.pause(mine.attempts)
    mine.save(update_fields=["state", "trouble", "next_at"])


@transaction.atomic
def refused(message: Message, *, trouble: str, is_wrong: bool, at: datetime) -> None:
    """Note that the provider will never bring it, and take another way."""
    mine = _locked(message)
    if mine is None:
        return
    mine.trouble = trouble[:200]
    mine.state = State.FAILED
    mine.save(update_fields=["state", "trouble"])
    if is_wrong:
        _note_wrong(mine, at=at)
    _fall_back(mine, at=at)


def _locked(message: Message) -> Message | None:
    """Return the message if it is still ours: nobody has claimed it since, nothing has come."""
    return (
        Message.objects.select_for_update(of=("self",))
        .select_related("notice__person")
        .filter(pk=message.pk, state=State.SENDING, attempts=message.attempts)
        .first()
    )


def _fall_back(message: Message, *, at: datetime) -> Message | None:
    """Send by another way what did not arrive by this one; None when there is no other.

    A call has none: whoever rings decides whether and whom to ring next.
    """
    if message.channel == Channel.VOICE:
        return None
    notice = message.notice
    tried = {Channel(way) for way in notice.messages.values_list("channel", flat=True)}
    here = addresses_of([notice.person])[notice.person_id]
    way = rules.way_instead(tried, here)
    if way is None:
        return None
    priority = Priority(message.priority)
    instead = Message.objects.create(
        notice=notice, channel=way, address=here[way], priority=priority, at=at,
        next_at=rules.earliest(priority, way, at, terms_at(at)), instead_of=message,
    )  # fmt: skip
    ring()
    return instead


def renew(lost: Message, *, at: datetime) -> Message:
    """Send a lost message to the address that stands now, under a new key; its receipts stay."""
    priority, way = Priority(lost.priority), Channel(lost.channel)
    here = addresses_of([lost.notice.person])[lost.notice.person_id]
    lost.address = here.get(way, lost.address)
    lost.key = uuid.uuid4()
    lost.state, lost.attempts, lost.provider_seq = State.PENDING, 0, -1
    lost.provider_id = lost.trouble = ""
    lost.next_at = rules.earliest(priority, way, at, terms_at(at))
    lost.sent_at = None
    lost.save(
        update_fields=[
            "address", "key", "state", "attempts", "provider_seq", "provider_id", "trouble",
            "next_at", "sent_at",
        ]
    )  # fmt: skip
    ring()
    return lost


def _note_wrong(message: Message, *, at: datetime) -> None:
    """Keep in mind that an address leads to nobody, and ask its person to check it."""
    person, channel = message.notice.person, Channel(message.channel)
    Contact.objects.update_or_create(
        person=person,
        channel=channel,
        defaults={
            "address": message.address, "verified_at": None, "wrong_at": at,
            "trouble": message.trouble[:120],
        },
    )  # fmt: skip
    Notice.objects.get_or_create(
        person=person,
        about=f"contact/{channel}/{message.address}",
        defaults={
            "title": f"{channel.label}收不到，请核对号码",
            "text": f"发到 {message.address} 的{channel.label}没有送达：{message.trouble}。"
            "核对之前，消息改走别的渠道。",
            "link": "/notices/settings/",
            "priority": Priority.NORMAL,
            "at": at,
        },
    )
    if (waits := answering.of(message.notice)) is not None:
        waits.wrong(message, at)


def message_of(*, key: str = "", provider_id: str = "", channel: Channel) -> Message:
    """Return the message that a provider speaks of, by our key or by its own number."""
    sent = Message.objects.filter(channel=channel)
    try:
        named = Q(key=uuid.UUID(key)) if key else Q(provider_id=provider_id or "none given")
    except ValueError as other:
        raise UnknownMessage(name=key) from other
    message = sent.filter(named).first()
    if message is None:
        raise UnknownMessage(name=key or provider_id)
    return message


@transaction.atomic
def take_receipt(message: Message, reported: Reported, *, at: datetime) -> bool:
    """Take a provider's report; return whether it was new. In any order, each number once."""
    mine = (
        Message.objects.select_for_update(of=("self",))
        .select_related("notice__person")
        .get(pk=message.pk)
    )
    _, is_new = Receipt.objects.get_or_create(
        key=mine.key,
        seq=reported.seq,
        defaults={
            "message": mine, "state": reported.state, "text": reported.text[:400],
            "happened_at": reported.happened_at, "received_at": at,
        },
    )  # fmt: skip
    if is_new and (reported.is_answer or reported.state == "reply"):
        _let_hear(mine, reported.text, at)
    if not is_new or reported.state == "reply":
        return is_new
    before = State(mine.state)
    said = State(reported.state)
    mine.state = rules.after_receipt(before, said, is_newer=reported.seq > mine.provider_seq)
    mine.provider_seq = max(mine.provider_seq, reported.seq)
    mine.sent_at = mine.sent_at or reported.happened_at
    if said in (State.DELIVERED, State.READ):
        mine.delivered_at = mine.delivered_at or reported.happened_at
    if said == State.READ:
        mine.read_at = mine.read_at or reported.happened_at
    if mine.state in (State.DELIVERED, State.READ):
        mine.trouble = ""
    elif mine.state == State.FAILED:
        mine.trouble = (reported.text or "未送达")[:200]
    mine.save(
        update_fields=[
            "state", "provider_seq", "sent_at", "delivered_at", "read_at", "trouble",
        ]
    )  # fmt: skip
    if mine.state == State.FAILED and before not in LOST:
        if reported.is_wrong:
            _note_wrong(mine, at=at)
        _fall_back(mine, at=at)
    return True


def _let_hear(message: Message, words: str, at: datetime) -> None:
    """Let whoever waits for the answer hear it.

    What they refuse (it came too late) takes only their own writing back, the receipt stays;
    anything else that they raise takes the receipt back, too, and the provider reports again.
    """
    waits = answering.of(message.notice)
    if waits is None:
        return
    try:
        with transaction.atomic():
            waits.hear(message, words, at)
    except Refused as no:
        log.info("the answer to message %s changes nothing: %s", message.pk, no)


@transaction.atomic
def give_up_on_silence(*, at: datetime, batch: int = 100) -> int:
    """Take another way for each SMS that has no receipt after the term; return how many.

    Only SMS: WeCom and mail servers send none. A receipt that comes later still counts.
    """
    silent = (
        Message.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("notice__person")
        .filter(
            state=State.ACCEPTED,
            channel=Channel.SMS,
            sent_at__lte=at - timedelta(minutes=terms_at(at).receipt_minutes),
        )
        .order_by("sent_at")[:batch]
    )
    lost = list(silent)
    for message in lost:
        message.state = State.FAILED
        message.trouble = f"{terms_at(at).receipt_minutes}分钟没有回执"
        message.save(update_fields=["state", "trouble"])
        _fall_back(message, at=at)
    return len(lost)


@transaction.atomic
def gather(*, at: datetime) -> int:
    """Make the day's digest of each person who has not opened what was kept for it.

    One message a person and day; what was read by then needs no message. Returns how many.
    """
    moment = rules.digest_moment(at, terms_at(at))
    if at < moment:
        moment -= timedelta(days=1)
    waiting = list(
        Notice.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("person")
        .filter(priority=Priority.DIGEST, gathered_on=None, at__lte=moment)
        .order_by("person", "at", "id")
    )
    if not waiting:
        return 0
    day = moment.date()
    Notice.objects.filter(pk__in=[notice.pk for notice in waiting]).update(gathered_on=day)
    by_person: dict[Person, list[Notice]] = {}
    for notice in waiting:
        if notice.read_at is None:
            by_person.setdefault(notice.person, []).append(notice)
    sheets = _sheets(by_person, about=f"digest/{day}", at=at)
    write(sheets, channels=None, at=at)
    return len(sheets)


def _sheets(by_person: dict[Person, list[Notice]], *, about: str, at: datetime) -> list[Notice]:
    """Make one digest for each person; it is no entry of the list, where its matters stand."""
    told = set(
        Notice.objects.filter(about=about, person__in=list(by_person)).values_list(
            "person", flat=True
        )
    )
    return Notice.objects.bulk_create(
        Notice(
            person=person,
            about=about,
            title=f"今日汇总：{len(notices)} 条通知",
            text="\n".join(f"· {notice.title}" for notice in notices),
            link="/notices/",
            priority=Priority.NORMAL,
            at=at,
            in_list=False,
        )
        for person, notices in by_person.items()
        if person.pk not in told
    )


def next_due() -> datetime | None:
    """Return when the next message is due, or None when nothing waits."""
    unsent: Iterable[datetime] = (
        Message.objects.filter(state__in=UNSENT)
        .order_by("next_at")
        .values_list("next_at", flat=True)[:1]
    )
    return next(iter(unsent), None)
