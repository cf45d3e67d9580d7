"""The address a page listens at."""

from urllib.parse import urlencode

from django import template

from smartunion.kernel.live import versions
from smartunion.kernel.live.source import sources

register = template.Library()


@register.simple_tag(takes_context=True)
def live_url(context: template.Context, *topics: str) -> str:
    """Return /live/?… for the topics that the person may hear, or nothing where there are none.

    It says from which versions the page is rendered: what is committed between the rendering and
    the listening still arrives. Put it first on the page, before the parts read their rows.
    """
    request = context["request"]
    mandate = getattr(request, "mandate", None)
    known = sources()
    if mandate is None:
        return ""
    heard = [t for t in topics if t in known and mandate.may(known[t].can)]
    if not heard:
        return ""
    spots = versions.spots_of(request.person, mandate, heard, known)
    since = versions.pack(versions.read(spots, known))
    return "/live/?" + urlencode({"topics": ",".join(heard), "since": since})
