"""What every page's frame needs: who is signed in, the present moment, the navigation."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from smartunion.kernel.base import clock


def context(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's context: `now` (aware), `demonstration`, `size` (elder or empty)."""
    return {
        "now": clock.now(),
        "demonstration": settings.DEMONSTRATION,
        "size": request.COOKIES.get("size", ""),
    }
