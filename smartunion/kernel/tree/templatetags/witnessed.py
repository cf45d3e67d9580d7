"""How many have witnessed what a page publishes: `{% load witnessed %}`."""

from typing import Any

from django import template
from django.db import models

from smartunion.kernel.trail.record import name_of_subject
from smartunion.kernel.tree import reads

register = template.Library()


@register.inclusion_tag("tree/witnessed.html")
def witnessed(what: str, subject: models.Model) -> dict[str, Any]:
    """Show 已由 n 方见证 of what the trail calls `what` of a row; nothing where it never was."""
    return {"proven": reads.proven(what, name_of_subject(subject))}
