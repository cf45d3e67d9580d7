"""The address a page listens at, for templates."""

from django import template

from smartunion.kernel.live.address import listening

register = template.Library()

OWN = ("notices", "responses_mine")
"""What every page hears of besides its topics: the bell and the pop-up in its frame."""


@register.simple_tag(takes_context=True)
def live_url(context: template.Context, *topics: str) -> str:
    """Return /live/?… for the topics that the person may hear; nothing for somebody unknown.

    Whoever listens at all hears of their notices too, for the bell in the page's frame, and of the
    emergencies that they were called to, for the pop-up.
    """
    request = context["request"]
    if not getattr(request, "mandate", None):
        return ""
    request.has_stream = True
    return listening(request.person, request.mandate, *topics, *OWN)


@register.simple_tag(takes_context=True)
def frame_url(context: template.Context) -> str:
    """Return where the frame of a page listens that has no stream of its own; else nothing.

    The stream of a page stands in its body's tag, before the frame, so what has one is known.
    """
    request = context["request"]
    return "" if getattr(request, "has_stream", False) else live_url(context)
