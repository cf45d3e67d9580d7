"""The address at which a page listens."""

from urllib.parse import urlencode

from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate

from . import versions
from .source import sources


def listening(person: Person, mandate: Mandate, *topics: str) -> str:
    """Return /live/?… for the topics that the person may hear, or nothing where there are none.

    It says from which versions the page is rendered, so ask before the page reads its rows: what
    is committed between the rendering and the listening still arrives.
    """
    known = sources()
    heard = [topic for topic in topics if topic in known and mandate.may(known[topic].can)]
    if not heard:
        return ""
    spots = versions.spots_of(person, mandate, heard, known)
    since = versions.pack(versions.read(spots, known))
    return "/live/?" + urlencode({"topics": ",".join(heard), "since": since})
