"""What happened, in Chinese: `{% load trail %}{{ entry.what|happening }}`."""

from django import template

from smartunion.kernel.trail import reads

register = template.Library()


@register.filter
def happening(what: str) -> str:
    """Return the house's words for a code of the trail, or the code itself."""
    return reads.words_of(what)
