"""Make an officer who may listen, and print the key of a session of theirs."""

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from smartunion.kernel.people.models import Person  # noqa: E402
from tests.cast import appoint, person, unit  # noqa: E402

who = Person.objects.filter(username="wang").first()
if who is None:
    who = person("wang", "王建国", unit("B02", "机关工会分会"))
    appoint(who, "indicator.view", "plan.view")
session = SessionStore()
session[SESSION_KEY] = str(who.pk)
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session[HASH_SESSION_KEY] = who.get_session_auth_hash()
session.create()
print(session.session_key)
