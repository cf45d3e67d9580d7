"""Who may listen: the same question at the door and again while the stream is open."""

from collections.abc import Mapping, Sequence
from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import mandate_of

from .refusals import Forbidden, NoSuchTopic, NotSignedIn
from .source import Source
from .versions import Spot, spots_of


def session_key(cookies: str) -> str:
    """Return the session's key from a Cookie header, or nothing."""
    try:
        morsel = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except Exception:
        return ""
    return morsel.value if morsel else ""


def admit(session: str, topics: Sequence[str], sources: Mapping[str, Source]) -> frozenset[Spot]:
    """Return what the session's person listens to, or refuse.

    Asked at the door and again every few seconds: a session that was ended, an account that was
    closed or an office that was laid down ends the stream.
    """
    for topic in topics:
        if topic not in sources:
            raise NoSuchTopic(topic=topic)
    close_old_connections()
    request = HttpRequest()
    engine: Any = import_module(settings.SESSION_ENGINE)
    request.session = engine.SessionStore(session)
    person = get_user(request)
    if not session or not isinstance(person, Person):
        raise NotSignedIn
    mandate = mandate_of(person, on=campus_day(clock.now()))
    for topic in topics:
        if not mandate.may(sources[topic].can):
            raise Forbidden(topic=topic)
    return spots_of(person, mandate, topics, sources)
