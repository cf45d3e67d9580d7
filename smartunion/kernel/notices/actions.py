"""Tell people, and take note of what they open, choose and correct.

`tell` takes no savepoint of its own: it refuses nothing, and a case tells by the dozen.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare, salted_hmac

from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record, record_own

from . import outbox
from .contacts import SHAPES, own_address
from .models import Contact, Message, Notice, Preference
from .refusals import AddressMalformed, AddressTaken, NotLost, WrongCode
from .rules import CHOOSABLE, CODE_MINUTES, LOST, Channel, Priority, State

TITLE = 80

_INSERT = """
INSERT INTO notices_notice (person_id, about, title, text, link, priority, at, in_list)
SELECT person, %(about)s, %(title)s, %(text)s, %(link)s, %(priority)s, %(at)s, true
FROM unnest(%(persons)s::bigint[]) person
ON CONFLICT (about, person_id) DO NOTHING RETURNING id, person_id
"""


@transaction.atomic(savepoint=False)
def tell(
    *,
    to: Person | Sequence[Person],
    about: str,
    title: str,
    text: str = "",
    link: str = "",
    priority: Priority = Priority.NORMAL,
    channels: Sequence[Channel] | None = None,
    at: datetime,
) -> list[Notice]:
    """Tell persons of a matter, each once for the same `about`; return what is new.

    It lies in their list at once; the messages that leave the house are written in the caller's
    transaction and sent after its commit, by the ways that the priority and the person's setting
    name. `channels` names them instead: `[]` or `[Channel.IN_APP]` keeps the notice in the house.
    A call (`Channel.VOICE`) is made only for crisis and only where it is named: it says the title.
    `link` is an address of ours. Title and text travel by SMS: no word of health, mind or need.
    """
    persons = {to.pk: to} if isinstance(to, Person) else {person.pk: person for person in to}
    given: dict[str, Any] = {
        "about": about, "title": _cut(title), "text": text, "link": link,
        "priority": int(priority), "at": at,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, {**given, "persons": sorted(persons)})
        fresh = cursor.fetchall()
    notices = [Notice(pk=pk, person=persons[person], **given) for pk, person in sorted(fresh)]
    outbox.write(notices, channels=channels, at=at)
    return notices


def _cut(title: str) -> str:
    return title if len(title) <= TITLE else title[: TITLE - 1] + "…"


@transaction.atomic
def open_notice(*, notice: Notice, message: Message | None = None, at: datetime) -> None:
    """Note that the person has opened a notice, by a message's link where it came from one."""
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=at)
    if message is not None:
        Message.objects.filter(pk=message.pk, read_at=None).exclude(sent_at=None).update(
            read_at=at, state=State.READ
        )


@transaction.atomic
def open_all(*, person: Person, at: datetime) -> int:
    """Note that the person has seen everything in their list; return how many were unread."""
    return Notice.objects.filter(person=person, read_at=None, in_list=True).update(read_at=at)


@transaction.atomic
def choose(*, ways: Sequence[Channel], by: Person, at: datetime) -> None:
    """Set by which ways one hears of ordinary matters; urgent ones and crisis know no setting."""
    preference, _ = Preference.objects.update_or_create(
        person=by, defaults={str(way): way in ways for way in CHOOSABLE}
    )
    chosen = "、".join(way.label for way in ways) or "只在站内"
    record("notices.chosen", preference, by=by, at=at, ways=chosen)


@transaction.atomic
def correct(
    *, person: Person, channel: Channel, address: str, by: Person, at: datetime, because: str
) -> Contact:
    """Set where a person is reached; what was lost on the wrong address is sent there again."""
    address = _checked(person, channel, address)
    old = Contact.objects.select_for_update().filter(person=person, channel=channel).first()
    before = old.address if old else own_address(person, channel)
    contact, _ = Contact.objects.update_or_create(
        person=person,
        channel=channel,
        defaults={"address": address, "verified_at": None, "wrong_at": None, "trouble": ""},
    )
    _let_it_ring([person], channel)
    record(
        "notices.contact_corrected", contact, by=by, at=at, because=because,
        channel=channel.label, before=before, after=address,
    )  # fmt: skip
    return contact


def _checked(person: Person, channel: Channel, address: str) -> str:
    """Return an address that can be the person's, or refuse."""
    address = address.strip()
    if not SHAPES[channel].fullmatch(address):
        raise AddressMalformed(address=address, channel=channel.label)
    if _is_taken(person, channel, address):
        raise AddressTaken(address=address, channel=channel.label)
    return address


def _code(person: Person, channel: Channel, address: str, slot: int) -> str:
    """Return the six digits that prove an address for one slot of time; nothing is kept."""
    said = f"{person.pk}/{channel}/{address}/{slot}"
    digest = salted_hmac("notices.code", said, algorithm="sha256").hexdigest()
    return f"{int(digest, 16) % 1_000_000:06}"


@transaction.atomic
def send_code(*, channel: Channel, address: str, by: Person, at: datetime) -> Message:
    """Send the code that proves an address to that address; it goes at once, at any hour."""
    address = _checked(by, channel, address)
    slot = int(at.timestamp()) // (CODE_MINUTES * 60)
    notice = Notice.objects.create(
        person=by,
        about=f"code/{channel}/{address}/{at.timestamp()}",
        title=f"校验码 {_code(by, channel, address, slot)}",
        text=f"用来核对您的{channel.label}号码，{CODE_MINUTES}分钟内有效。不是您本人操作请忽略。",
        link="/notices/settings/",
        priority=Priority.URGENT,
        at=at,
        in_list=False,
    )
    message = Message.objects.create(
        notice=notice, channel=channel, address=address, priority=Priority.URGENT,
        is_asked=True, at=at, next_at=at,
    )  # fmt: skip
    record("notices.code_sent", notice, by=by, at=at, channel=channel.label)
    outbox.ring()
    return message


@transaction.atomic
def prove(*, channel: Channel, address: str, code: str, by: Person, at: datetime) -> Contact:
    """Take an address as proven when its code is right; refuses a wrong or an old one."""
    address = _checked(by, channel, address)
    slot = int(at.timestamp()) // (CODE_MINUTES * 60)
    right = [_code(by, channel, address, one) for one in (slot, slot - 1)]
    if not any(constant_time_compare(code, one) for one in right):
        raise WrongCode(minutes=CODE_MINUTES)
    contact, _ = Contact.objects.update_or_create(
        person=by,
        channel=channel,
        defaults={"address": address, "verified_at": at, "wrong_at": None, "trouble": ""},
    )
    _let_it_ring([by], channel)
    record("notices.contact_proven", contact, by=by, at=at, channel=channel.label)
    return contact


@transaction.atomic
def believe(*, persons: Sequence[Person], channel: Channel, at: datetime) -> list[Contact]:
    """Take the addresses at which persons were just reached and answered as proven."""
    known = dict(
        Contact.objects.filter(person__in=persons, channel=channel).values_list("person", "address")
    )
    Contact.objects.bulk_create(
        [
            Contact(
                person=one, channel=channel,
                address=known.get(one.pk) or own_address(one, channel), verified_at=at,
            )
            for one in persons
        ],
        update_conflicts=True,
        unique_fields=["person", "channel"],
        update_fields=["verified_at", "wrong_at", "trouble"],
    )  # fmt: skip
    _let_it_ring(persons, channel)
    proven = Contact.objects.filter(person__in=persons, channel=channel).select_related("person")
    contacts = list(proven.order_by("pk"))
    told = [(one.person, one, {"channel": channel.label}) for one in contacts]
    record_own("notices.contact_proven", told, at=at)
    return contacts


def _let_it_ring(persons: Sequence[Person], channel: Channel) -> None:
    """Ring again at numbers that were known to be wrong, once their SMS is proven or corrected."""
    if channel == Channel.SMS:
        Contact.objects.filter(person__in=persons, channel=Channel.VOICE).delete()


def _is_taken(person: Person, channel: Channel, address: str) -> bool:
    """Test if somebody else is reached there: a crisis must not ring at the wrong person."""
    others = Contact.objects.exclude(person=person)
    if others.filter(channel=channel, address=address).exists():
        return True
    column = {
        Channel.SMS: "phone", Channel.VOICE: "phone", Channel.EMAIL: "email",
        Channel.WECOM: "username",
    }[channel]  # fmt: skip
    return (
        Person.objects.filter(Q(**{column: address}))
        .exclude(pk=person.pk)
        .exclude(pk__in=others.filter(channel=channel).values("person"))
        .exists()
    )


@transaction.atomic
def send_again(*, message_id: int, by: Person, at: datetime) -> Message:
    """Send a lost message once more, to the address that stands now."""
    lost = (
        Message.objects.select_for_update(of=("self",))
        .select_related("notice__person")
        .get(pk=message_id)
    )
    if lost.state not in LOST:
        raise NotLost(state=State(lost.state).label)
    again = outbox.renew(lost, at=at)
    record(
        "notices.sent_again", lost, by=by, at=at, channel=Channel(lost.channel).label,
    )  # fmt: skip
    return again
