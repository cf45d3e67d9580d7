"""The address a page listens at, for templates."""

from django import template

from smartunion.kernel.live.address import listening

register = template.Library()


@register.simple_tag(takes_context=True)
def live_url(context: template.Context, *topics: str) -> str:
    """Return /live/?… for the topics that the person may hear; nothing for somebody unknown.

    Whoever listens at all hears of their notices too, for the bell in the page's frame.
    """
    request = context["request"]
    if not getattr(request, "mandate", None):
        return ""
    return listening(request.person, request.mandate, *topics, "notices")
