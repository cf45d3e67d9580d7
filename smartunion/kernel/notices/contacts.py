"""Where persons are reached: their own record, and what was learned since."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.core.cache import cache
from django.utils.module_loading import import_string

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person

from .gateways import open_channels
from .models import Contact, Preference
from .refusals import TooManyCodes
from .rules import CODE_MINUTES, Channel, Terms, parsed

CODES = 5
"""Codes that a person may ask for, and type, in the time for which one can be typed."""

SHAPES = {
    Channel.SMS: re.compile(r"1[3-9]\d{9}"),
    Channel.EMAIL: re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    Channel.WECOM: re.compile(r"[A-Za-z0-9_.@-]{1,64}"),
    Channel.VOICE: re.compile(r"1[3-9]\d{9}"),
}


@dataclass(frozen=True)
class Reach:
    """How a person is reached by one channel: the address, whether it was proven or is wrong."""

    channel: Channel
    address: str
    verified_at: datetime | None = None
    wrong_at: datetime | None = None
    trouble: str = ""


def own_address(person: Person, channel: Channel) -> str:
    """Return what the person's own record says; members' WeCom name is their staff number."""
    if channel in (Channel.SMS, Channel.VOICE):
        return person.phone
    if channel == Channel.EMAIL:
        return person.email
    ours = person.kind in (Person.Kind.STAFF, Person.Kind.STUDENT)
    return person.username if ours else ""


def ways_of(persons: Iterable[Person]) -> dict[int, list[Reach]]:
    """Return each person's ways, those that lead nowhere included."""
    persons = list(persons)
    noted = {
        (contact.person_id, contact.channel): contact
        for contact in Contact.objects.filter(person__in=persons)
    }
    ways: dict[int, list[Reach]] = {}
    for person in persons:
        ways[person.pk] = []
        for channel in open_channels():
            own = own_address(person, channel)
            if channel == Channel.VOICE and (sms := noted.get((person.pk, Channel.SMS))):
                own = sms.address  # a number that was proven or corrected rings, too
            contact = noted.get((person.pk, channel))
            if contact and contact.wrong_at and own and contact.address != own:
                contact = None  # the record has been corrected since
            if contact:
                ways[person.pk].append(
                    Reach(
                        channel, contact.address, contact.verified_at, contact.wrong_at,
                        contact.trouble,
                    )
                )  # fmt: skip
            elif own:
                ways[person.pk].append(Reach(channel, own))
    return ways


def addresses_of(persons: Iterable[Person]) -> dict[int, dict[Channel, str]]:
    """Return where each person can be reached now: without addresses known to be wrong."""
    return {
        person_id: {way.channel: way.address for way in ways if way.wrong_at is None}
        for person_id, ways in ways_of(persons).items()
    }


def wanted_by(persons: Iterable[Person]) -> dict[int, frozenset[Channel]]:
    """Return by which ways each person wants to hear of ordinary matters."""
    set_by = {p.person_id: p for p in Preference.objects.filter(person__in=list(persons))}
    usual = Preference()
    return {person.pk: chosen(set_by.get(person.pk, usual)) for person in persons}


def chosen(preference: Preference) -> frozenset[Channel]:
    """Return the channels that are ticked."""
    ticked = {
        Channel.SMS: preference.sms,
        Channel.WECOM: preference.wecom,
        Channel.EMAIL: preference.email,
    }
    return frozenset(channel for channel, yes in ticked.items() if yes)


def count_code(what: str, person: Person, *, at: datetime) -> None:
    """Count a code that is asked for or typed; refuse when there were too many.

    Called outside the action's transaction: a wrong guess must count although it is refused.
    """
    slot = int(at.timestamp()) // (CODE_MINUTES * 60)
    key = f"notices-{what}-{person.pk}-{slot}"
    cache.add(key, 0, CODE_MINUTES * 60 * 2)
    if cache.incr(key) > CODES:
        raise TooManyCodes(minutes=CODE_MINUTES, times=CODES)


def terms_at(at: datetime) -> Terms:
    """Return the terms in force; without a plan year nothing is quiet."""
    return terms_on(campus_day(at))


def terms_on(day: date) -> Terms:
    """Return the terms in force on a campus day."""
    given: Mapping[str, object] = import_string(settings.NOTICE_TERMS)(day)
    return parsed(given) if given else Terms()
