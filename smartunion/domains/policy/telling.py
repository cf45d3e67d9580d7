"""Let every process know that what it searches is old."""

from django.db.models import Func

from .models import Stamp


def searchers() -> None:
    """Move the stamp, in the caller's transaction, to a number that never comes again."""
    now = Func(function="pg_current_xact_id", template="%(function)s()::text::bigint")
    Stamp.objects.update_or_create(pk=1, defaults={"number": now})
