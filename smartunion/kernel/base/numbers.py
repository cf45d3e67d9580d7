"""Numbers that rows go by, such as JZ-2025-041, and being alone while one is taken."""

from datetime import datetime

from django.db import connection
from django.db.models import Model
from django.db.models.functions import Length

from .days import campus_day


def alone(name: str) -> None:
    """Let one transaction at a time do what the name says, until its end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def next_number(model: type[Model], prefix: str, at: datetime, *, digits: int = 3) -> str:
    """Return the next `number` of the campus year, such as JZ-2025-041; one transaction at a time.

    It has so many digits at least; JZ-2025-1000 comes after JZ-2025-999.
    """
    alone(f"{model._meta.app_label}.number.{prefix}")
    head = f"{prefix}-{campus_day(at).year}-"
    last = (
        model._default_manager.filter(number__startswith=head)
        .order_by(Length("number").desc(), "-number")
        .values_list("number", flat=True)
        .first()
    )
    following = (int(last.rpartition("-")[2]) if last else 0) + 1
    return f"{head}{following:0{digits}}"
