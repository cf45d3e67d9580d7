"""Questions to the notices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from smartunion.kernel.people.models import Person

from . import contacts
from .contacts import Reach
from .gateways import open_channels
from .models import Contact, Message, Notice, Preference
from .rules import CHOOSABLE, LOST, UNSENT, Channel, Priority, State, Terms

KINDS = {
    State.PENDING: "wait",
    State.SENDING: "run",
    State.ACCEPTED: "run",
    State.DELIVERED: "ok",
    State.READ: "ok",
    State.FAILED: "late",
    State.DEAD: "late",
}
"""How a state looks: word and shape of the house."""


OF_A_CALL = {
    State.PENDING: "待拨",
    State.SENDING: "拨号中",
    State.ACCEPTED: "已拨出",
    State.DELIVERED: "已接听",
    State.READ: "已按键确认",
    State.FAILED: "未接通",
    State.DEAD: "拨不出",
}
"""What a call's states are called."""


@dataclass(frozen=True)
class Entry:
    """A notice as its person sees it: by which ways it came, and what went wrong on the way."""

    notice: Notice
    ways: list[tuple[str, str]]
    """(kind of state, words) of each message."""
    detours: list[str]
    """短信未送达（空号），已改发企业微信."""

    @property
    def is_unread(self) -> bool:
        """Tell whether it was opened."""
        return self.notice.read_at is None

    @property
    def pressing(self) -> str:
        """Return the word for what presses more than the ordinary, else nothing."""
        presses = self.notice.priority in (Priority.CRISIS, Priority.URGENT)
        return Priority(self.notice.priority).label if presses else ""


def unread(person: Person) -> int:
    """Return how many notices the person has not opened."""
    return Notice.objects.filter(person=person, read_at=None, in_list=True).count()


def of_person(person: Person, *, only_unread: bool = False) -> QuerySet[Notice]:
    """Return the person's list, the newest first."""
    listed = Notice.objects.filter(person=person, in_list=True)
    if only_unread:
        listed = listed.filter(read_at=None)
    return listed.order_by("-at", "-id")


def entries(notices: Sequence[Notice]) -> list[Entry]:
    """Return notices with what became of their messages, by one query."""
    messages: dict[int, list[Message]] = {}
    sent = Message.objects.filter(notice__in=notices).select_related("instead_of").order_by("id")
    for message in sent:
        messages.setdefault(message.notice_id, []).append(message)
    return [
        Entry(
            notice,
            [way(message) for message in messages.get(notice.pk, [])],
            detours(messages.get(notice.pk, [])),
        )
        for notice in notices
    ]


def way(message: Message) -> tuple[str, str]:
    """Return a message's state in words: 短信 已送达."""
    state = State(message.state)
    word = state.label
    if message.channel == Channel.VOICE:
        word = message.trouble if state in LOST and message.trouble else OF_A_CALL[state]
    return KINDS[state], f"{Channel(message.channel).label} {word}"


def detours(messages: Iterable[Message]) -> list[str]:
    """Return which ways led nowhere, and what was done instead."""
    told = []
    instead = {m.instead_of_id: m for m in messages if m.instead_of_id}
    for message in messages:
        if message.state not in LOST or message.channel == Channel.VOICE:
            continue  # a call that nobody takes is made again, not replaced
        why = f"（{message.trouble}）" if message.trouble else ""
        lost = f"{Channel(message.channel).label}未送达{why}"
        other = instead.get(message.pk)
        if other is not None:
            told.append(f"{lost}，已改发{Channel(other.channel).label}")
        else:
            told.append(f"{lost}，没有别的渠道可改发")
    return told


def own(person: Person, notice_id: int) -> Notice | None:
    """Return a notice of the person's; somebody else's is not found."""
    return Notice.objects.filter(pk=notice_id, person=person).first()


def of_message(person: Person, message_id: int) -> Message | None:
    """Return a message to the person with its notice; somebody else's is not found."""
    found = Message.objects.select_related("notice").filter(pk=message_id, notice__person=person)
    return found.first()


@dataclass(frozen=True)
class Settings:
    """What the settings page shows."""

    chosen: frozenset[Channel]
    ways: list[Reach]
    closed: list[Channel]
    """Channels of the house by which the person cannot be reached."""
    terms: Terms


def settings_of(person: Person, *, at: datetime) -> Settings:
    """Return how the person is reached and by what they want to hear of ordinary matters."""
    preference = Preference.objects.filter(person=person).first() or Preference()
    ways = contacts.ways_of([person])[person.pk]
    return Settings(
        chosen=contacts.chosen(preference),
        ways=[way for way in ways if way.channel in CHOOSABLE],
        closed=[
            c for c in open_channels() if c in CHOOSABLE and c not in {way.channel for way in ways}
        ],
        terms=contacts.terms_at(at),
    )


def reach(person: Person, channel: Channel) -> Reach | None:
    """Return how the person is reached by a channel, or None."""
    ways = contacts.ways_of([person])[person.pk]
    return next((way for way in ways if way.channel == channel), None)


SEGMENTS = {
    "": ("全部", None),
    "unsent": ("待发", UNSENT),
    "accepted": ("已发出", (State.ACCEPTED,)),
    "arrived": ("已送达", (State.DELIVERED, State.READ)),
    "lost": ("未送达", LOST),
}


def messages(
    *, segment: str = "", channel: str = "", words: str = "", since: datetime | None = None
) -> QuerySet[Message]:
    """Return the outbox for the desk, the newest first, narrowed by whatever is given."""
    found = Message.objects.select_related("notice__person", "notice__person__unit")
    states = SEGMENTS.get(segment, ("", None))[1]
    if states:
        found = found.filter(state__in=states)
    if channel:
        found = found.filter(channel=channel)
    if words:
        found = found.filter(
            Q(notice__person__name__contains=words)
            | Q(notice__person__username=words)
            | Q(address=words)
        )
    if since is not None:
        found = found.filter(at__gte=since)
    return found.order_by("-at", "-id")


def tally() -> dict[str, int]:
    """Return how many messages stand in each segment."""
    counted = dict(Message.objects.values_list("state").annotate(n=Count("id")))
    return {
        key: sum(n for state, n in counted.items() if states is None or state in states)
        for key, (_, states) in SEGMENTS.items()
    }


def lost_since(since: datetime) -> int:
    """Return how many messages written since then did not arrive."""
    return Message.objects.filter(at__gte=since, state__in=LOST).count()


def for_desk(message_id: int) -> Message | None:
    """Return a message with its notice, its person and its receipts."""
    found = Message.objects.select_related("notice__person__unit", "instead_of")
    return found.prefetch_related("receipts", "notice__messages").filter(pk=message_id).first()


def wrong_contacts() -> int:
    """Return how many addresses are known to lead to nobody."""
    return Contact.objects.exclude(wrong_at=None).count()


def masked(channel: str, address: str) -> str:
    """Return an address as an officer sees it: 138****0001; a WeCom name is no secret."""
    if channel in (Channel.SMS, Channel.VOICE):
        return f"{address[:3]}****{address[-4:]}"
    if channel == Channel.EMAIL:
        name, _, host = address.partition("@")
        return f"{name[:1]}**@{host}"
    return address
