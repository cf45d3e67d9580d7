"""Find by its number what a case's sealed records are kept under."""

from smartunion.domains.aid.models import Application
from smartunion.domains.crisis.models import RedCase
from smartunion.kernel.trail.record import name_of_subject


def sealed_about(number: str) -> str | None:
    """Return the name of the case with this number (R2025-003), None where there is none."""
    for table in (RedCase, Application):
        row = table.objects.filter(number=number).first()
        if row is not None:
            return name_of_subject(row)
    return None
