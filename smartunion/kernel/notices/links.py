"""Links that a message carries: one that opens a notice, and one that answers by a single tap."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import salted_hmac

from .refusals import LinkExpired, LinkForged

SIGNS = 16
"""Characters of the signature: short enough for an SMS; it opens nothing without a login."""


def deep_link(message_id: int) -> str:
    """Return the full address that opens the message's notice after login."""
    return settings.PUBLIC_URL + reverse(
        "notices:opened", args=[f"{message_id}-{_mac(message_id)}"]
    )


def message_of(token: str) -> int:
    """Return the message that a link was made for, or refuse."""
    number, _, mac = token.partition("-")
    if not number.isdecimal() or not hmac.compare_digest(mac, _mac(int(number))):
        raise LinkForged
    return int(number)


def _mac(message_id: int) -> str:
    return salted_hmac("notices.message", str(message_id), algorithm="sha256").hexdigest()[:SIGNS]


@dataclass(frozen=True)
class Tap:
    """What a one-tap link says: who answers, of which matter, with which word, until when."""

    person_id: int
    about: str
    word: str
    until: datetime


def tap_token(tap: Tap) -> str:
    """Return the token of a one-tap link: whoever has it answers as that person, until then.

    It stands for a login, so its life is short, and the page that takes it asks by POST: chat
    programs open every address once to draw its preview. The same tap is the same token, so that a
    message sent again is the same message.
    """
    said = [tap.person_id, tap.about, tap.word, int(tap.until.timestamp())]
    return signing.Signer(salt="notices.tap").sign_object(said, compress=True)


def read_tap(token: str, *, at: datetime) -> Tap:
    """Return what a one-tap link says; refuses a forged one and one that is over."""
    try:
        person_id, about, word, until = signing.Signer(salt="notices.tap").unsign_object(token)
    except (signing.BadSignature, ValueError) as forged:
        raise LinkForged from forged
    ends = at + timedelta(seconds=until - int(at.timestamp()))
    if int(at.timestamp()) >= until:
        raise LinkExpired
    return Tap(person_id, about, word, ends)
